#include "ledger/merkle/cosignature.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/merkle/base64.h"
#include "ledger/merkle/named_key.h"
#include "ledger/merkle/note_text.h"

namespace ledger::merkle {
namespace {

constexpr char algorithm_cosignature = 0x04;  // Ed25519, with a time.
constexpr std::size_t time_bytes = 8;
constexpr std::string_view old_begins = "old ";
constexpr std::size_t hashes_max = 63;

std::string message_of(std::string_view signed_text, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(signed_text);
}

std::uint64_t seconds_in(std::string_view bytes) {
  std::uint64_t seconds = 0;
  for (const char byte : bytes.substr(0, time_bytes)) {
    seconds = seconds << 8U | static_cast<unsigned char>(byte);
  }
  return seconds;
}

}  // namespace

KeyId key_id(const WitnessKey& key) { return id_of_key(key.name, algorithm_cosignature, key.key); }

std::string text(const WitnessKey& key) {
  return text_of_key(key.name, algorithm_cosignature, key.key);
}

Result<WitnessKey> witness_key_from(std::string_view given) {
  auto named = key_from_text(given, algorithm_cosignature);
  if (!named) {
    return fail(ErrorKind::invalid, "verifier-key-malformed",
                "A witness's key reads name+id+key, as the witness shows it.");
  }
  return WitnessKey{std::move(named->name), named->key};
}

Result<std::string> cosignature(std::string_view note, const std::string& witness,
                                const SigningKey& key, std::uint64_t seconds) {
  const auto parts = split_note(note);
  if (!parts) return malformed_note("it has no signatures after an empty line");
  std::string signature(view_of(key_id(WitnessKey{witness, key.public_key()})));
  for (std::size_t byte = time_bytes; byte-- > 0;) {
    signature += static_cast<char>(seconds >> (8 * byte) & 0xffU);
  }
  signature += key.sign(message_of(parts->signed_text, seconds));
  return std::string(signature_begins) + witness + " " + base64(signature) + "\n";
}

Result<std::uint64_t> cosigned_at(std::string_view note, const WitnessKey& witness) {
  const auto parts = split_note(note);
  if (!parts) return malformed_note("it has no signatures after an empty line");
  const auto signatures = signatures_by(*parts, witness.name, view_of(key_id(witness)));
  if (!signatures) return fail(signatures.error());
  for (const std::string& each : *signatures) {
    if (each.size() != time_bytes + signature_bytes) continue;
    const std::uint64_t seconds = seconds_in(each);
    const auto message = message_of(parts->signed_text, seconds);
    if (is_signed_by(witness.key, message, std::string_view(each).substr(time_bytes))) {
      return seconds;
    }
  }
  return fail(ErrorKind::corrupt, "checkpoint-signature",
              "The checkpoint is not cosigned by " + witness.name + ".");
}

std::string text(const AddCheckpoint& request) {
  std::string text = std::string(old_begins) + std::to_string(request.old_size) + "\n";
  for (const Digest& hash : request.proof) text += base64(view_of(hash.bytes)) + "\n";
  return text + "\n" + request.note;
}

Result<AddCheckpoint> add_checkpoint_from(std::string_view given) {
  const auto refused = fail(ErrorKind::invalid, "witness-request-malformed",
                            "This is no request of the form c2sp.org/tlog-witness.");
  auto line = take_line(given);
  if (!line || line->substr(0, old_begins.size()) != old_begins) return refused;
  const auto old_size = decimal_from(line->substr(old_begins.size()));
  if (!old_size) return refused;
  AddCheckpoint request;
  request.old_size = *old_size;
  for (line = take_line(given); line && !line->empty(); line = take_line(given)) {
    const auto hash = digest_from_base64(*line);
    if (!hash || request.proof.size() == hashes_max) return refused;
    request.proof.push_back(*hash);
  }
  if (!line || given.empty()) return refused;
  request.note = given;
  return request;
}

}  // namespace ledger::merkle

#include "ledger/merkle/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "ledger/merkle/base64.h"
#include "ledger/merkle/named_key.h"
#include "ledger/merkle/note_text.h"

namespace ledger::merkle {
namespace {

constexpr std::string_view proof_header = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_begins = "extra ";
constexpr char algorithm_ed25519 = 0x01;
constexpr std::size_t origin_bytes_max = 255;

Result<bool> is_signed(const SplitNote& note, const VerifierKey& key) {
  const auto signatures = signatures_by(note, key.name, view_of(key_id(key)));
  if (!signatures) return fail(signatures.error());
  return !signatures->empty() &&
         std::all_of(signatures->begin(), signatures->end(), [&](const std::string& signature) {
           return is_signed_by(key.key, note.signed_text, signature);
         });
}

}  // namespace

bool is_origin(std::string_view name) {
  return !name.empty() && name.size() <= origin_bytes_max &&
         std::none_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte <= 0x20 || byte == 0x7f || c == '+';
         });
}

KeyId key_id(const VerifierKey& key) { return id_of_key(key.name, algorithm_ed25519, key.key); }

std::string text(const VerifierKey& key) {
  return text_of_key(key.name, algorithm_ed25519, key.key);
}

Result<VerifierKey> verifier_key_from(std::string_view given) {
  auto named = key_from_text(given, algorithm_ed25519);
  if (!named) {
    return fail(ErrorKind::invalid, "verifier-key-malformed",
                "A verifier key reads name+id+key, as the log's key page shows it.");
  }
  return VerifierKey{std::move(named->name), named->key};
}

Result<std::string> signed_note(const Checkpoint& checkpoint, const SigningKey& key) {
  if (!is_origin(checkpoint.origin)) {
    return fail(ErrorKind::invalid, "origin-malformed",
                "The name of a log is 1 to 255 bytes without spaces, line breaks and '+'.");
  }
  const std::string body = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                           base64(view_of(checkpoint.root.bytes)) + "\n";
  const KeyId id = key_id({checkpoint.origin, key.public_key()});
  return body + "\n" + std::string(signature_begins) + checkpoint.origin + " " +
         base64(std::string(view_of(id)) + key.sign(body)) + "\n";
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  const auto parts = split_note(note);
  if (!parts) return malformed_note("it has no signatures after an empty line");
  std::string_view rest = parts->signed_text;
  const auto origin = take_line(rest);
  const auto size = take_line(rest);
  const auto root = take_line(rest);
  if (!origin || !size || !root) return malformed_note("it has fewer than three lines");
  if (!is_origin(*origin)) return malformed_note("its first line is no name of a log");
  const auto size_value = decimal_from(*size);
  if (!size_value) return malformed_note("its second line is no size");
  const auto root_value = digest_from_base64(*root);
  if (!root_value) return malformed_note("its third line is no root");
  const auto verified = is_signed(*parts, key);
  if (!verified) return fail(verified.error());
  if (!*verified || *origin != key.name) {
    return fail(ErrorKind::corrupt, "checkpoint-signature",
                "The checkpoint is not signed by " + key.name +
                    "; do not trust it, and fetch it again from the log itself.");
  }
  return Checkpoint{std::string(*origin), *size_value, *root_value};
}

std::string proof_text(std::uint64_t index, const Proof& proof, std::string_view note,
                       std::string_view extra) {
  std::string text = std::string(proof_header) + "\n";
  if (!extra.empty()) text += std::string(extra_begins) + base64(extra) + "\n";
  text += "index " + std::to_string(index) + "\n";
  for (const Digest& hash : proof) text += base64(view_of(hash.bytes)) + "\n";
  text += "\n";
  text += note;
  return text;
}

Result<ParsedProof> proof_from(std::string_view given) {
  const auto refused = fail(ErrorKind::invalid, "proof-malformed",
                            "This is no proof of the form c2sp.org/tlog-proof@v1.");
  constexpr std::size_t hashes_max = 64;
  ParsedProof parsed;
  if (take_line(given) != proof_header) return refused;
  auto line = take_line(given);
  if (line && line->substr(0, extra_begins.size()) == extra_begins) {
    auto extra = base64_decoded(line->substr(extra_begins.size()));
    if (!extra) return refused;
    parsed.extra = *std::move(extra);
    line = take_line(given);
  }
  constexpr std::string_view index = "index ";
  if (!line || line->substr(0, index.size()) != index) return refused;
  const auto number = decimal_from(line->substr(index.size()));
  if (!number) return refused;
  parsed.index = *number;
  for (line = take_line(given); line && !line->empty(); line = take_line(given)) {
    const auto hash = digest_from_base64(*line);
    if (!hash || parsed.proof.size() == hashes_max) return refused;
    parsed.proof.push_back(*hash);
  }
  if (!line || given.empty()) return refused;
  parsed.note = given;
  return parsed;
}

}  // namespace ledger::merkle

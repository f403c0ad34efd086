#include "tools/ledgerctl/proofs.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_out.h"
#include "ledger/limits.h"
#include "ledger/merkle/base64.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/store/durable_file.h"
#include "tools/ledgerctl/offline.h"
#include "updates/local_file.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;
namespace domain = ledger::domain;
namespace merkle = ledger::merkle;

namespace {

// A proof as the server tells it, as a file. Errors: invalid.
Result<std::string> proof_file(const std::string& answer) {
  const auto refused = ledger::fail(ledger::ErrorKind::invalid, "proof-malformed",
                                    "The server's answer is no proof; ask one of this release.");
  const auto told = json::parse(answer, nullptr, false);
  if (!told.is_object() || !told.contains("index") || !told["index"].is_number_unsigned()) {
    return refused;
  }
  merkle::Proof hashes;
  for (const auto& each : told.value("hashes", json::array())) {
    const auto hash = domain::digest_from_hex(each.is_string() ? each.get<std::string>() : "");
    if (!hash) return refused;
    hashes.push_back(*hash);
  }
  const auto record = merkle::base64_decoded(told.value("record", ""));
  if (!record) return refused;
  return merkle::proof_text(told["index"].get<std::uint64_t>(), hashes,
                            told.value("checkpoint", ""), *record);
}

struct Proven {
  merkle::Checkpoint checkpoint;
  std::uint64_t position = 0;
  std::size_t hashes = 0;
  domain::Event event;
};

// Errors: invalid, corrupt.
Result<Proven> prove(const std::string& text, const std::string& brought,
                     const merkle::VerifierKey& key) {
  const auto parsed = merkle::proof_from(text);
  if (!parsed) return ledger::fail(parsed.error());
  const std::string& record = brought.empty() ? parsed->extra : brought;
  if (record.empty()) {
    return ledger::fail(ledger::ErrorKind::invalid, "proof-without-record",
                        "The proof came without the record that it is about; name a file of the "
                        "record's bytes with --record.");
  }
  const auto checkpoint = merkle::open_checkpoint(parsed->note, key);
  if (!checkpoint) return ledger::fail(checkpoint.error());
  const auto included = merkle::verify_inclusion(ledger::leaf_hash(record), parsed->index,
                                                 checkpoint->size, checkpoint->root, parsed->proof);
  if (!included) return ledger::fail(included.error());
  auto event = ledger::codec::decode(record);
  if (!event) return ledger::fail(event.error());
  return Proven{*checkpoint, parsed->index, parsed->proof.size(), *std::move(event)};
}

void tell(const Session& session, const Proven& proven, const merkle::VerifierKey& key) {
  const auto& [checkpoint, position, hashes, event] = proven;
  const std::string type(type_name(event.payload));
  if (session.look.format != Format::table) {
    std::string data;
    visit([&](const auto& payload) { data = ledger::codec::to_json(payload); }, event.payload);
    show_object(std::cout,
                {{"verified", true},
                 {"position", position},
                 {"type", type},
                 {"recorded_at", rfc3339(event.recorded_at)},
                 {"stream", event.stream},
                 {"data", json::parse(data)},
                 {"origin", checkpoint.origin},
                 {"size", checkpoint.size},
                 {"root", hex(checkpoint.root)},
                 {"key", text(key)}},
                session.look);
    return;
  }
  std::cout << "Checked: the head of " << checkpoint.origin << " over " << checkpoint.size
            << " records, root " << hex(checkpoint.root) << ", is signed by that key.\n"
            << "Checked: " << hashes << (hashes == 1 ? " hash leads" : " hashes lead")
            << " from the record to that root.\n"
            << "Verified: event " << position << " is " << type << " of " << printable(event.stream)
            << ", recorded at " << rfc3339(event.recorded_at) << ".\n";
}

}  // namespace

Exit create_proof(const Session& session, std::uint64_t position, const std::string& file) {
  Question question;
  question.path = "/v1/events/" + std::to_string(position) + "/proof";
  const auto reply = Client(session.server).ask(question);
  if (!reply) return complain(session, reply.error());
  const auto proof = proof_file(reply->body);
  if (!proof) return complain(session, failure_of(proof.error()));
  const auto written = ledger::store::write_durably(file, *proof, ledger::store::Access::everybody);
  if (!written) return complain(session, failure_of(written.error()));
  if (!session.quiet) std::cerr << file << ": " << proof->size() << " bytes\n";
  return Exit::ok;
}

Exit verify_proof(const Session& session, const ProofCheck& check) {
  const auto key = merkle::verifier_key_from(check.key);
  if (!key) return complain(session, {Exit::usage, key.error().detail, ""});
  const auto read = [](const std::string& file) {
    return ledger::updates::read_local_file(file, ledger::limits::proof_file_bytes_max);
  };
  const auto proof = read(check.file);
  if (!proof) return complain(session, failure_of(proof.error()));
  const auto record = check.record.empty() ? Result<std::string>() : read(check.record);
  if (!record) return complain(session, failure_of(record.error()));
  const auto proven = prove(*proof, *record, *key);
  if (!proven) {
    std::cout << "NOT verified: " << printable(proven.error().detail) << '\n';
    return complain(session, {Exit::not_verified,
                              check.file + " proves nothing (" + proven.error().reason + ")", ""});
  }
  tell(session, *proven, *key);
  return Exit::ok;
}

}  // namespace ledgerctl

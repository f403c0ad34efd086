// Tree heads as C2SP tlog-checkpoint signed notes, and receipts as C2SP tlog-proof, so that public
// tools can check what we say without our help.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"

namespace ledger::merkle {

struct Checkpoint {
  std::string origin;  // The log's name: UTF-8 without spaces, line breaks or '+'.
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const Checkpoint&) const = default;
};

// The public half of a log's key under the log's name.
struct VerifierKey {
  std::string name;
  PublicKey key{};
  bool operator==(const VerifierKey&) const = default;
};

using KeyId = std::array<std::uint8_t, 4>;
// SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first four bytes.
KeyId key_id(const VerifierKey& key);

// "name+1a2b3c4d+AbCd...": the form in which public tools take a key.
std::string text(const VerifierKey& key);
// Errors: invalid ("verifier-key-malformed").
Result<VerifierKey> verifier_key_from(std::string_view text);

// Whether a name can stand in a note.
bool is_origin(std::string_view name);

// The signed note; the key's name is the origin. Signs whatever it is given: the caller answers for
// it being on disk, and for no other head of that size.
// Errors: invalid ("origin-malformed").
Result<std::string> signed_note(const Checkpoint& checkpoint, const SigningKey& key);

// Reads a note and checks its signature; signatures by other keys are ignored.
// Errors: invalid ("checkpoint-malformed"), corrupt ("checkpoint-signature": not signed by `key`,
// or
//         for another origin).
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

// A receipt that stands alone: the proof that `index` is in the tree of `note`.
// Shape: `note` as signed_note() gives it. `extra` is what else is to travel with it; empty:
// nothing.
std::string proof_text(std::uint64_t index, const Proof& proof, std::string_view note,
                       std::string_view extra = {});

struct ParsedProof {
  std::uint64_t index = 0;
  Proof proof;
  std::string note;
  std::string extra;  // Signed by nobody. Empty: none came.
};
// Errors: invalid ("proof-malformed").
Result<ParsedProof> proof_from(std::string_view text);

}  // namespace ledger::merkle

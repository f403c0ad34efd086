// What a witness says of a checkpoint (C2SP tlog-cosignature, version 1): that it saw this head at
// a time, and that it continues every head of that log which the witness saw before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"

namespace ledger::merkle {

// A witness's public key under its name; its text has another type of key than a log's.
struct WitnessKey {
  std::string name;
  PublicKey key{};
  bool operator==(const WitnessKey&) const = default;
};
KeyId key_id(const WitnessKey& key);
std::string text(const WitnessKey& key);
// Errors: invalid ("verifier-key-malformed").
Result<WitnessKey> witness_key_from(std::string_view text);

// The line that a witness adds under a note. `seconds`: since 1970.
// Errors: invalid ("checkpoint-malformed": the note has no signatures).
Result<std::string> cosignature(std::string_view note, const std::string& witness,
                                const SigningKey& key, std::uint64_t seconds);

// When the witness saw the note, in seconds since 1970.
// Errors: invalid ("checkpoint-malformed"), corrupt ("checkpoint-signature": it did not sign it).
Result<std::uint64_t> cosigned_at(std::string_view note, const WitnessKey& witness);

// A request of C2SP tlog-witness: a head, and that it continues the one of `old_size`.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof proof;
  std::string note;
};
std::string text(const AddCheckpoint& request);
// Errors: invalid ("witness-request-malformed").
Result<AddCheckpoint> add_checkpoint_from(std::string_view text);

}  // namespace ledger::merkle

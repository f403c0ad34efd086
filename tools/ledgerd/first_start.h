// What a new data directory gets before anybody can use it: a key for its heads in the record, and
// a token for the first administrator.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/domain/command.h"
#include "ledger/domain/ids.h"
#include "ledger/entropy.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/result.h"
#include "ledger/writer.h"

namespace ledgerd {

inline constexpr const char* admin_token_name = "admin-token";
inline constexpr const char* secret_seed_name = "secret-seed";

// What the service itself asks for.
ledger::domain::Command by_service(ledger::domain::CommandPayload payload);

// 32 random bytes in a file that only its owner reads, made once. Errors: io, corrupt.
ledger::Result<ledger::domain::Digest> load_or_make_seed(const std::filesystem::path& directory,
                                                         ledger::Entropy& entropy);

// The first four bytes of its id, in hexadecimal: what notes and events call a key.
std::string id_of(const ledger::merkle::VerifierKey& key);
ledger::domain::RecordSigningKey introduction_of(const ledger::merkle::VerifierKey& key);

// Records the key, unless it is. Keys that are recorded as in use and are neither it nor
// `next_id` are retired: a change of keys ended before it was recorded whole.
// Errors: those of the writer.
ledger::Result<void> record_key(ledger::Writer& writer, const ledger::merkle::VerifierKey& key,
                                const std::string& next_id);

// Issues the first administrator's token, unless there is an administrator, and leaves it in the
// directory, in a file that only its owner reads. Whether it did. Errors: io, those of the writer.
ledger::Result<bool> issue_admin_token(ledger::Writer& writer,
                                       const std::filesystem::path& directory,
                                       ledger::Entropy& entropy, ledger::domain::Time now);

}  // namespace ledgerd

// What a data directory is made of beside the database: the number of its format and the key that
// signs its heads. Whoever finds something newer than this program leaves every byte as it is.
#pragma once

#include <filesystem>

#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"

namespace ledger::store {

// The format that this program reads and writes; a change that an older program would misread
// raises it.
inline constexpr unsigned data_format = 1;

// The files by name, for backups and for people.
inline constexpr const char* format_name = "FORMAT";
inline constexpr const char* head_name = "head";
inline constexpr const char* key_name = "signing-key.pem";
inline constexpr const char* next_key_name = "signing-key-next.pem";  // While keys change.
inline constexpr const char* retired_keys_name = "retired-keys";  // Of each, its last signed head.
inline constexpr const char* witnessed_name = "witnessed";  // The newest head with cosignatures.
inline constexpr const char* log_name = "log";
inline constexpr const char* kept_name =
    "log-kept";  // Of a log that was refused: its newest files.

// Whether there is anything of that name; what cannot be asked is not there.
bool is_there(const std::filesystem::path& path);

// Reads the format, and changes nothing. A directory that is missing or new has none yet.
// Errors: refused ("data-format-newer"), corrupt ("data-format-damaged", or a log stands there
//         without a format), io.
Result<void> check_format(const std::filesystem::path& directory);
// Writes the format if there is none. Errors: io, unavailable.
Result<void> mark_format(const std::filesystem::path& directory);

// The key that signs this directory's heads; a directory without a head gets a new one, in a file
// that only its owner reads. Makes the directory if it is missing. If the next key has signed a
// head already, it is taken. Errors: corrupt ("signing-key-damaged"; "signing-key-missing": heads
// were signed with a key that
//         is gone), io, those of check_format().
Result<merkle::SigningKey> load_or_make_key(const std::filesystem::path& directory);

// The key that shall sign next, made if there is none yet; it signs nothing before it is taken.
// Errors: corrupt ("signing-key-damaged"), io.
Result<merkle::SigningKey> load_or_make_next_key(const std::filesystem::path& directory);
// Makes the next key the directory's own; the one before it is gone. Done again, it does nothing.
// Errors: io.
Result<void> take_next_key(const std::filesystem::path& directory);

}  // namespace ledger::store

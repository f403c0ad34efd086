// Public keys as C2SP signed notes name them: a name, four bytes of a hash, and the key behind the
// number of its algorithm.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/merkle/checkpoint.h"

namespace ledger::merkle {

struct NamedKey {
  std::string name;
  PublicKey key{};
};

// SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key), its first four bytes.
KeyId id_of_key(std::string_view name, char algorithm, const PublicKey& key);
// name+id+key, the id in hexadecimal digits and the key in base 64.
std::string text_of_key(std::string_view name, char algorithm, const PublicKey& key);
// Nothing: it is not exactly what text_of_key() writes of a key of this algorithm.
std::optional<NamedKey> key_from_text(std::string_view text, char algorithm);

}  // namespace ledger::merkle

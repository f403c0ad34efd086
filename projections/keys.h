// Keys of rows: texts and numbers that sort as people count. Parts are joined by '/', which occurs
// in no name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/domain/ids.h"

namespace projections {

namespace domain = ledger::domain;

// Eight bytes that sort by number.
inline std::string number_key(std::uint64_t number) {
  std::string key(8, '\0');
  for (std::size_t i = 8; i-- > 0; number >>= 8) key[i] = static_cast<char>(number & 0xff);
  return key;
}
inline std::uint64_t number_from_key(std::string_view key) {
  std::uint64_t number = 0;
  for (const char byte : key.substr(0, 8)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

inline std::string key_of(domain::RuleUpdateId update) { return text(update); }
inline std::string key_of(domain::RuleUpdateId update, domain::RuleId rule) {
  return text(update) + "/" + std::to_string(rule.value);
}
inline std::string joined_key(std::string_view first, std::string_view second) {
  std::string key(first);
  key += '/';
  key += second;
  return key;
}

}  // namespace projections

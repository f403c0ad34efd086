// Numbers whose bytes sort as they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledger::store {

inline void add_u64(std::string& bytes, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
}

inline std::string u64_bytes(std::uint64_t value) {
  std::string bytes;
  add_u64(bytes, value);
  return bytes;
}

// The number in the first 8 bytes; there are at least as many.
inline std::uint64_t u64_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace ledger::store

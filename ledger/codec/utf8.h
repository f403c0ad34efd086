// Well-formed UTF-8, as Unicode's table 3-7 has it.
#pragma once

#include <cstddef>
#include <string_view>

namespace ledger::codec {

// The bytes of the character that begins at `at` (1..4); 0 when none that is well formed does.
std::size_t utf8_length(std::string_view text, std::size_t at);

// A character of one byte that stands in a JSON text as it is.
inline bool is_plain_in_json(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace ledger::codec

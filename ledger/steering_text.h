// Characters by which a text that somebody wrote would have a terminal or a page show another one.
#pragma once

#include <cstddef>
#include <string_view>

namespace ledger {

// How many bytes at the beginning of UTF-8 text are one such character: a control character, of
// eight bits too, or one of Unicode's that ends lines or turns directions. 0: it is none.
std::size_t steering_bytes(std::string_view text);

}  // namespace ledger

// Base 64 as RFC 4648, section 4, has it, with padding: the letters of signed notes and proofs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger::merkle {

std::string base64(std::string_view bytes);
// Only the one canonical spelling is understood: padding, no line breaks, no stray bits.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace ledger::merkle

// Query parameters: only those that a route knows, each once, each of its type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/refusal.h"

namespace api {

using QueryNames = std::vector<std::string_view>;

// Problems: "parameter-unknown" (with the nearest name), "parameter-repeated".
Answered<void> check_query(const Request& request, const QueryNames& known);

// A whole number. Problems: "parameter-invalid".
Answered<std::optional<std::uint64_t>> number_parameter(const Request& request,
                                                        std::string_view name);
// Texts with commas between them; none, if it is not given.
std::vector<std::string> list_parameter(const Request& request, std::string_view name);
// "true" or "false". Problems: "parameter-invalid".
Answered<bool> flag_parameter(const Request& request, std::string_view name);

std::optional<std::uint64_t> number_from(std::string_view text);

}  // namespace api

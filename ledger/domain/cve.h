// Names of vulnerabilities as the CVE list writes them.
#pragma once

#include <algorithm>
#include <string_view>

namespace ledger::domain {

// CVE-YYYY-N..., with 4 to 19 digits at the end.
inline bool is_cve(std::string_view text) {
  const auto are_digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!text.starts_with("CVE-") || text.size() < 13 || text.size() > 28) return false;
  return are_digits(text.substr(4, 4)) && text[8] == '-' && are_digits(text.substr(9));
}

}  // namespace ledger::domain

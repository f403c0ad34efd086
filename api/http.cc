#include "api/http.h"

#include <algorithm>

namespace api {

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& each) { return each.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> Request::header(std::string_view lower_name) const {
  const auto found = headers.find(lower_name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

}  // namespace api

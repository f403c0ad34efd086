#include "api/query.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace api {
namespace {

// How many letters must be put in, left out or changed to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

std::string unknown_detail(std::string_view name, const QueryNames& known) {
  const std::string shown(name.substr(0, 64));
  std::string detail = "There is no parameter \"" + shown + "\" here.";
  const auto nearest = std::min_element(known.begin(), known.end(),
                                        [&](std::string_view left, std::string_view right) {
                                          return distance(shown, left) < distance(shown, right);
                                        });
  if (nearest == known.end()) return detail + " This route takes none.";
  if (distance(shown, *nearest) <= std::max<std::size_t>(2, nearest->size() / 3)) {
    return detail + " Did you mean \"" + std::string(*nearest) + "\"?";
  }
  detail += " Those that there are:";
  for (const auto each : known) detail += " " + std::string(each);
  return detail + ".";
}

}  // namespace

Answered<void> check_query(const Request& request, const QueryNames& known) {
  for (std::size_t i = 0; i < request.query.size(); ++i) {
    const auto& name = request.query[i].first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return refused("parameter-unknown", unknown_detail(name, known));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (request.query[j].first == name) {
        return refused("parameter-repeated", "Parameter \"" + name + "\" stands twice.");
      }
    }
  }
  return {};
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return number;
}

Answered<std::optional<std::uint64_t>> number_parameter(const Request& request,
                                                        std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<std::uint64_t>();
  const auto number = number_from(*text);
  if (!number) {
    return refused("parameter-invalid",
                   "Parameter \"" + std::string(name) + "\" is not a whole number.");
  }
  return number;
}

std::vector<std::string> list_parameter(const Request& request, std::string_view name) {
  std::string_view text = request.query_value(name).value_or("");
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

Answered<bool> flag_parameter(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return refused("parameter-invalid", "Parameter \"" + std::string(name) + "\" is true or false.");
}

}  // namespace api

#include "api/render.h"

#include <algorithm>
#include <cstdlib>

#include "api/chosen_fields.h"

namespace api {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view csv_type = "text/csv";
constexpr std::string_view lines_type = "application/x-ndjson";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == type) return true;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
}

// Of one entry of an Accept header: what it covers, and how much it is wanted, in thousandths.
struct Wish {
  std::string_view range;
  int weight = 1000;
};

Wish wish_of(std::string_view entry) {
  const auto semicolon = entry.find(';');
  Wish wish{trimmed(entry.substr(0, semicolon)), 1000};
  const auto q = entry.find("q=");
  if (semicolon != std::string_view::npos && q != std::string_view::npos) {
    wish.weight =
        static_cast<int>(std::strtod(std::string(entry.substr(q + 2)).c_str(), nullptr) * 1000);
  }
  return wish;
}

int weight_of(std::string_view accept, std::string_view type) {
  int weight = 0;
  std::size_t most_exact = 0;
  while (!accept.empty()) {
    const auto comma = accept.find(',');
    const Wish wish = wish_of(accept.substr(0, comma));
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
    if (!covers(wish.range, type)) continue;
    const std::size_t exact = wish.range == type ? 3 : wish.range == "*/*" ? 1 : 2;
    if (exact < most_exact) continue;
    most_exact = exact;
    weight = wish.weight;
  }
  return weight;
}

std::string json_page(const Reading& reading, const Listed& page, const std::string& token) {
  std::size_t bytes = 128;
  for (const auto& item : page.items) bytes += item.size() + 1;
  std::string body;
  body.reserve(bytes);
  body += "{\"items\":[";
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    if (i > 0) body += ',';
    body += page.items[i];
  }
  body += "],\"next_page_token\":";
  ledger::codec::write_json(body, token);
  if (page.total_size) body += ",\"total_size\":" + std::to_string(*page.total_size);
  body += ",\"position\":" + std::to_string(reading.at.value) + '}';
  return body;
}

// The same question, from where this page ends.
std::string next_address(const Request& request, const std::string& token) {
  std::string_view target = request.target;
  const auto mark = std::min(target.find('?'), target.size());
  std::string address(target.substr(0, mark));
  address += '?';
  for (target.remove_prefix(mark); !target.empty();) {
    target.remove_prefix(1);  // '?' or '&'.
    const auto parameter = target.substr(0, target.find('&'));
    target.remove_prefix(parameter.size());
    if (parameter.starts_with("page_token=") || parameter.starts_with("skip=")) continue;
    address.append(parameter).append("&");
  }
  return address + "page_token=" + token;
}

}  // namespace

std::string_view preferred(std::optional<std::string_view> accept,
                           const std::vector<std::string_view>& offered) {
  if (!accept || trimmed(*accept).empty()) return offered.front();
  std::string_view best;
  int best_weight = 0;
  for (const auto type : offered) {
    const int weight = weight_of(*accept, type);
    if (weight > best_weight) {
      best = type;
      best_weight = weight;
    }
  }
  return best;
}

Listed sliced(Listed all, std::string_view after, std::size_t max) {
  const std::size_t begin = std::min<std::size_t>(number_from(after).value_or(0), all.items.size());
  const std::size_t end = std::min(begin + max, all.items.size());
  if (end < all.items.size()) all.next = std::to_string(end);
  const auto at = [&](std::size_t i) { return all.items.begin() + static_cast<std::ptrdiff_t>(i); };
  all.items.erase(at(end), all.items.end());
  all.items.erase(all.items.begin(), at(begin));
  return all;
}

Answered<Response> list_answer(const Reading& reading, Listed page) {
  if (const auto chosen = choose_fields(reading.request, page); !chosen) {
    return refused(chosen.error());
  }
  const auto type = preferred(reading.request.header("accept"), {json_type, csv_type, lines_type});
  if (type.empty()) {
    return refused("not-acceptable",
                   "A list is given as application/json, text/csv or application/x-ndjson.", 406);
  }
  const std::string token = page.next ? page_token(reading, *page.next) : std::string();
  Response response;
  response.headers.emplace_back("Vary", "Accept");
  if (type == json_type) {
    response.body = json_page(reading, page, token);
    return finished(reading, std::move(response));
  }
  if (!token.empty()) {
    response.headers.emplace_back("Ledger-Next-Page-Token", token);
    response.headers.emplace_back("Link",
                                  "<" + next_address(reading.request, token) + ">; rel=\"next\"");
  }
  if (type == csv_type) {
    response.content_type = "text/csv; charset=utf-8; header=present";
    ledger::codec::write_csv(response.body, page.columns, page.items);
  } else {
    response.content_type = lines_type;
    for (const auto& item : page.items) response.body += item + '\n';
  }
  return finished(reading, std::move(response));
}

}  // namespace api

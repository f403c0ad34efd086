#include "tools/ledgerctl/pages.h"

#include <nlohmann/json.hpp>

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

Result<json, Failure> get(const Client& client, const std::string& path) {
  const auto reply = client.ask({"GET", path, "", "", {}});
  if (!reply) return tl::unexpected(reply.error());
  auto answer = json::parse(reply->body, nullptr, false);
  if (answer.is_discarded()) {
    return tl::unexpected(Failure{Exit::failed, "The server's answer is not JSON.", ""});
  }
  return answer;
}

Result<void, Failure> each_page(const Client& client, const std::string& path,
                                const TakeRows& take) {
  std::string token;
  do {
    const auto page =
        get(client, path + "&page_size=1000" + (token.empty() ? "" : "&page_token=" + token));
    if (!page) return tl::unexpected(page.error());
    if (!take(page->value("items", json::array()))) return {};
    token = page->value("next_page_token", std::string());
  } while (!token.empty());
  return {};
}

Result<json, Failure> all_rows(const Client& client, const std::string& path) {
  json rows = json::array();
  const auto read = each_page(client, path, [&](const json& page) {
    rows.insert(rows.end(), page.begin(), page.end());
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  return rows;
}

}  // namespace ledgerctl

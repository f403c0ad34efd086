#include "tools/ledgerd/reports.h"

#include <future>
#include <memory>
#include <utility>

#include "api/router.h"
#include "ledger/store/durable_file.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;

namespace {

std::string header_of(const api::Response& response, std::string_view name) {
  for (const auto& [each, value] : response.headers) {
    if (each == name) return value;
  }
  return {};
}

}  // namespace

Reports::Reports(const api::Router& router, std::filesystem::path directory)
    : router_(router), directory_(std::move(directory)) {}

Result<std::string> Reports::write(const std::string& report, const std::string& name) {
  const std::string path = "/v1/" + report;
  const auto match = router_.match("GET", path);
  if (match.route == nullptr) {
    return fail(
        ledger::ErrorKind::not_found, "report-unknown",
        "There is no report \"" + report + "\"; name a list of the API, such as computers.");
  }
  std::string table;
  std::string token;
  do {
    auto request = std::make_shared<api::Request>();
    request->method = "GET";
    request->path = request->target = path;
    request->headers["accept"] = "text/csv";
    request->query.emplace_back("page_size", "1000");
    if (!token.empty()) request->query.emplace_back("page_token", token);
    std::promise<api::Response> promise;
    match.route->handler(std::move(request), [&promise](api::Response response) {
      promise.set_value(std::move(response));
    });
    const auto response = promise.get_future().get();
    if (response.status != 200 || !response.content_type.starts_with("text/csv")) {
      return fail(ledger::ErrorKind::not_found, "report-unknown",
                  "\"" + report + "\" is no list that can be written as a table.");
    }
    // Every page begins with the line of headings; one is enough.
    const bool first = table.empty();
    table += first ? response.body : response.body.substr(response.body.find('\n') + 1);
    token = header_of(response, "Ledger-Next-Page-Token");
  } while (!token.empty());
  if (const auto made = ledger::store::make_directory(directory_); !made) {
    return fail(made.error());
  }
  const auto file = directory_ / (name + ".csv");
  const auto written = ledger::store::write_durably(file, table, ledger::store::Access::owner);
  if (!written) return fail(written.error());
  return file.string();
}

}  // namespace ledgerd

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

// What a task's parameter names: a list of the API, and the form of the file by its ending.
struct Report {
  std::string path;
  std::string_view ending = ".csv";
  std::string_view media_type = "text/csv";
  bool has_headings = true;
};

Report report_of(const std::string& name) {
  const auto ends_with = [&](std::string_view ending) { return name.ends_with(ending); };
  const auto list = [&](std::string_view ending) {
    return "/v1/" + name.substr(0, name.size() - ending.size());
  };
  if (ends_with(".csv")) return {list(".csv")};
  if (ends_with(".jsonl")) return {list(".jsonl"), ".jsonl", "application/x-ndjson", false};
  return {"/v1/" + name};
}

}  // namespace

Reports::Reports(const api::Router& router, std::filesystem::path directory)
    : router_(router), directory_(std::move(directory)) {}

Result<std::string> Reports::write(const std::string& wanted, const std::string& name) {
  const Report report = report_of(wanted);
  const auto match = router_.match("GET", report.path);
  if (match.route == nullptr) {
    return fail(ledger::ErrorKind::not_found, "report-unknown",
                "There is no report \"" + wanted +
                    "\"; name a list of the API, such as computers or computers.jsonl.");
  }
  std::string table;
  std::string token;
  do {
    auto request = std::make_shared<api::Request>();
    request->method = "GET";
    request->path = request->target = report.path;
    request->headers["accept"] = report.media_type;
    request->query.emplace_back("page_size", "1000");
    if (!token.empty()) request->query.emplace_back("page_token", token);
    std::promise<api::Response> promise;
    match.route->handler(std::move(request), [&promise](api::Response response) {
      promise.set_value(std::move(response));
    });
    const auto response = promise.get_future().get();
    if (response.status != 200 || !response.content_type.starts_with(report.media_type)) {
      return fail(ledger::ErrorKind::not_found, "report-unknown",
                  "\"" + wanted + "\" is no list that can be written to a file.");
    }
    // Every page of CSV begins with the line of headings; one is enough.
    const bool whole = table.empty() || !report.has_headings;
    table += whole ? response.body : response.body.substr(response.body.find('\n') + 1);
    token = header_of(response, "Ledger-Next-Page-Token");
  } while (!token.empty());
  if (const auto made = ledger::store::make_directory(directory_); !made) {
    return fail(made.error());
  }
  const auto file = directory_ / (name + std::string(report.ending));
  const auto written = ledger::store::write_durably(file, table, ledger::store::Access::owner);
  if (!written) return fail(written.error());
  return file.string();
}

}  // namespace ledgerd

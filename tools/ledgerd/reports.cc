#include "tools/ledgerd/reports.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "api/made_reports.h"
#include "api/router.h"
#include "ledger/store/durable_file.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;

namespace {

namespace domain = ledger::domain;

constexpr std::string_view reports_begin = "reports/";

std::string header_of(const api::Response& response, std::string_view name) {
  for (const auto& [each, value] : response.headers) {
    if (each == name) return value;
  }
  return {};
}

// A list of the API, and the form of the file by its ending.
struct List {
  std::string path;
  std::string_view ending = ".csv";
  std::string_view media_type = "text/csv";
  bool has_headings = true;
};

List list_of(const std::string& name) {
  const auto ends_with = [&](std::string_view ending) { return name.ends_with(ending); };
  const auto list = [&](std::string_view ending) {
    return "/v1/" + name.substr(0, name.size() - ending.size());
  };
  if (ends_with(".csv")) return {list(".csv")};
  if (ends_with(".jsonl")) return {list(".jsonl"), ".jsonl", "application/x-ndjson", false};
  return {"/v1/" + name};
}

// "reports/coverage?from=-P7D". Errors: not_found ("report-unknown").
Result<api::ReportAsked> asked_of(std::string_view wanted) {
  const auto unknown = [&] {
    return fail(ledger::ErrorKind::not_found, "report-unknown",
                "There is no report \"" + std::string(wanted) +
                    "\"; name one of reports/coverage, reports/time-to-protect, reports/changes, "
                    "reports/exposure and reports/access, perhaps with ?from=-P7D behind it.");
  };
  const auto question = std::min(wanted.find('?'), wanted.size());
  const auto kind = domain::enum_from<replay::reports::ReportKind>(
      wanted.substr(reports_begin.size(), question - reports_begin.size()));
  if (!kind) return unknown();
  api::ReportAsked asked{*kind, "", "", ""};
  auto rest = question < wanted.size() ? wanted.substr(question + 1) : std::string_view();
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto part = rest.substr(0, end);
    const auto equals = std::min(part.find('='), part.size());
    const auto name = part.substr(0, equals);
    std::string* value = name == "from"    ? &asked.from
                         : name == "to"    ? &asked.to
                         : name == "about" ? &asked.about
                                           : nullptr;
    if (value == nullptr || equals == part.size()) return unknown();
    *value = part.substr(equals + 1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return asked;
}

}  // namespace

Reports::Reports(const api::Router& router, const api::Services& services,
                 std::filesystem::path directory)
    : router_(router), services_(services), directory_(std::move(directory)) {}

Result<Reports::Written> Reports::write(const std::string& wanted, const std::string& name) {
  return wanted.starts_with(reports_begin) ? write_report(wanted, name) : write_list(wanted, name);
}

Result<std::string> Reports::write_file(const std::string& name, const std::string& bytes) {
  if (const auto made = ledger::store::make_directory(directory_); !made) {
    return fail(made.error());
  }
  const auto file = directory_ / name;
  const auto written = ledger::store::write_durably(file, bytes, ledger::store::Access::owner);
  if (!written) return fail(written.error());
  return file.string();
}

Result<Reports::Written> Reports::write_report(const std::string& wanted, const std::string& name) {
  const auto asked = asked_of(wanted);
  if (!asked) return fail(asked.error());
  const auto size = services_.projector.size();
  if (size.value == 0) {
    return fail(ledger::ErrorKind::unavailable, "views-behind", "The views are empty; run again.");
  }
  const auto report = api::made_report(services_, *asked, {size.value - 1});
  if (!report) return fail(report.error());
  const auto page = write_file(name + ".html", report_html(*report));
  if (!page) return fail(page.error());
  const auto table = write_file(name + ".csv", report_csv(*report));
  if (!table) return fail(table.error());
  const auto digest = digest_of(*report);
  const auto& from = report->from.position;
  const auto& to = report->to.position;
  return Written{
      *page + " and .csv, events " + std::to_string(from.value) + " to " +
          std::to_string(to.value) + ", digest " + hex(digest),
      domain::RecordReport{std::string(domain::name_of(asked->report)), from, to, digest}};
}

Result<Reports::Written> Reports::write_list(const std::string& wanted, const std::string& name) {
  const List list = list_of(wanted);
  const auto match = router_.match("GET", list.path);
  if (match.route == nullptr) {
    return fail(
        ledger::ErrorKind::not_found, "report-unknown",
        "There is no report \"" + wanted +
            "\"; name a list of the API, such as computers or computers.jsonl, or a report, "
            "such as reports/coverage.");
  }
  std::string table;
  std::string token;
  do {
    auto request = std::make_shared<api::Request>();
    request->method = "GET";
    request->path = request->target = list.path;
    request->headers["accept"] = list.media_type;
    request->query.emplace_back("page_size", "1000");
    if (!token.empty()) request->query.emplace_back("page_token", token);
    std::promise<api::Response> promise;
    match.route->handler(std::move(request), [&promise](api::Response response) {
      promise.set_value(std::move(response));
    });
    const auto response = promise.get_future().get();
    if (response.status != 200 || !response.content_type.starts_with(list.media_type)) {
      return fail(ledger::ErrorKind::not_found, "report-unknown",
                  "\"" + wanted + "\" is no list that can be written to a file.");
    }
    // Every page of CSV begins with the line of headings; one is enough.
    const bool whole = table.empty() || !list.has_headings;
    table += whole ? response.body : response.body.substr(response.body.find('\n') + 1);
    token = header_of(response, "Ledger-Next-Page-Token");
  } while (!token.empty());
  const auto file = write_file(name + std::string(list.ending), table);
  if (!file) return fail(file.error());
  return Written{*file, std::nullopt};
}

}  // namespace ledgerd

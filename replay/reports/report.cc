#include "replay/reports/report.h"

#include "ledger/digest.h"
#include "ledger/domain/cve.h"
#include "projections/activity.h"
#include "replay/reports/period.h"

namespace replay::reports {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

std::string title_of(ReportKind kind) {
  switch (kind) {
    case ReportKind::coverage:
      return "Coverage";
    case ReportKind::time_to_protect:
      return "Time to protect";
    case ReportKind::changes:
      return "Changes";
    case ReportKind::exposure:
      return "Exposure";
    case ReportKind::access:
      return "Access";
  }
  return {};
}

Result<Content> content_of(ReportKind kind, const Period& period) {
  switch (kind) {
    case ReportKind::coverage:
      return coverage(period);
    case ReportKind::time_to_protect:
      return time_to_protect(period);
    case ReportKind::changes:
      return changes(period);
    case ReportKind::exposure:
      return exposure(period);
    case ReportKind::access:
      return access(period);
  }
  return Content{};
}

Result<void> check(const ReportRequest& request) {
  if (request.to < request.from) {
    return fail(ErrorKind::invalid, "report-range-backward",
                "A report goes from an earlier moment to a later one; event " +
                    std::to_string(request.from.value) + " comes after event " +
                    std::to_string(request.to.value) + ".");
  }
  if (request.about.empty()) return {};
  if (request.report != ReportKind::exposure) {
    return fail(ErrorKind::invalid, "report-about-nothing",
                "Only the report on exposure can be about one CVE.");
  }
  if (domain::is_cve(request.about)) return {};
  return fail(ErrorKind::invalid, "cve-invalid",
              "\"" + request.about + "\" is no CVE: they look like CVE-2021-44228.");
}

}  // namespace

Result<Report> make_report(const projections::ViewStore& views, const ledger::store::EventLog& log,
                           const ReportRequest& request) {
  if (const auto checked = check(request); !checked) return fail(checked.error());
  const auto from = moment_at(log, request.from);
  if (!from) return fail(from.error());
  const auto to = moment_at(log, request.to);
  if (!to) return fail(to.error());
  const domain::Position size{request.to.value + 1};
  const auto root = log.root_at(size);
  if (!root) return fail(root.error());
  auto content = content_of(request.report, {views, log, *from, *to, request.about});
  if (!content) return fail(content.error());
  Report report;
  report.format = report_format;
  report.report = request.report;
  report.title = title_of(request.report);
  report.origin = request.origin;
  report.about = request.about;
  report.from = *from;
  report.to = *to;
  report.size = size;
  report.root = *root;
  report.figures = std::move(content->figures);
  report.sections = std::move(content->sections);
  return report;
}

Result<domain::Position> usual_beginning(const ledger::store::EventLog& log, domain::Position to) {
  const auto end = moment_at(log, to);
  if (!end) return fail(end.error());
  const auto beginning = projections::position_at(log, end->time - domain::days(30));
  if (!beginning) return fail(beginning.error());
  return beginning->value_or(domain::Position{0});
}

domain::Digest digest_of(const Report& report) {
  return ledger::sha256(ledger::codec::to_json(report));
}

std::string report_json(const Report& report) {
  return "{\"digest\":\"" + hex(digest_of(report)) +
         "\",\"report\":" + ledger::codec::to_json(report) + "}";
}

std::string report_csv(const Report& report) {
  std::string out;
  const auto fact = [&](const std::string& name, const std::string& value) {
    ledger::codec::write_csv_line(out, {name, value});
  };
  fact("report", std::string(domain::name_of(report.report)));
  if (!report.about.empty()) fact("about", report.about);
  fact("origin", report.origin);
  fact("from_position", std::to_string(report.from.position.value));
  fact("from_time", rfc3339(report.from.time));
  fact("to_position", std::to_string(report.to.position.value));
  fact("to_time", rfc3339(report.to.time));
  fact("size", std::to_string(report.size.value));
  fact("root", hex(report.root));
  fact("digest", hex(digest_of(report)));
  for (const auto& figure : report.figures) fact(figure.label, figure.value);
  for (const auto& section : report.sections) {
    out += "\r\n";
    ledger::codec::write_csv_line(out, {section.title});
    std::vector<std::string> names;
    for (const auto& column : section.columns) names.push_back(column.name);
    std::vector<std::string> rows;
    for (const auto& row : section.rows) rows.push_back(row.text);
    ledger::codec::write_csv(out, names, rows);
    if (section.left_out > 0) {
      ledger::codec::write_csv_line(out,
                                    {std::to_string(section.left_out) + " more rows left out"});
    }
  }
  return out;
}

}  // namespace replay::reports

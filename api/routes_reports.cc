// Reports over a period, as pages, tables or JSON; each with the permission of what it tells.
#include "api/made_reports.h"
#include "api/routes.h"

namespace api {

using replay::reports::Report;
using replay::reports::ReportKind;

namespace {

constexpr std::string_view as_json = "application/json";
constexpr std::string_view as_page = "text/html";
constexpr std::string_view as_table = "text/csv";

std::string file_name(const Report& report, std::string_view ending) {
  return std::string(domain::name_of(report.report)) + "-" +
         std::to_string(report.from.position.value) + "-" +
         std::to_string(report.to.position.value) + std::string(ending);
}

Response rendered(const Report& report, std::string_view type) {
  Response response;
  response.headers.emplace_back("Vary", "Accept");
  if (type == as_json) {
    response.body = report_json(report);
    return response;
  }
  response.content_type = std::string(type) + "; charset=utf-8";
  const bool is_page = type == as_page;
  response.body = is_page ? report_html(report) : report_csv(report);
  response.headers.emplace_back("Content-Disposition",
                                std::string(is_page ? "inline" : "attachment") + "; filename=\"" +
                                    file_name(report, is_page ? ".html" : ".csv") + "\"");
  // Its style stands in the page; nothing else is let in.
  if (is_page) {
    response.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  }
  return response;
}

Answered<Response> report(const Reading& reading, ReportKind kind) {
  const auto& request = reading.request;
  const auto said = [&](std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
  };
  const auto type = preferred(request.header("accept"), {as_json, as_page, as_table});
  if (type.empty()) {
    return refused("not-acceptable",
                   "A report is given as application/json, text/html or text/csv.", 406);
  }
  const ReportAsked asked{kind, said("from"), said("to"), said("about")};
  const auto made = made_report(reading.services, asked, reading.at);
  if (!made) return refused(made.error());
  const auto to = made->to.position;
  const bool is_pinned = number_from(asked.from) && (number_from(asked.to) || reading.is_pinned);
  return finished({request, reading.services, to, reading.services.views.as_of(to), is_pinned, {}},
                  rendered(*made, type));
}

}  // namespace

void add_report_routes(Routes& routes) {
  struct Entry {
    ReportKind kind;
    Permission permission;
  };
  for (const auto& [kind, permission] : {Entry{ReportKind::coverage, Permission::read},
                                         Entry{ReportKind::time_to_protect, Permission::read},
                                         Entry{ReportKind::exposure, Permission::read},
                                         Entry{ReportKind::changes, Permission::read_log},
                                         Entry{ReportKind::access, Permission::read_access}}) {
    QueryNames parameters = {"from", "to"};
    if (kind == ReportKind::exposure) parameters.push_back("about");
    routes.read("/v1/reports/" + std::string(domain::name_of(kind)), permission,
                std::move(parameters),
                [kind = kind](const Reading& reading) { return report(reading, kind); });
  }
}

}  // namespace api

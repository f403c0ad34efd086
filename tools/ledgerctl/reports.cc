#include "tools/ledgerctl/reports.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/store/durable_file.h"
#include "replay/reports/report.h"
#include "tools/ledgerctl/offline.h"
#include "tools/ledgerctl/offline_history.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

enum class Form { page, csv, json };

// What is read by people at a terminal comes as JSON too.
Form form_of(const Session& session, const std::string& file) {
  if (session.as_page) return Form::page;
  if (session.look.format == Format::csv) return Form::csv;
  if (session.look.format != Format::table || file.empty()) return Form::json;
  return file.ends_with(".csv") ? Form::csv : file.ends_with(".json") ? Form::json : Form::page;
}

Result<std::string, Failure> asked_of_server(const Session& session, const ReportAsked& asked,
                                             Form form) {
  std::string path = "/v1/reports/" + asked.report;
  char joint = '?';
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    path += joint + std::string(name) + "=" + escaped(value);
    joint = '&';
  };
  add("from", asked.from);
  add("to", asked.to.empty() ? session.as_of : asked.to);
  add("about", asked.about);
  const char* type = form == Form::page  ? "text/html"
                     : form == Form::csv ? "text/csv"
                                         : "application/json";
  auto reply = Client(session.server).ask({"GET", path, "", "", {{"Accept", type}}});
  if (!reply) return tl::unexpected(reply.error());
  return std::move(reply->body);
}

Result<std::string, Failure> made_offline(const ReportAsked& asked, Form form) {
  const auto kind = replay::domain::enum_from<replay::reports::ReportKind>(asked.report);
  CHECK(kind.has_value(), "the verbs are the kinds of reports");
  auto range = open_range({asked.data, asked.from, asked.to});
  if (!range) return tl::unexpected(failure_of(range.error()));
  if (asked.from.empty()) {
    const auto from = replay::reports::usual_beginning(*range->log, range->to);
    if (!from) return tl::unexpected(failure_of(from.error()));
    range->from = *from;
  }
  const auto note = range->log->head_file().newest().note;
  const auto report = replay::reports::make_report(
      *range->views, *range->log,
      {*kind, range->from, range->to, note.substr(0, note.find('\n')), asked.about});
  if (!report) return tl::unexpected(failure_of(report.error()));
  return form == Form::page  ? report_html(*report)
         : form == Form::csv ? report_csv(*report)
                             : report_json(*report);
}

std::string moment_text(const json& moment) {
  return plain(moment["time"]) + " (event " + plain(moment["position"]) + ")";
}

void tell_section(const json& section, const Session& session) {
  std::cout << '\n' << plain(section["title"]) << '\n';
  if (section["rows"].empty()) {
    std::cout << "  none\n";
    return;
  }
  Look look = session.look;
  look.columns.clear();
  for (const auto& column : section["columns"]) look.columns.push_back(column["name"]);
  show_rows(std::cout, section["rows"], look);
  if (section["left_out"] != 0) {
    std::cout << "  and " << plain(section["left_out"]) << " more\n";
  }
}

void tell(const json& answer, const Session& session) {
  const json& report = answer["report"];
  std::cout << plain(report["title"]);
  if (report["about"] != "") std::cout << ": " << plain(report["about"]);
  std::cout << ", " << plain(report["origin"]) << "\nfrom " << moment_text(report["from"]) << " to "
            << moment_text(report["to"]) << "\nroot " << plain(report["root"]) << "\ndigest "
            << plain(answer["digest"]) << "\n\n";
  for (const auto& figure : report["figures"]) {
    std::cout << "  " << plain(figure["value"]) << "  " << plain(figure["label"]) << '\n';
  }
  for (const auto& section : report["sections"]) tell_section(section, session);
}

}  // namespace

Exit make_report(const Session& session, const ReportAsked& asked) {
  const Form form = form_of(session, asked.file);
  const auto made =
      asked.data.empty() ? asked_of_server(session, asked, form) : made_offline(asked, form);
  if (!made) return complain(session, made.error());
  if (!asked.file.empty()) {
    const auto written =
        ledger::store::write_durably(asked.file, *made, ledger::store::Access::everybody);
    if (!written) return complain(session, failure_of(written.error()));
    if (!session.quiet) std::cerr << asked.file << ": " << made->size() << " bytes\n";
    return Exit::ok;
  }
  const Format format = session.look.format;
  if (form != Form::json || format == Format::json) {
    std::cout << *made << (form == Form::json ? "\n" : "");
    return Exit::ok;
  }
  const json answer = json::parse(*made, nullptr, false);
  if (format == Format::table) {
    tell(answer, session);
  } else {
    show_object(std::cout, answer, session.look);
  }
  return Exit::ok;
}

}  // namespace ledgerctl

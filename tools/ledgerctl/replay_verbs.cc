#include "tools/ledgerctl/replay_verbs.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "tools/ledgerctl/command_bisect.h"
#include "tools/ledgerctl/offline_history.h"
#include "tools/ledgerctl/pages.h"
#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

// -- Diff ----------------------------------------------------------------------------------------

void tell_difference(const json& row) {
  const auto& change = row["change"];
  const char* sign = change == "added" ? "+ " : change == "removed" ? "- " : "~ ";
  std::cout << sign << plain(row["view"]) << ' ' << plain(row["key"]) << "  (event "
            << plain(row["position"]) << ", " << plain(row["type"]) << ", " << plain(row["by"]);
  if (row["events"].size() > 1 || row["more_events"] == true) {
    std::cout << ", the last of " << row["events"].size()
              << (row["more_events"] == true ? " and more" : "");
  }
  std::cout << ")\n";
  for (const auto& field : row["changed_fields"]) {
    std::cout << "    " << plain(field["field"]) << ": " << plain_json(field["before"]) << " -> "
              << plain_json(field["after"]) << '\n';
  }
}

// -- Bisect --------------------------------------------------------------------------------------

Exit tell_bisection(const Session& session, const json& told) {
  const bool found = !told["flips"].empty();
  if (session.look.format != Format::table) {
    show_object(std::cout, told, session.look);
    return found ? Exit::ok : Exit::failed;
  }
  const auto end_of = [&](const char* end) {
    const std::string name(end);
    return "at " + plain(told[name]) + " " + (told["holds_at_" + name] == true ? "true" : "false") +
           " (" + plain(told["count_at_" + name]) + ")";
  };
  std::cout << plain(told["where"]) << ": " << end_of("from") << ", " << end_of("to") << '\n';
  for (const auto& flip : told["flips"]) {
    std::cout << (flip["holds"] == true ? "Holds" : "Holds no longer") << " since event "
              << plain(flip["position"]) << ": " << plain(flip["count_before"]) << " became "
              << plain(flip["count"]) << ".\n";
    tell_event(std::cout, flip["event"], flip["causes"], flip["changes"]);
    if (flip["more_changes"] == true) std::cout << "  and more rows\n";
  }
  if (!found && told["all"] == true) std::cout << "No event of the range changed it.\n";
  if (!found && told["all"] == false) {
    std::cout << "Both ends say the same, and so do " << plain(told["checks"])
              << " moments between them. --all looks at every event.\n";
  }
  if (!told["not_monotone_at"].is_null() && told["all"] == false) {
    std::cout << "It changed more than once: at " << plain(told["not_monotone_at"])
              << " it is not as one change would have it. --all tells every change.\n";
  }
  std::cout << plain(told["reads"]) << " reads, and " << plain(told["checks"])
            << " to see whether it changed more than once.\n";
  return found ? Exit::ok : Exit::failed;
}

// Says what is wrong with a predicate, and shows where.
Exit wrong_predicate(const Session& session, const std::string& where, const Failure& failure) {
  const Exit exit = trouble(session, failure);
  constexpr std::string_view begins = "At byte ";
  if (session.look.format == Format::json || !failure.message.starts_with(begins)) return exit;
  std::size_t at = 0;
  const char* digits = failure.message.data() + begins.size();
  std::from_chars(digits, failure.message.data() + failure.message.size(), at);
  const bool is_one_line = std::none_of(where.begin(), where.end(),
                                        [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (!is_one_line || at > where.size()) return exit;
  const auto end = where.begin() + static_cast<std::ptrdiff_t>(at);
  const auto columns = std::count_if(where.begin(), end, [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // Not within a letter of UTF-8.
  });
  std::cerr << "  " << where << "\n  " << std::string(static_cast<std::size_t>(columns), ' ')
            << "^\n";
  return exit;
}

constexpr int accepted_status = 202;  // It is worked on.

Exit bisect_by_predicate(const Session& session, const BisectAsked& asked) {
  if (!asked.data.empty()) {
    const auto told =
        bisect_of_directory(session, {asked.data, asked.from, asked.to}, asked.where, asked.all);
    return told ? tell_bisection(session, *told)
                : wrong_predicate(session, asked.where, told.error());
  }
  json body = {{"from", asked.from}, {"where", asked.where}, {"all", asked.all}};
  if (!asked.to.empty()) body["to"] = asked.to;
  Question question{"POST", "/v1/replays:bisect", body.dump(), "application/json", {}};
  if (!session.key.empty()) question.headers = {{"Idempotency-Key", session.key}};
  const auto reply = Client(session.server).ask(question);
  if (!reply) return wrong_predicate(session, asked.where, reply.error());
  const json answer = json::parse(reply->body, nullptr, false);
  if (reply->status != accepted_status) return tell_bisection(session, answer);
  const auto result = result_of_started(session, answer.value("operation", std::string()));
  return result ? tell_bisection(session, json::parse(*result)) : trouble(session, result.error());
}

Result<void, Failure> differences(const Session& session, const DiffAsked& asked,
                                  const TakeRows& take) {
  if (!asked.data.empty()) {
    return diff_of_directory({asked.data, asked.from, asked.to}, asked.views, take);
  }
  std::string path = "/v1/diff?from=" + escaped(asked.from);
  if (!asked.to.empty()) path += "&to=" + escaped(asked.to);
  std::string views;
  for (const auto& view : asked.views) views += (views.empty() ? "" : ",") + view;
  if (!views.empty()) path += "&view=" + escaped(views);
  return each_page(Client(session.server), path, take);
}

}  // namespace

Exit trouble(const Session& session, const Failure& failure) {
  const Exit exit = complain(session, failure);
  return exit == Exit::failed ? Exit::usage : exit;
}

Exit diff_moments(const Session& session, const DiffAsked& asked) {
  const auto max = session.limit > 0 ? static_cast<std::size_t>(session.limit)
                                     : std::numeric_limits<std::size_t>::max();
  // As they come, if that can be: there may be very many.
  const bool is_told = session.look.format == Format::table && session.look.columns.empty();
  json rows = json::array();
  std::size_t taken = 0;
  const auto read = differences(session, asked, [&](const json& page) {
    for (const auto& row : page) {
      if (taken == max) return false;
      ++taken;
      if (is_told) {
        tell_difference(row);
      } else {
        rows.push_back(row);
      }
    }
    std::cout.flush();
    return taken < max && std::cout.good();
  });
  if (!read) return trouble(session, read.error());
  if (!is_told) show_rows(std::cout, rows, session.look);
  return taken == 0 ? Exit::ok : Exit::failed;
}

Exit bisect_history(const Session& session, const BisectAsked& asked) {
  if (asked.run.command.empty() == asked.where.empty()) {
    return trouble(session,
                   {Exit::usage, "Give either --where PREDICATE or a command after \"--\".", ""});
  }
  if (asked.run.command.empty()) return bisect_by_predicate(session, asked);
  if (!asked.data.empty()) {
    return trouble(session, {Exit::usage, "--data goes with --where, not with a command.", ""});
  }
  return bisect_by_command(session, asked);
}

}  // namespace ledgerctl

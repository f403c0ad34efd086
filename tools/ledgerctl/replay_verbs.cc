#include "tools/ledgerctl/replay_verbs.h"

#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/ledgerctl/offline_history.h"
#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using ledger::fail;
using ledger::Result;
using nlohmann::json;

namespace {

Result<json, Failure> get(const Client& client, const std::string& path) {
  const auto reply = client.ask({"GET", path, "", "", {}});
  if (!reply) return tl::unexpected(reply.error());
  auto answer = json::parse(reply->body, nullptr, false);
  if (answer.is_discarded()) {
    return tl::unexpected(Failure{Exit::failed, "The server's answer is not JSON.", ""});
  }
  return answer;
}

// Takes the rows of a page; false: it has enough.
using TakeRows = std::function<bool(const json& rows)>;

// Page by page. Shape: `path` has a query already.
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

// 1 says that there is a difference, or that nothing was found; what went wrong is more.
Exit trouble(const Session& session, const Failure& failure) {
  const Exit exit = complain(session, failure);
  return exit == Exit::failed ? Exit::usage : exit;
}

void tell_event(const json& event, const json& causes, const json& changes) {
  std::cout << "Event " << told_event(event) << '\n';
  for (const auto& cause : causes) std::cout << "  caused by event " << told_event(cause) << '\n';
  for (const auto& change : changes) tell_change(std::cout, change);
}

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
    tell_event(flip["event"], flip["causes"], flip["changes"]);
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

Exit bisect_by_predicate(const Session& session, const BisectAsked& asked) {
  if (!asked.data.empty()) {
    const auto told =
        bisect_of_directory({asked.data, asked.from, asked.to}, asked.where, asked.all);
    return told ? tell_bisection(session, *told) : trouble(session, told.error());
  }
  json body = {{"from", asked.from}, {"where", asked.where}, {"all", asked.all}};
  if (!asked.to.empty()) body["to"] = asked.to;
  Question question{"POST", "/v1/replays:bisect", body.dump(), "application/json", {}};
  const auto reply = Client(session.server).ask(question);
  if (!reply) return trouble(session, reply.error());
  return tell_bisection(session, json::parse(reply->body, nullptr, false));
}

// Halves a range by what a command says of it.
class CommandBisector {
 public:
  CommandBisector(const Session& session, const BisectAsked& asked)
      : session_(session), asked_(asked), client_(session.server) {}

  Exit run() {
    auto low = position_of(asked_.from);
    if (!low) return trouble(session_, low.error());
    auto high = position_of(asked_.to);
    if (!high) return trouble(session_, high.error());
    const auto first = ask(*low);
    if (!first) return trouble(session_, first.error());
    const auto last = ask(*high);
    if (!last) return trouble(session_, last.error());
    if (*first == Said::skip || *last == Said::skip || *first == *last) {
      std::cout << "The command says the same at both ends, or skips one: at " << *low << " "
                << name_of(*first) << ", at " << *high << " " << name_of(*last) << ".\n";
      return Exit::failed;
    }
    return halve(*low, *high, *first);
  }

 private:
  static const char* name_of(Said said) {
    return said == Said::good ? "good" : said == Said::bad ? "bad" : "skip";
  }

  Exit halve(std::uint64_t low, std::uint64_t high, Said first) {
    while (low + 1 < high) {
      const auto told = ask_inside(low, high);
      if (!told) return trouble(session_, told.error());
      if (told->said == Said::skip) {
        std::cout << "The change is at one of the events " << low + 1 << " to " << high
                  << "; the command skips all in between.\n";
        return Exit::failed;
      }
      (told->said == first ? low : high) = told->position;
    }
    return tell(high, first);
  }

  struct Told {
    std::uint64_t position;
    Said said;
  };

  // The moment nearest to the middle that is not skipped.
  Result<Told, Failure> ask_inside(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t middle = low + (high - low) / 2;
    for (std::uint64_t off = 0; middle + off < high || middle > low + off; ++off) {
      for (const bool up : {true, false}) {
        if (up ? middle + off >= high : off == 0 || middle <= low + off) continue;
        const std::uint64_t at = up ? middle + off : middle - off;
        const auto said = ask(at);
        if (!said) return tl::unexpected(said.error());
        if (*said != Said::skip) return Told{at, *said};
      }
    }
    return Told{middle, Said::skip};
  }

  Result<std::uint64_t, Failure> position_of(const std::string& moment) {
    const std::string as_of = moment.empty() ? "" : "&as_of=" + escaped(moment);
    const auto page = get(client_, "/v1/views?page_size=1" + as_of);
    if (!page) return tl::unexpected(page.error());
    return page->value("position", std::uint64_t{0});
  }

  Result<Said, Failure> ask(std::uint64_t position) {
    const std::string path = asked_.view == "computers"
                                 ? std::string("/v1/computers")
                                 : "/v1/views/" + escaped(asked_.view) + "/rows";
    auto query = path + "?as_of=" + std::to_string(position);
    if (!session_.filter.empty()) query += "&filter=" + escaped(session_.filter);
    const auto rows = all_rows(client_, query);
    if (!rows) return tl::unexpected(rows.error());
    ++reads_;
    const Said said = run_command_on(asked_.run, rows->dump() + "\n", position);
    if (said == Said::endless) {
      return tl::unexpected(Failure{Exit::timed_out,
                                    "The command did not end within " +
                                        std::to_string(asked_.run.timeout_seconds) +
                                        " seconds at " + std::to_string(position) +
                                        "; give it longer with --command-timeout.",
                                    ""});
    }
    if (said == Said::broken) {
      return tl::unexpected(Failure{
          Exit::failed,
          "The command cannot be run, or ended by a signal, at " + std::to_string(position) + ".",
          ""});
    }
    if (!session_.quiet) std::cerr << position << " " << name_of(said) << '\n';
    return said;
  }

  Exit tell(std::uint64_t position, Said before) {
    const std::string path = "/v1/events/" + std::to_string(position);
    const auto event = get(client_, path);
    if (!event) return trouble(session_, event.error());
    const auto causes = get(client_, path + "/causes");
    if (!causes) return trouble(session_, causes.error());
    const auto changes = get(client_, path + "/changes?page_size=20");
    if (!changes) return trouble(session_, changes.error());
    const json none = json::array();
    if (session_.look.format != Format::table) {
      show_object(std::cout,
                  {{"position", position},
                   {"before", name_of(before)},
                   {"event", *event},
                   {"causes", causes->value("items", none)},
                   {"changes", changes->value("items", none)},
                   {"reads", reads_}},
                  session_.look);
      return Exit::ok;
    }
    std::cout << (before == Said::good ? "Bad" : "Good") << " since event " << position << ".\n";
    tell_event(*event, causes->value("items", none), changes->value("items", none));
    std::cout << reads_ << " runs of the command.\n";
    return Exit::ok;
  }

  const Session& session_;
  const BisectAsked& asked_;
  Client client_;
  std::uint64_t reads_ = 0;
};

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
  if (asked.all || !asked.data.empty()) {
    return trouble(session,
                   {Exit::usage, "--all and --data go with --where, not with a command.", ""});
  }
  return CommandBisector(session, asked).run();
}

}  // namespace ledgerctl

#include "tools/ledgerctl/command_bisect.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/ledgerctl/pages.h"
#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

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
    tell_event(std::cout, *event, causes->value("items", none), changes->value("items", none));
    std::cout << reads_ << " runs of the command.\n";
    return Exit::ok;
  }

  const Session& session_;
  const BisectAsked& asked_;
  Client client_;
  std::uint64_t reads_ = 0;
};

}  // namespace

Exit bisect_by_command(const Session& session, const BisectAsked& asked) {
  return CommandBisector(session, asked).run();
}

}  // namespace ledgerctl

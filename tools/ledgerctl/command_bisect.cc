#include "tools/ledgerctl/command_bisect.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/ledgerctl/pages.h"
#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

const char* name_of(Said said) {
  return said == Said::good ? "good" : said == Said::bad ? "bad" : "skip";
}

struct Moment {
  std::uint64_t position = 0;
  Said said{};
};

// Two moments of which the command says different things, and skips all in between.
struct Flip {
  Moment before;
  Moment after;
  bool is_one_event() const { return before.position + 1 == after.position; }
};

// What is asked of the command, and what came of it so far.
class CommandBisector {
 public:
  CommandBisector(const Session& session, const BisectAsked& asked)
      : session_(session), asked_(asked), client_(session.server) {}

  Exit run() {
    const auto searched = search();
    if (!searched) return trouble(session_, searched.error());
    if (from_.said == Said::skip || to_.said == Said::skip) {
      std::cout << "The command skips an end of the range: " << end_of(from_) << ", " << end_of(to_)
                << ".\n";
      return Exit::failed;
    }
    return tell();
  }

 private:
  Result<void, Failure> search() {
    for (auto [end, moment] : {std::pair(&from_, &asked_.from), {&to_, &asked_.to}}) {
      const auto position = position_of(*moment);
      if (!position) return tl::unexpected(position.error());
      end->position = *position;
    }
    if (to_.position < from_.position) {
      return tl::unexpected(Failure{Exit::usage,
                                    "The range begins at " + std::to_string(from_.position) +
                                        ", after its end at " + std::to_string(to_.position) +
                                        "; give the earlier moment first.",
                                    ""});
    }
    for (auto* end : {&from_, &to_}) {
      const auto said = ask(end->position);
      if (!said) return tl::unexpected(said.error());
      end->said = *said;
    }
    if (from_.said == Said::skip || to_.said == Said::skip) return {};
    if (asked_.all) return find_all();
    if (from_.said == to_.said) return find_between();
    if (const auto found = halve(from_, to_); !found) return found;
    const auto other = contradiction();
    if (!other) return tl::unexpected(other.error());
    if (*other) not_monotone_at_ = (*other)->position;
    return {};
  }

  Result<void, Failure> find_all() {
    Moment last = from_;
    for (std::uint64_t at = from_.position + 1; at <= to_.position; ++at) {
      const auto said = ask(at);
      if (!said) return tl::unexpected(said.error());
      if (*said == Said::skip) continue;
      if (*said != last.said) flips_.push_back({last, {at, *said}});
      last = {at, *said};
    }
    if (flips_.size() > 1) not_monotone_at_ = flips_[1].after.position;
    return {};
  }

  // Both ends say the same: what is told is the change before the first moment that does not.
  Result<void, Failure> find_between() {
    const auto other = contradiction();
    if (!other) return tl::unexpected(other.error());
    if (!*other) return {};
    not_monotone_at_ = (*other)->position;
    return halve(from_, **other);
  }

  // Shape: they say different things.
  Result<void, Failure> halve(Moment low, Moment high) {
    while (low.position + 1 < high.position) {
      const auto inside = ask_inside(low.position, high.position);
      if (!inside) return tl::unexpected(inside.error());
      if (!*inside) break;
      ((*inside)->said == low.said ? low : high) = **inside;
    }
    flips_.push_back({low, high});
    return {};
  }

  // The moment nearest to the middle that is not skipped.
  Result<std::optional<Moment>, Failure> ask_inside(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t middle = low + (high - low) / 2;
    for (std::uint64_t off = 0; middle + off < high || middle > low + off; ++off) {
      for (const bool up : {true, false}) {
        if (up ? middle + off >= high : off == 0 || middle <= low + off) continue;
        const std::uint64_t at = up ? middle + off : middle - off;
        const auto said = ask(at);
        if (!said) return tl::unexpected(said.error());
        if (*said != Said::skip) return std::optional(Moment{at, *said});
      }
    }
    return std::optional<Moment>();
  }

  // Asks at moments spread over the range, for one that contradicts a single change.
  Result<std::optional<Moment>, Failure> contradiction() {
    const std::uint64_t length = to_.position - from_.position;
    const std::uint64_t moments =
        std::min<std::uint64_t>(asked_.checks, length == 0 ? 0 : length - 1);
    for (std::uint64_t i = 1; i <= moments; ++i) {
      const std::uint64_t at =
          from_.position + length / (moments + 1) * i + length % (moments + 1) * i / (moments + 1);
      const std::uint64_t asked_before = answers_.size();
      const auto said = ask(at);
      if (!said) return tl::unexpected(said.error());
      checks_ += answers_.size() - asked_before;
      if (*said == Said::skip) continue;
      const bool is_after = !flips_.empty() && flips_.front().after.position <= at;
      if (*said != (is_after ? to_.said : from_.said)) return std::optional(Moment{at, *said});
    }
    return std::optional<Moment>();
  }

  Result<std::uint64_t, Failure> position_of(const std::string& moment) {
    const std::string as_of = moment.empty() ? "" : "&as_of=" + escaped(moment);
    const auto page = get(client_, "/v1/views?page_size=1" + as_of);
    if (!page) return tl::unexpected(page.error());
    return page->value("position", std::uint64_t{0});
  }

  // What the command says; it is run once for each moment.
  Result<Said, Failure> ask(std::uint64_t position) {
    if (const auto known = answers_.find(position); known != answers_.end()) return known->second;
    const std::string path = asked_.view == "computers"
                                 ? std::string("/v1/computers")
                                 : "/v1/views/" + escaped(asked_.view) + "/rows";
    auto query = path + "?as_of=" + std::to_string(position);
    if (!session_.filter.empty()) query += "&filter=" + escaped(session_.filter);
    const auto rows = all_rows(client_, query);
    if (!rows) return tl::unexpected(rows.error());
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
    answers_.emplace(position, said);
    return said;
  }

  // -- What is told ------------------------------------------------------------------------------

  static std::string end_of(const Moment& end) {
    return "at " + std::to_string(end.position) + " " + name_of(end.said);
  }

  // One event, or those among which it is.
  Result<json, Failure> flip_json(const Flip& flip) const {
    json told = {{"before", name_of(flip.before.said)},
                 {"first", flip.before.position + 1},
                 {"position", flip.after.position}};
    if (!flip.is_one_event()) return told;
    const std::string path = "/v1/events/" + std::to_string(flip.after.position);
    for (const auto& [name, part] :
         {std::pair("event", ""), {"causes", "/causes"}, {"changes", "/changes?page_size=20"}}) {
      auto answer = get(client_, path + part);
      if (!answer) return answer;
      told[name] = *part == '\0' ? *std::move(answer) : answer->value("items", json::array());
    }
    return told;
  }

  Exit tell() const {
    json flips = json::array();
    for (const auto& flip : flips_) {
      auto told = flip_json(flip);
      if (!told) return trouble(session_, told.error());
      flips.push_back(*std::move(told));
    }
    if (session_.look.format == Format::table) {
      tell_people(flips);
    } else {
      json told = {{"from", from_.position},
                   {"to", to_.position},
                   {"at_from", name_of(from_.said)},
                   {"at_to", name_of(to_.said)},
                   {"flips", std::move(flips)},
                   {"all", asked_.all},
                   {"reads", answers_.size() - checks_},
                   {"checks", checks_},
                   {"not_monotone_at", nullptr}};
      if (not_monotone_at_) told["not_monotone_at"] = *not_monotone_at_;
      show_object(std::cout, told, session_.look);
    }
    const bool is_found = std::any_of(flips_.begin(), flips_.end(),
                                      [](const Flip& flip) { return flip.is_one_event(); });
    return is_found ? Exit::ok : Exit::failed;
  }

  void tell_people(const json& flips) const {
    for (const auto& flip : flips) {
      if (!flip.contains("event")) {
        std::cout << "The change is at one of the events " << flip["first"] << " to "
                  << flip["position"] << "; the command skips all in between.\n";
        continue;
      }
      std::cout << (flip["before"] == "good" ? "Bad" : "Good") << " since event "
                << flip["position"] << ".\n";
      tell_event(std::cout, flip["event"], flip["causes"], flip["changes"]);
    }
    if (flips.empty()) {
      std::cout << "The command says the same at both ends, " << end_of(from_) << ", "
                << end_of(to_) << ", and at "
                << answers_.size() - (from_.position == to_.position ? 1 : 2)
                << " moments between them.\n";
    }
    if (not_monotone_at_ && !asked_.all) {
      std::cout << "It changed more than once: at " << *not_monotone_at_
                << " the command does not say what one change would have it say. --all tells every "
                   "change.\n";
    }
    std::cout << answers_.size() - checks_ << " runs of the command, and " << checks_
              << " to see whether it changed more than once.\n";
  }

  const Session& session_;
  const BisectAsked& asked_;
  Client client_;
  Moment from_;
  Moment to_;
  std::map<std::uint64_t, Said> answers_;
  std::uint64_t checks_ = 0;
  std::vector<Flip> flips_;  // Oldest first.
  std::optional<std::uint64_t> not_monotone_at_;
};

}  // namespace

Exit bisect_by_command(const Session& session, const BisectAsked& asked) {
  return CommandBisector(session, asked).run();
}

}  // namespace ledgerctl

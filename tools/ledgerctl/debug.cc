#include "tools/ledgerctl/debug.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/ledgerctl/replay_verbs.h"
#include "tools/ledgerctl/what_if.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

constexpr const char* debug_help =
    "step [N], s            to the next event, or N events on\n"
    "back [N], rs           the same backwards (reverse-step)\n"
    "next, n; rn            over the whole command; backwards (reverse-next)\n"
    "continue, c; rc        until a breakpoint or a watch; backwards (reverse-continue)\n"
    "until N, u             until event N\n"
    "break TYPE, b          where the type of an event begins so: policy.\n"
    "break TYPE if PRED     ... and the predicate holds after it\n"
    "break if PRED          where the predicate comes to hold\n"
    "watch EXPR, w          where what it counts becomes another number:\n"
    "                       computers[status = \"failed\"].count\n"
    "info, i                breakpoints and watches\n"
    "delete [N], d          removes one, or all\n"
    "print EXPR, p          what it counts at this event\n"
    "where                  shows this event again\n"
    "diff [A [B]]           what differs between two positions; from the beginning to here\n"
    "bisect PRED            the event of the range that made it true or false\n"
    "whatif drop N | drop-command N | set NAME=VALUE@N | do N:{...}\n"
    "                       what would have become of it, hypothetically\n"
    "help, h; quit, q; an empty line repeats the last step\n";

std::string stripped(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

void print_row_change(const json& change) {
  const bool is_new = change["before"].is_null();
  const bool is_gone = change["after"].is_null();
  std::cout << (is_new    ? "  + "
                : is_gone ? "  - "
                          : "  ~ ")
            << cell_of(change["view"]) << ' ' << cell_of(change["key"]) << '\n';
  if (is_new || is_gone) {
    std::cout << "      " << change[is_new ? "after" : "before"].dump() << '\n';
    return;
  }
  for (const auto& [field, now] : change["after"].items()) {
    const json then = change["before"].value(field, json());
    if (then == now || field == "changed") continue;
    std::cout << "      " << field << ": " << then.dump() << " -> " << now.dump() << '\n';
  }
}

class Debugger {
 public:
  Debugger(const Session& session, const DebugAsked& asked, std::unique_ptr<Walk> walk)
      : session_(session), asked_(asked), walk_(std::move(walk)) {}

  Exit run() {
    std::cout << "Events " << walk_->first() << " to " << walk_->last() << ".\n";
    if (!arrive(walk_->show())) return worst_;
    if (!asked_.script.empty()) {
      std::ifstream file(asked_.script);
      if (!file) {
        return complain(session_, {Exit::usage, "Cannot read " + asked_.script + ".", ""});
      }
      if (!read_from(file, false)) return worst_;
    }
    for (const auto& each : asked_.execute) {
      if (!obey(each) && asked_.batch) return worst_;
      if (ended_) return Exit::ok;
    }
    if (!asked_.batch && !ended_) read_from(std::cin, isatty(STDIN_FILENO) != 0);
    return asked_.batch ? worst_ : Exit::ok;
  }

 private:
  using Words = std::string;
  using Command = bool (Debugger::*)(const Words& rest);

  // False: a command was wrong, and that ends it.
  bool read_from(std::istream& in, bool is_terminal) {
    std::string line;
    while (!ended_) {
      if (is_terminal) std::cout << "(ledger) " << std::flush;
      if (!std::getline(in, line)) return true;
      const bool good = obey(line);
      if (!good && asked_.batch) return false;
    }
    return true;
  }

  bool obey(const std::string& line) {
    std::string text = stripped(line);
    if (text.starts_with('#')) return true;
    if (text.empty()) text = repeated_;
    if (text.empty()) return true;
    const auto space = text.find(' ');
    const std::string word = text.substr(0, space);
    const auto rest = space == std::string::npos ? std::string() : stripped(text.substr(space));
    const auto& known = commands();
    const auto found = known.find(word);
    if (found == known.end()) {
      return wrong_use("There is no command \"" + word + "\"; help lists them.");
    }
    static const std::string_view steps =
        " s step rs back reverse-step n next rn reverse-next c "
        "continue rc reverse-continue ";
    if (steps.find(" " + word + " ") != std::string_view::npos) repeated_ = text;
    return (this->*found->second)(rest);
  }

  static const std::map<std::string, Command>& commands() {
    static const std::map<std::string, Command> all = {
        {"s", &Debugger::step},
        {"step", &Debugger::step},
        {"rs", &Debugger::back},
        {"back", &Debugger::back},
        {"reverse-step", &Debugger::back},
        {"n", &Debugger::next},
        {"next", &Debugger::next},
        {"rn", &Debugger::reverse_next},
        {"reverse-next", &Debugger::reverse_next},
        {"c", &Debugger::go_on},
        {"continue", &Debugger::go_on},
        {"rc", &Debugger::reverse_go_on},
        {"reverse-continue", &Debugger::reverse_go_on},
        {"u", &Debugger::until},
        {"until", &Debugger::until},
        {"b", &Debugger::add_break},
        {"break", &Debugger::add_break},
        {"w", &Debugger::add_watch},
        {"watch", &Debugger::add_watch},
        {"i", &Debugger::info},
        {"info", &Debugger::info},
        {"d", &Debugger::remove},
        {"delete", &Debugger::remove},
        {"p", &Debugger::print},
        {"print", &Debugger::print},
        {"where", &Debugger::where},
        {"diff", &Debugger::diff},
        {"bisect", &Debugger::bisect},
        {"whatif", &Debugger::whatif},
        {"h", &Debugger::help},
        {"help", &Debugger::help},
        {"q", &Debugger::quit},
        {"quit", &Debugger::quit}};
    return all;
  }

  bool wrong_use(const std::string& message) {
    std::cout.flush();
    std::cerr << message << '\n';
    worst_ = Exit::usage;
    return false;
  }

  bool failed(const Failure& failure) {
    std::cout.flush();
    worst_ = complain(session_, failure);
    return false;
  }

  // Shows where a step has led.
  bool arrive(const Walk::Answer& answer) {
    if (!answer) return failed(answer.error());
    const json& hit = (*answer)["hit"];
    const std::string why = hit["why"];
    at_ = (*answer)["position"];
    if (why == "break" || why == "watch") {
      const auto number = hit["stop"].get<std::size_t>();
      std::cout << (why == "break" ? "Breakpoint " : "Watch ") << number + 1 << ", "
                << text_of(stops_[number]);
      if (hit["count_before"] != hit["count"]) {
        std::cout << ": " << hit["count_before"] << " -> " << hit["count"];
      }
      std::cout << '\n';
    } else if (why == "end" || why == "beginning") {
      std::cout << "The " << why << " of the range.\n";
    } else if (why == "limit") {
      std::cout << "Nothing in " << (*answer)["passed"] << " events; continue goes on.\n";
    }
    print_place(*answer);
    return true;
  }

  static void print_place(const json& step) {
    const auto& event = step["event"];
    const std::string reason = event["reason"];
    std::cout << "Event " << step["position"] << "  " << cell_of(event["recorded_at"]) << "  "
              << cell_of(event["type"]) << "  " << cell_of(event["stream"]) << "  by "
              << cell_of(event["actor"]["kind"]) << ':' << cell_of(event["actor"]["id"])
              << (reason.empty() ? "" : "  because: " + reason) << '\n';
    for (const auto& change : step["changes"]) print_row_change(change);
    if (step["more_changes"] == true) std::cout << "  and more rows\n";
  }

  static std::string text_of(const replay::Stop& stop) {
    if (!stop.watch.empty()) return "watch " + stop.watch;
    return "break" + (stop.type.empty() ? "" : " " + stop.type) +
           (stop.where.empty() ? "" : " if " + stop.where);
  }

  bool step_by(const std::string& rest, replay::Way way) {
    const auto count = rest.empty() ? std::optional<std::uint64_t>(1) : whole_number(rest);
    if (!count) return wrong_use("A number of events is expected, not " + rest + ".");
    return arrive(walk_->step(*count, false, way));
  }
  bool step(const Words& rest) { return step_by(rest, replay::Way::forward); }
  bool back(const Words& rest) { return step_by(rest, replay::Way::back); }
  bool next(const Words&) { return arrive(walk_->step(1, true, replay::Way::forward)); }
  bool reverse_next(const Words&) { return arrive(walk_->step(1, true, replay::Way::back)); }
  bool go_on(const Words&) { return arrive(walk_->go_on(stops_, {}, replay::Way::forward)); }
  bool reverse_go_on(const Words&) { return arrive(walk_->go_on(stops_, {}, replay::Way::back)); }

  bool until(const Words& rest) {
    const auto to = whole_number(rest);
    if (!to) return wrong_use("until takes the position of an event.");
    return arrive(walk_->go_on({}, to, *to < at_ ? replay::Way::back : replay::Way::forward));
  }

  bool add_break(const Words& rest) {
    replay::Stop stop;
    const std::string padded = " " + rest;
    const auto condition = padded.find(" if ");
    stop.type = stripped(padded.substr(0, condition));
    if (condition != std::string::npos) stop.where = stripped(padded.substr(condition + 4));
    if (stop.type.empty() && stop.where.empty()) return wrong_use("break TYPE [if PREDICATE]");
    return add(std::move(stop));
  }

  bool add_watch(const Words& rest) {
    if (rest.empty()) return wrong_use("watch EXPR, as computers[status = \"failed\"].count");
    return add({"", "", rest});
  }

  // What it asks is asked once, so that a mistake is told now.
  bool add(replay::Stop stop) {
    const std::string& question = stop.watch.empty() ? stop.where : stop.watch;
    if (!question.empty()) {
      const auto asked = walk_->ask(compared(question), at_);
      if (!asked) return failed(asked.error());
    }
    stops_.push_back(std::move(stop));
    std::cout << stops_.size() << ": " << text_of(stops_.back()) << '\n';
    return true;
  }

  static std::string compared(const std::string& expression) {
    return expression.ends_with(".count") ? expression + " >= 0" : expression;
  }

  bool info(const Words&) {
    for (std::size_t i = 0; i < stops_.size(); ++i) {
      std::cout << i + 1 << ": " << text_of(stops_[i]) << '\n';
    }
    if (stops_.empty()) std::cout << "No breakpoints or watches.\n";
    return true;
  }

  bool remove(const Words& rest) {
    if (rest.empty()) {
      stops_.clear();
      return true;
    }
    const auto number = whole_number(rest);
    if (!number || *number == 0 || *number > stops_.size()) {
      return wrong_use("There is no breakpoint or watch " + rest + ".");
    }
    stops_.erase(stops_.begin() + static_cast<std::ptrdiff_t>(*number - 1));
    return true;
  }

  bool print(const Words& rest) {
    if (rest.empty()) return wrong_use("print EXPR, as computers[status = \"failed\"].count");
    const auto answer = walk_->ask(compared(rest), at_);
    if (!answer) return failed(answer.error());
    std::cout << (*answer)["count"];
    if (!rest.ends_with(".count")) std::cout << ((*answer)["holds"] == true ? " true" : " false");
    std::cout << '\n';
    return true;
  }

  bool where(const Words&) { return arrive(walk_->show()); }

  // Verbs of their own, on the same data. 1 says that there is something to tell.
  template <class Verb>
  bool as_verb(Verb verb) {
    walk_->let_go();
    std::cout.flush();
    const Exit exit = verb();
    if (exit == Exit::ok || exit == Exit::failed) return true;
    worst_ = exit;
    return false;
  }

  bool diff(const Words& rest) {
    std::istringstream words(rest);
    DiffAsked asked{std::to_string(walk_->first()), std::to_string(at_), {}, asked_.range.data};
    std::string word;
    if (words >> word) asked.from = word;
    if (words >> word) asked.to = word;
    return as_verb([&] { return diff_moments(session_, asked); });
  }

  bool bisect(const Words& rest) {
    BisectAsked asked;
    asked.from = std::to_string(walk_->first());
    asked.to = std::to_string(walk_->last());
    asked.where = rest;
    asked.data = asked_.range.data;
    return as_verb([&] { return bisect_history(session_, asked); });
  }

  bool whatif(const Words& rest) {
    const auto space = rest.find(' ');
    const std::string kind = rest.substr(0, space);
    const auto what = space == std::string::npos ? std::string() : stripped(rest.substr(space));
    WhatIfAsked asked;
    asked.data = asked_.range.data;
    const auto number = whole_number(what);
    if (kind == "drop" && number) {
      asked.drop = {*number};
    } else if (kind == "drop-command" && number) {
      asked.drop_command = {*number};
    } else if (kind == "set" && !what.empty()) {
      asked.set = {what};
    } else if (kind == "do" && !what.empty()) {
      asked.commands = {what};
    } else {
      return wrong_use("whatif drop N | drop-command N | set NAME=VALUE@N | do N:{...}");
    }
    return as_verb([&] { return what_if(session_, asked); });
  }

  bool help(const Words&) {
    std::cout << debug_help;
    return true;
  }
  bool quit(const Words&) {
    ended_ = true;
    return true;
  }

  const Session& session_;
  const DebugAsked& asked_;
  std::unique_ptr<Walk> walk_;
  std::vector<replay::Stop> stops_;
  std::uint64_t at_ = 0;
  std::string repeated_;  // What an empty line does again.
  bool ended_ = false;
  Exit worst_ = Exit::ok;
};

}  // namespace

Exit debug_record(const Session& session, const DebugAsked& asked) {
  auto walk = begin_walk(session, asked.range);
  if (!walk) return complain(session, walk.error());
  return Debugger(session, asked, *std::move(walk)).run();
}

}  // namespace ledgerctl

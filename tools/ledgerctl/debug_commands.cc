#include "tools/ledgerctl/debug_commands.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/ledgerctl/offline.h"
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
    "break [on] TYPE, b     where the type of an event begins so: policy.\n"
    "break TYPE if PRED     ... and the predicate holds after it\n"
    "break [on] PRED        where the predicate comes to hold\n"
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

std::string text_of(const replay::Stop& stop) {
  if (!stop.watch.empty()) return "watch " + stop.watch;
  return "break" + (stop.type.empty() ? "" : " " + stop.type) +
         (stop.where.empty() ? "" : " if " + stop.where);
}

// Types of events have neither brackets nor comparisons.
bool is_predicate(std::string_view text) {
  return text.find_first_of("[<>=") != std::string_view::npos || text.ends_with(".exists");
}

std::string compared(const std::string& expression) {
  return expression.ends_with(".count") ? expression + " >= 0" : expression;
}

}  // namespace

Debugger::Debugger(const Session& session, WalkRange range, std::unique_ptr<Walk> walk,
                   ShowPlace show)
    : session_(session), range_(std::move(range)), walk_(std::move(walk)), show_(std::move(show)) {}

bool Debugger::begin() {
  std::cout << "Events " << walk_->first() << " to " << walk_->last() << ".\n";
  return arrive(walk_->show());
}

std::vector<std::string> Debugger::stops_told() {
  std::vector<std::string> told;
  for (const auto& stop : stops_) {
    told.push_back(std::to_string(told.size() + 1) + ": " + text_of(stop));
    if (stop.watch.empty()) continue;
    const auto answer = walk_->ask(compared(stop.watch), at_);
    if (answer) told.back() += " = " + (*answer)["count"].dump();
  }
  return told;
}

bool Debugger::obey(const std::string& line) {
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

const std::map<std::string, Debugger::Command>& Debugger::commands() {
  static const std::map<std::string, Command> all = {{"s", &Debugger::step},
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

bool Debugger::wrong_use(const std::string& message) {
  std::cout.flush();
  std::cerr << message << '\n';
  worst_ = Exit::usage;
  return false;
}

bool Debugger::failed(const Failure& failure) {
  std::cout.flush();
  worst_ = complain(session_, failure);
  return false;
}

// Shows where a step has led.
bool Debugger::arrive(const Walk::Answer& answer) {
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
  show_(*answer);
  return true;
}

bool Debugger::step_by(const std::string& rest, replay::Way way) {
  const auto count = rest.empty() ? std::optional<std::uint64_t>(1) : whole_number(rest);
  if (!count) return wrong_use("A number of events is expected, not " + rest + ".");
  return arrive(walk_->step(*count, false, way));
}
bool Debugger::step(const Words& rest) { return step_by(rest, replay::Way::forward); }
bool Debugger::back(const Words& rest) { return step_by(rest, replay::Way::back); }
bool Debugger::next(const Words&) { return arrive(walk_->step(1, true, replay::Way::forward)); }
bool Debugger::reverse_next(const Words&) {
  return arrive(walk_->step(1, true, replay::Way::back));
}
bool Debugger::go_on(const Words&) {
  return arrive(walk_->go_on(stops_, {}, replay::Way::forward));
}
bool Debugger::reverse_go_on(const Words&) {
  return arrive(walk_->go_on(stops_, {}, replay::Way::back));
}

bool Debugger::until(const Words& rest) {
  const auto to = whole_number(rest);
  if (!to) return wrong_use("until takes the position of an event.");
  return arrive(walk_->go_on({}, to, *to < at_ ? replay::Way::back : replay::Way::forward));
}

bool Debugger::add_break(const Words& rest) {
  replay::Stop stop;
  constexpr std::string_view on = "on ";
  const std::string padded = " " + (rest.starts_with(on) ? rest.substr(on.size()) : rest);
  const auto condition = padded.find(" if ");
  stop.type = stripped(padded.substr(0, condition));
  if (condition != std::string::npos) stop.where = stripped(padded.substr(condition + 4));
  if (stop.where.empty() && is_predicate(stop.type)) std::swap(stop.type, stop.where);
  if (stop.type.empty() && stop.where.empty()) return wrong_use("break TYPE [if PREDICATE]");
  return add(std::move(stop));
}

bool Debugger::add_watch(const Words& rest) {
  if (rest.empty()) return wrong_use("watch EXPR, as computers[status = \"failed\"].count");
  return add({"", "", rest});
}

// What it asks is asked once, so that a mistake is told now.
bool Debugger::add(replay::Stop stop) {
  const auto checked = replay::check_stop(stop);
  if (!checked) return failed(failure_of(checked.error()));
  const std::string& question = stop.watch.empty() ? stop.where : stop.watch;
  if (!question.empty()) {
    const auto asked = walk_->ask(compared(question), at_);
    if (!asked) return failed(asked.error());
  }
  stops_.push_back(std::move(stop));
  std::cout << stops_.size() << ": " << text_of(stops_.back()) << '\n';
  return true;
}

bool Debugger::info(const Words&) {
  for (std::size_t i = 0; i < stops_.size(); ++i) {
    std::cout << i + 1 << ": " << text_of(stops_[i]) << '\n';
  }
  if (stops_.empty()) std::cout << "No breakpoints or watches.\n";
  return true;
}

bool Debugger::remove(const Words& rest) {
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

bool Debugger::print(const Words& rest) {
  if (rest.empty()) return wrong_use("print EXPR, as computers[status = \"failed\"].count");
  const auto answer = walk_->ask(compared(rest), at_);
  if (!answer) return failed(answer.error());
  std::cout << (*answer)["count"];
  if (!rest.ends_with(".count")) std::cout << ((*answer)["holds"] == true ? " true" : " false");
  std::cout << '\n';
  return true;
}

bool Debugger::where(const Words&) { return arrive(walk_->show()); }

// Verbs of their own, on the same data. 1 says that there is something to tell.
bool Debugger::as_verb(const std::function<Exit()>& verb) {
  walk_->let_go();
  std::cout.flush();
  const Exit exit = verb();
  if (exit == Exit::ok || exit == Exit::failed) return true;
  worst_ = exit;
  return false;
}

bool Debugger::diff(const Words& rest) {
  std::istringstream words(rest);
  DiffAsked asked{std::to_string(walk_->first()), std::to_string(at_), {}, range_.data};
  std::string word;
  if (words >> word) asked.from = word;
  if (words >> word) asked.to = word;
  return as_verb([&] { return diff_moments(session_, asked); });
}

bool Debugger::bisect(const Words& rest) {
  BisectAsked asked;
  asked.from = std::to_string(walk_->first());
  asked.to = std::to_string(walk_->last());
  asked.where = rest;
  asked.data = range_.data;
  return as_verb([&] { return bisect_history(session_, asked); });
}

bool Debugger::whatif(const Words& rest) {
  const auto space = rest.find(' ');
  const std::string kind = rest.substr(0, space);
  const auto what = space == std::string::npos ? std::string() : stripped(rest.substr(space));
  WhatIfAsked asked;
  asked.data = range_.data;
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

bool Debugger::help(const Words&) {
  std::cout << debug_help;
  return true;
}
bool Debugger::quit(const Words&) {
  ended_ = true;
  return true;
}

}  // namespace ledgerctl

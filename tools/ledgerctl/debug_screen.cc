#include "tools/ledgerctl/debug_screen.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

constexpr int message_rows = 3;
constexpr int stop_rows_max = 4;
constexpr std::size_t messages_max = 200;
constexpr std::size_t events_kept_max = 10'000;
constexpr int rows_for_panes = 14;  // With fewer, only the event and what it changed are shown.
constexpr const char* prompt = "(ledger) ";
constexpr const char* keys_help =
    "Keys: s or Right a step, b or Left a step back, n over the command, N back over it,\n"
    "c to the next stop, C back to it, Enter the last of these again, Up, Down, PgUp, PgDn "
    "scroll,\n"
    ": types a command, Esc leaves it, ? this help, q quits. Commands:\n";

// What a field was and is, on lines that say so by sign and colour.
void add_field(std::vector<DebugScreen::Line>& lines, const std::string& name, const json& before,
               const json& after) {
  if (before == after || name == "changed") return;
  if (!before.is_null())
    lines.push_back({"    - " + name + ": " + plain_json(before), Ink::removed});
  if (!after.is_null()) lines.push_back({"    + " + name + ": " + plain_json(after), Ink::added});
}

std::vector<DebugScreen::Line> lines_of_changes(const json& step) {
  std::vector<DebugScreen::Line> lines;
  for (const auto& change : step["changes"]) {
    const json& before = change["before"];
    const json& after = change["after"];
    const auto ink = before.is_null() ? Ink::added : after.is_null() ? Ink::removed : Ink::changed;
    const char sign = before.is_null() ? '+' : after.is_null() ? '-' : '~';
    lines.push_back(
        {std::string(1, sign) + " " + plain(change["view"]) + " " + plain(change["key"]), ink});
    std::set<std::string> names;
    for (const auto* side : {&before, &after}) {
      for (const auto& item : side->items()) names.insert(item.key());
    }
    for (const auto& name : names) {
      add_field(lines, name, before.is_null() ? json() : before.value(name, json()),
                after.is_null() ? json() : after.value(name, json()));
    }
  }
  if (step["more_changes"] == true) lines.push_back({"and more rows", Ink::faint});
  if (lines.empty()) lines.push_back({"It changed no row.", Ink::faint});
  return lines;
}

std::vector<std::string> lines_in(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

Captured::Captured() : out_(std::cout.rdbuf(said_.rdbuf())), err_(std::cerr.rdbuf(said_.rdbuf())) {}

Captured::~Captured() {
  std::cout.rdbuf(out_);
  std::cerr.rdbuf(err_);
}

std::string Captured::take() {
  std::string said = said_.str();
  said_.str("");
  return said;
}

void DebugScreen::arrive(const json& step) {
  changes_ = lines_of_changes(step);
  events_[step["position"]] = told_event(step["event"]);
}

// What is short joins the messages; more fills the middle until a step shows rows again.
void DebugScreen::say(const std::string& said, bool is_wrong, const std::string& command) {
  const auto lines = lines_in(said);
  output_.clear();
  scrolled_ = 0;
  if (lines.size() > static_cast<std::size_t>(message_rows) && !command.empty()) {
    output_of_ = command;
    for (const auto& line : lines) {
      const Ink ink = line.starts_with("+ ")   ? Ink::added
                      : line.starts_with("- ") ? Ink::removed
                      : line.starts_with("~ ") ? Ink::changed
                                               : Ink::plain;
      output_.push_back({line, ink});
    }
    return;
  }
  for (const auto& line : lines) messages_.push_back({line, is_wrong ? Ink::wrong : Ink::plain});
  while (messages_.size() > messages_max) messages_.pop_front();
}

void DebugScreen::obey(Debugger& debugger, const std::string& command) {
  terminal_.put(terminal_.rows() - 1, "... " + command, Ink::faint);
  terminal_.show();
  Captured captured;
  const bool good = debugger.obey(command);
  const bool is_help = command == "help" || command == "h";
  say((is_help ? keys_help : "") + captured.take(), !good, command);
  stops_ = debugger.stops_told();
}

std::string DebugScreen::line_of(Debugger& debugger, std::uint64_t at) {
  const auto known = events_.find(at);
  if (known != events_.end()) return known->second;
  if (events_.size() >= events_kept_max) events_.clear();
  const auto event = debugger.walk().event(at);
  if (!event) return std::to_string(at) + "  " + event.error().message;
  return events_[at] = told_event(*event);
}

std::vector<DebugScreen::Line> DebugScreen::events_around(Debugger& debugger, int rows) {
  const auto first = debugger.walk().first();
  const auto last = debugger.walk().last();
  const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>(rows), last - first + 1);
  const auto at = debugger.at();
  std::uint64_t from = at - std::min(at - first, count / 2);
  from = std::min(from, last + 1 - count);
  std::vector<Line> lines;
  for (std::uint64_t each = from; each < from + count; ++each) {
    const bool is_here = each == at;
    lines.push_back(
        {(is_here ? "> " : "  ") + line_of(debugger, each), is_here ? Ink::current : Ink::plain});
  }
  lines.resize(static_cast<std::size_t>(rows));
  return lines;
}

void DebugScreen::add_main(std::vector<Line>& lines, int rows) {
  const auto& shown = output_.empty() ? changes_ : output_;
  main_rows_ = std::max(rows, 1);
  scrolled_ = std::clamp(scrolled_, 0, std::max(0, static_cast<int>(shown.size()) - main_rows_));
  for (int i = 0; i < rows; ++i) {
    const auto at = static_cast<std::size_t>(scrolled_ + i);
    lines.push_back(at < shown.size() ? shown[at] : Line{});
  }
}

std::string DebugScreen::hint() const {
  const auto all = (output_.empty() ? changes_ : output_).size();
  const auto below = static_cast<int>(all) - scrolled_ - main_rows_;
  return (below > 0 ? std::to_string(below) + " more: PgDn   " : std::string()) +
         "s step  b back  n next  c continue  C reverse  : command  ? help  q quit";
}

// As many lines as the terminal has rows, from the top.
std::vector<DebugScreen::Line> DebugScreen::composed(Debugger& debugger) {
  const int rows = terminal_.rows();
  const bool has_panes = rows >= rows_for_panes;
  const int stops = has_panes ? std::min<int>(static_cast<int>(stops_.size()), stop_rows_max) : 0;
  const int messages = has_panes ? message_rows : std::clamp(rows - 3, 0, 1);
  const int events = has_panes ? std::clamp(rows / 4, 3, 9) : std::min(rows - 1, 1);
  std::vector<Line> lines;
  if (has_panes) {
    lines.push_back({" Update Ledger: events " + std::to_string(debugger.walk().first()) + " to " +
                         std::to_string(debugger.walk().last()),
                     Ink::bar});
  }
  for (auto& line : events_around(debugger, events)) lines.push_back(std::move(line));
  if (has_panes) {
    lines.push_back({output_.empty()
                         ? " Rows that event " + std::to_string(debugger.at()) + " changed"
                         : " " + output_of_,
                     Ink::bar});
  }
  const int below = (stops > 0 ? stops + 1 : 0) + messages + (has_panes ? 1 : 0) + 1;
  add_main(lines, std::max(0, rows - static_cast<int>(lines.size()) - below));
  if (stops > 0) {
    lines.push_back({" Breakpoints and watches", Ink::bar});
    for (int i = 0; i < stops; ++i) lines.push_back({stops_[static_cast<std::size_t>(i)]});
  }
  if (has_panes) lines.push_back({" Messages", Ink::bar});
  for (int i = messages; i > 0; --i) {
    const auto back = static_cast<std::size_t>(i);
    lines.push_back(back <= messages_.size() ? messages_[messages_.size() - back] : Line{});
  }
  lines.push_back(is_typing_ ? Line{prompt + line_.text()} : Line{hint(), Ink::faint});
  return lines;
}

void DebugScreen::draw(Debugger& debugger) {
  const auto lines = composed(debugger);
  const int first = std::max(0, static_cast<int>(lines.size()) - terminal_.rows());
  for (int row = 0; row < terminal_.rows(); ++row) {
    const auto at = static_cast<std::size_t>(first + row);
    terminal_.put(row, at < lines.size() ? lines[at].text : "",
                  at < lines.size() ? lines[at].ink : Ink::plain);
  }
  if (!is_typing_) return terminal_.show();
  terminal_.show_with_cursor(terminal_.rows() - 1, prompt + line_.before_cursor());
}

void DebugScreen::scroll(int rows) { scrolled_ = std::max(0, scrolled_ + rows); }

void DebugScreen::press(Debugger& debugger, const Key& key) {
  static const std::map<std::string, std::string> commands = {{"s", "step"},
                                                              {" ", "step"},
                                                              {"b", "back"},
                                                              {"n", "next"},
                                                              {"N", "reverse-next"},
                                                              {"c", "continue"},
                                                              {"C", "reverse-continue"},
                                                              {"?", "help"},
                                                              {"q", "quit"},
                                                              {"i", "info"},
                                                              {"w", "where"}};
  switch (key.kind) {
    case Key::Kind::text: {
      const auto found = commands.find(key.text);
      if (found != commands.end()) return obey(debugger, found->second);
      if (key.text != ":") return;
      is_typing_ = true;
      line_.begin();
      return;
    }
    case Key::Kind::enter:
      return obey(debugger, "");
    case Key::Kind::right:
      return obey(debugger, "step");
    case Key::Kind::left:
      return obey(debugger, "back");
    case Key::Kind::up:
      return scroll(-1);
    case Key::Kind::down:
      return scroll(1);
    case Key::Kind::page_up:
      return scroll(-main_rows_);
    case Key::Kind::page_down:
      return scroll(main_rows_);
    case Key::Kind::escape:
      output_.clear();
      return;
    case Key::Kind::home:
      return scroll(-scrolled_);
    case Key::Kind::end:
      return scroll(static_cast<int>((output_.empty() ? changes_ : output_).size()));
    case Key::Kind::backspace:
    case Key::Kind::clear:
    case Key::Kind::resized:
    case Key::Kind::other:
    case Key::Kind::gone:
      return;
  }
}

void DebugScreen::run(Debugger& debugger) {
  stops_ = debugger.stops_told();
  while (!debugger.has_ended()) {
    draw(debugger);
    const Key key = terminal_.read();
    if (key.kind == Key::Kind::gone) return;
    if (!is_typing_) {
      press(debugger, key);
      continue;
    }
    const auto outcome = line_.take(key);
    is_typing_ = outcome == LineEdit::Outcome::typing;
    if (outcome == LineEdit::Outcome::done) obey(debugger, line_.text());
  }
}

}  // namespace ledgerctl

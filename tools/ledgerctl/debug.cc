#include "tools/ledgerctl/debug.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "tools/ledgerctl/debug_commands.h"
#include "tools/ledgerctl/debug_screen.h"
#include "tools/ledgerctl/output.h"
#include "tools/ledgerctl/terminal.h"
#include "tools/ledgerctl/told_events.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

void print_place(const json& step) {
  std::cout << "Event " << told_event(step["event"]) << '\n';
  for (const auto& change : step["changes"]) tell_change(std::cout, change);
  if (step["more_changes"] == true) std::cout << "  and more rows\n";
}

// Commands from a script, from the command line, and from a terminal or a pipe, in this order.
class Lines {
 public:
  Lines(const DebugAsked& asked, Debugger& debugger) : asked_(asked), debugger_(debugger) {}

  // Those that were given beforehand. False: it ends here.
  bool obey_given(const Session& session) {
    if (!debugger_.begin()) return ends_badly();
    if (!asked_.script.empty()) {
      std::ifstream file(asked_.script);
      file.peek();  // A directory opens too.
      if (!file.is_open() || file.bad()) {
        exit_ = complain(session, {Exit::usage, "Cannot read " + asked_.script + ".", ""});
        return false;
      }
      if (!read_from(file, false)) return ends_badly();
    }
    for (const auto& each : asked_.execute) {
      if (!debugger_.obey(each) && asked_.batch) return ends_badly();
      if (debugger_.has_ended()) return false;
    }
    return !asked_.batch && !debugger_.has_ended();
  }

  // False: a command was wrong, and that ends it.
  bool read_from(std::istream& in, bool is_terminal) {
    std::string line;
    while (!debugger_.has_ended()) {
      if (is_terminal) std::cout << "(ledger) " << std::flush;
      if (!std::getline(in, line)) return true;
      const bool good = debugger_.obey(line);
      if (!good && asked_.batch) return false;
    }
    return true;
  }

  // A mistake that was typed is no bad end; one in a batch or before anything was shown is.
  Exit exit() const { return exit_; }

 private:
  bool ends_badly() {
    exit_ = debugger_.worst();
    return false;
  }

  const DebugAsked& asked_;
  Debugger& debugger_;
  Exit exit_ = Exit::ok;
};

// What is said before it is known whether the whole terminal is needed.
class Prelude {
 public:
  void show_place(const json& step) {
    take();
    print_place(step);
    all_ += captured_.take();
  }
  void take() {
    const std::string said = captured_.take();
    all_ += said;
    messages_ += said;
  }
  const std::string& all() const { return all_; }
  const std::string& messages() const { return messages_; }  // Without places.

 private:
  Captured captured_;
  std::string all_;
  std::string messages_;
};

Exit debug_in_screen(const Session& session, const DebugAsked& asked, std::unique_ptr<Walk> walk) {
  std::optional<Prelude> prelude(std::in_place);
  std::unique_ptr<Terminal> terminal;
  std::optional<DebugScreen> screen;
  json place;
  Debugger debugger(session, asked.range, std::move(walk), [&](const json& step) {
    place = step;
    if (screen) return screen->arrive(step);
    return prelude ? prelude->show_place(step) : print_place(step);
  });
  Lines lines(asked, debugger);
  const bool goes_on = lines.obey_given(session);
  prelude->take();
  const std::string said = prelude->all();
  const std::string messages = prelude->messages();
  prelude.reset();
  if (goes_on) terminal = Terminal::open();
  if (terminal == nullptr) {
    std::cout << said;
    if (goes_on) lines.read_from(std::cin, true);
    return lines.exit();
  }
  screen.emplace(*terminal);
  screen->arrive(place);
  screen->say(messages);
  screen->run(debugger);
  return lines.exit();
}

}  // namespace

Exit debug_record(const Session& session, const DebugAsked& asked) {
  auto walk = begin_walk(session, asked.range);
  if (!walk) return complain(session, walk.error());
  const bool reads_terminal = isatty(STDIN_FILENO) != 0;
  if (!asked.batch && !asked.plain && reads_terminal && isatty(STDOUT_FILENO) != 0) {
    return debug_in_screen(session, asked, *std::move(walk));
  }
  Debugger debugger(session, asked.range, *std::move(walk), print_place);
  Lines lines(asked, debugger);
  if (lines.obey_given(session)) lines.read_from(std::cin, reads_terminal);
  return lines.exit();
}

}  // namespace ledgerctl

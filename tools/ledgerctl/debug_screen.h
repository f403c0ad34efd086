// The debugger in the whole terminal: where it stands, the rows that the event changed, what is
// watched, what was said. It has no commands of its own but keys for those that are typed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/ledgerctl/debug_commands.h"
#include "tools/ledgerctl/line_edit.h"
#include "tools/ledgerctl/terminal.h"

namespace ledgerctl {

class DebugScreen {
 public:
  struct Line {
    std::string text;
    Ink ink = Ink::plain;
  };

  explicit DebugScreen(Terminal& terminal) : terminal_(terminal) {}

  // What an event changed is what is shown from now on.
  void arrive(const nlohmann::json& step);
  // What is written to standard output and error meanwhile is shown here instead.
  bool capture(const std::function<bool()>& command);
  // Until somebody quits or the terminal is gone.
  void run(Debugger& debugger);

 private:
  void obey(Debugger& debugger, const std::string& command);
  void press(Debugger& debugger, const Key& key);
  void scroll(int rows);
  void draw(Debugger& debugger);
  std::vector<Line> composed(Debugger& debugger);
  std::vector<Line> events_around(Debugger& debugger, int rows);
  std::string line_of(Debugger& debugger, std::uint64_t at);
  void add_main(std::vector<Line>& lines, int rows);
  std::string hint() const;
  void take(const std::string& said, bool is_wrong, const std::string& command);

  Terminal& terminal_;
  std::map<std::uint64_t, std::string> events_;  // Lines of those that were looked at.
  std::vector<Line> changes_;
  std::vector<Line> output_;  // Of a command that said much; empty: changes are shown.
  std::string output_of_;
  std::vector<std::string> stops_;  // Breakpoints and watches, as they are told.
  std::deque<Line> messages_;
  int scrolled_ = 0;  // Rows of the middle that are above what is shown.
  int main_rows_ = 1;
  bool is_typing_ = false;
  LineEdit line_;
};

}  // namespace ledgerctl

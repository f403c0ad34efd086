// The debugger in the whole terminal: where it stands, the rows that the event changed, what is
// watched, what was said. It has no commands of its own but keys for those that are typed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tools/ledgerctl/debug_commands.h"
#include "tools/ledgerctl/line_edit.h"
#include "tools/ledgerctl/terminal.h"

namespace ledgerctl {

// Standard output and error, taken while this lives. Thread: one.
class Captured {
 public:
  Captured();
  ~Captured();
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  // What was written since this was asked last.
  std::string take();

 private:
  std::ostringstream said_;
  std::streambuf* out_;
  std::streambuf* err_;
};

class DebugScreen {
 public:
  struct Line {
    std::string text;
    Ink ink = Ink::plain;
  };

  explicit DebugScreen(Terminal& terminal) : terminal_(terminal) {}

  // What an event changed is what is shown from now on.
  void arrive(const nlohmann::json& step);
  // What a command said; empty: none was given here.
  void say(const std::string& said, bool is_wrong = false, const std::string& command = "");
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

// The debugger's commands, with gdb's names, whoever gives them: lines that are typed, scripts, and
// the keys of the full screen. What they have to say goes to standard output.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/ledgerctl/debug_walk.h"

namespace ledgerctl {

class Debugger {
 public:
  // Shows where a step has led: the JSON of replay::StepView.
  using ShowPlace = std::function<void(const nlohmann::json& step)>;
  Debugger(const Session& session, WalkRange range, std::unique_ptr<Walk> walk, ShowPlace show);

  // False, of all of them: something was wrong, and was told.
  bool begin();  // Shows the first event.
  bool obey(const std::string& line);

  bool has_ended() const { return ended_; }
  Exit worst() const { return worst_; }
  Walk& walk() { return *walk_; }
  std::uint64_t at() const { return at_; }
  // Breakpoints and watches, a line each; watches with what they count at this event.
  std::vector<std::string> stops_told();

 private:
  using Words = std::string;
  using Command = bool (Debugger::*)(const Words& rest);
  static const std::map<std::string, Command>& commands();

  bool wrong_use(const std::string& message);
  bool failed(const Failure& failure);
  bool arrive(const Walk::Answer& answer);
  bool step_by(const Words& rest, replay::Way way);
  bool step(const Words& rest);
  bool back(const Words& rest);
  bool next(const Words&);
  bool reverse_next(const Words&);
  bool go_on(const Words&);
  bool reverse_go_on(const Words&);
  bool until(const Words& rest);
  bool add_break(const Words& rest);
  bool add_watch(const Words& rest);
  bool add(replay::Stop stop);
  bool info(const Words&);
  bool remove(const Words& rest);
  bool print(const Words& rest);
  bool where(const Words&);
  bool as_verb(const std::function<Exit()>& verb);
  bool diff(const Words& rest);
  bool bisect(const Words& rest);
  bool whatif(const Words& rest);
  bool help(const Words&);
  bool quit(const Words&);

  const Session& session_;
  const WalkRange range_;
  std::unique_ptr<Walk> walk_;
  ShowPlace show_;
  std::vector<replay::Stop> stops_;
  std::uint64_t at_ = 0;
  std::string repeated_;  // What an empty line does again.
  bool ended_ = false;
  Exit worst_ = Exit::ok;
};

}  // namespace ledgerctl

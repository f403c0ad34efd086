// A command of the user's, asked what it says of a state, as git bisect run asks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ledgerctl {

enum class Said { good, bad, skip, endless, broken };

struct CommandRun {
  std::vector<std::string> command;
  int timeout_seconds = 60;
};

// Runs it with `input` on its standard input and LEDGER_POSITION set. Exit 0: good; 125: skip;
// 1 to 127: bad; anything else, or that it cannot be started: broken. After
// the time it and all it started are killed: endless. They are also when we are ended meanwhile.
Said run_command_on(const CommandRun& run, const std::string& input, std::uint64_t position);

}  // namespace ledgerctl

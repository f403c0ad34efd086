// A debugger of the record: its commands as lines, or in the whole terminal.
#pragma once

#include <string>
#include <vector>

#include "tools/ledgerctl/debug_walk.h"

namespace ledgerctl {

struct DebugAsked {
  WalkRange range;
  std::string script;                // A file of commands.
  std::vector<std::string> execute;  // Commands.
  bool batch = false;                // Nothing is read from standard input afterwards.
  bool plain = false;                // Lines, also where there is a terminal.
};
// In a batch, the first command that is wrong ends it.
Exit debug_record(const Session& session, const DebugAsked& asked);

}  // namespace ledgerctl

// Verbs that ask the history as a whole: diff and bisect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/ledgerctl/command_run.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

struct DiffAsked {
  std::string from;
  std::string to;  // Empty: now.
  std::vector<std::string> views;
  std::string data;  // A data directory; empty: the server is asked.
};
// Exit codes as diff has them: 0 the same, 1 different, more: trouble.
Exit diff_moments(const Session& session, const DiffAsked& asked);

struct BisectAsked {
  std::string from;
  std::string to;  // Empty: now.
  std::string where;
  bool all = false;
  std::string data;                // A data directory; empty: the server is asked.
  std::string view = "computers";  // What a command is shown.
  CommandRun run;                  // No command: `where` is asked.
  std::uint64_t checks = 8;  // Moments at which a command is asked whether there are more changes.
};
// Exit::ok: found. Exit::failed: both ends say the same.
Exit bisect_history(const Session& session, const BisectAsked& asked);

// Says what went wrong. 1 says that there is a difference, or that nothing was found; what went
// wrong is more.
Exit trouble(const Session& session, const Failure& failure);

}  // namespace ledgerctl

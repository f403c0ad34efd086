// Many simulated computers in one thread: each beats in its own time, and they take turns on a
// bounded number of connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "tools/fleet-sim/computer.h"
#include "tools/fleet-sim/connection.h"

namespace fleet_sim {

struct FleetOptions {
  Manager manager;
  std::string ca_file;           // Whom to trust; empty: the system.
  std::size_t connections = 64;  // At most at a time.
  // Whether each round has a connection of its own, as an agent's has. A certificate always does.
  bool closes = false;
  std::optional<domain::Duration> interval;  // Nothing: as often as the manager says.
  double lost = 0;                           // Of 1: how many beats are not sent.
  double silent = 0;                         // Of 1: how many computers beat once and no more.
  std::uint64_t beats_max = 0;               // So many answered beats are the end; 0: a signal is.
  domain::Duration summary_interval{};       // Between lines; 0: one at the end.
};

// Until a signal, or the end of the beats: lines of JSON (summary.h) on `out`, and on `errors`, in
// words, what goes wrong. Errors: invalid ("ca-file-unusable").
ledger::Result<void> run(const FleetOptions& options, const Nature& nature,
                         const std::vector<std::string>& names, std::ostream& out,
                         std::ostream& errors);

}  // namespace fleet_sim

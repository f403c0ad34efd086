// The real fleet-sim, started beside the bench: computers that join a ledgerd and report to it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "tools/bench/child.h"
#include "tools/bench/ledgerd_process.h"
#include "tools/fleet-sim/summary.h"

namespace bench {

class FleetProcess {
 public:
  // It stands beside ledgerd. `options` are further ones of fleet-sim.
  // Errors: those of Child and of ask_once().
  static ledger::Result<std::unique_ptr<FleetProcess>> start(const std::filesystem::path& ledgerd,
                                                             const LedgerdProcess& manager,
                                                             LedgerdProcess::Machines machines,
                                                             std::uint64_t computers,
                                                             std::vector<std::string> options = {});

  // Lines, ten a second, until one that `is_enough`. Somebody has to take them: the fleet waits
  // when they are not read. Errors: unavailable ("fleet-ended": see its log).
  using Enough = std::function<bool(const fleet_sim::Summary&)>;
  ledger::Result<fleet_sim::Summary> until(const Enough& is_enough);

 private:
  FleetProcess() = default;

  std::filesystem::path log_;
  std::unique_ptr<Child> child_;
};

}  // namespace bench

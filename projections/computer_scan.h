// The live computers of chosen buckets in the order of their names, whichever way is cheaper:
// merging the members of those buckets, or walking all computers and leaving out the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "projections/computers.h"
#include "projections/fleet.h"
#include "projections/snapshot.h"

namespace projections {

// Thread: one.
class ComputerScan {
 public:
  virtual ~ComputerScan() = default;
  struct Step {
    std::string computer;            // That was looked at.
    std::optional<ComputerRow> row;  // Absent: it is in none of the buckets.
  };
  // Nothing: the end. Errors: corrupt, io.
  virtual ledger::Result<std::optional<Step>> next() = 0;
  // Steps from the first computer to the last, but for those that were removed.
  virtual std::uint64_t steps() const = 0;
};

// Of rows that are walked over: false of those that need no look.
using RowTest = std::function<bool(std::string_view row)>;

// From after the computer `after` on. Shape: `chosen` point into `fleet`, which is of `snapshot`;
// all outlive the scan.
std::unique_ptr<ComputerScan> scan_computers(const Snapshot& snapshot, const Fleet& fleet,
                                             const std::vector<const FleetBucket*>& chosen,
                                             std::string_view after, std::size_t rows_wanted,
                                             RowTest may_match);

}  // namespace projections

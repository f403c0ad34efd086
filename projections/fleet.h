// The fleet as of one position, by its buckets: what lists, counts and the overview share. Reading
// it costs the buckets, the patterns and the policies, never the computers; it can be kept beside
// its position, which never changes what it shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/result.h"
#include "projections/computers.h"
#include "projections/snapshot.h"

namespace projections {

struct FleetBucket {
  BucketRow row;
  std::uint64_t computers = 0;
  domain::ComputerStatus status{};
};

class Fleet {
 public:
  // Errors: corrupt, io.
  static ledger::Result<Fleet> read(const Snapshot& snapshot);

  const domain::Expectations& expectations() const { return expectations_; }
  const std::vector<FleetBucket>& buckets() const { return buckets_; }
  // By its key in view buckets. Null: no live computer is in it.
  const FleetBucket* find(std::uint32_t slot) const;
  std::uint64_t computers() const { return computers_; }

 private:
  domain::Expectations expectations_;
  std::vector<FleetBucket> buckets_;
  std::unordered_map<std::uint32_t, std::size_t> by_slot_;  // lookup only
  std::uint64_t computers_ = 0;
};

// What computers should run and answer, exactly as the world had it after that event.
// Errors: corrupt, io.
ledger::Result<domain::Expectations> expectations_at(const Snapshot& snapshot);

}  // namespace projections

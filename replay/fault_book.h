// Collects what a verification finds, in the order of positions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "replay/verify.h"

namespace replay {

// Thread: one.
class FaultBook {
 public:
  void add(domain::Position at, std::string kind, std::string expected, std::string found);
  void add_range(std::pair<domain::Position, domain::Position> range, std::string kind,
                 std::string expected, std::string found);
  // One of a range, if the one before it says the same of the position before.
  void add_to_range(domain::Position at, std::string kind, std::string expected, std::string found);

  const std::vector<Fault>& faults() const { return faults_; }
  std::uint64_t total() const { return total_; }

 private:
  std::vector<Fault> faults_;  // Positions ascend, as each part of the verification goes on.
  std::uint64_t total_ = 0;
};

}  // namespace replay

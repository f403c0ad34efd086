#include "tools/fleet-sim/summary.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace fleet_sim {

// Place k of the table: (k / parts) doublings of a microsecond, and (k % parts) parts of the next.
void Latencies::add(std::chrono::nanoseconds latency) {
  const auto micros =
      static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 1'000)) / 1'000;
  const auto doublings = static_cast<std::size_t>(std::bit_width(micros)) - 1;
  const std::size_t part = static_cast<std::size_t>(((micros << 4) >> doublings) - parts);
  ++counts_[std::min(doublings * parts + part, counts_.size() - 1)];
}

std::uint64_t Latencies::at_percent(std::uint64_t percent) const {
  const auto all = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  std::uint64_t passed = 0;
  for (std::size_t place = 0; place < counts_.size(); ++place) {
    passed += counts_[place];
    if (passed > 0 && passed * 100 >= all * percent) {
      return ((parts + place % parts) << (place / parts)) / parts;
    }
  }
  return 0;
}

}  // namespace fleet_sim

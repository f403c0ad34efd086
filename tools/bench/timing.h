// How long things take: the one clock of the benches, and how many of the measurements are below
// what.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

constexpr double megabyte = 1e6;

inline double microseconds_since(Clock::time_point began) {
  return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
}
inline double seconds_since(Clock::time_point began) { return microseconds_since(began) / 1e6; }

// Microseconds of each, in order of length.
using Times = std::vector<double>;

inline double at_percent(const Times& sorted, double percent) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(static_cast<double>(sorted.size()) * percent / 100);
  return sorted[std::min(index, sorted.size() - 1)];
}

// Of each of `count` calls of call(n).
template <class Call>
Times timed(std::uint64_t count, const Call& call) {
  Times times;
  times.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto began = Clock::now();
    call(i);
    times.push_back(microseconds_since(began));
  }
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace bench

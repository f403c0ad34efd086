// Where random tests begin: TEST_SEED, or another number each time, which is printed so that a
// failure can be had again.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace tests {

inline std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* const given = std::getenv("TEST_SEED");
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    std::printf("TEST_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return seed;
}

// How often to repeat what a soak repeats longer: the environment's number, or `usual`.
inline int repetitions(const char* variable, int usual) {
  const char* const given = std::getenv(variable);
  return given != nullptr ? std::atoi(given) : usual;
}

}  // namespace tests

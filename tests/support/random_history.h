// Histories for programs that do not run under RapidCheck: from a number, always the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "tests/support/any_history.h"

namespace tests {

inline Fold random_history(std::uint64_t seed, std::size_t steps) {
  std::mt19937_64 random(seed);
  const auto small = [&] { return static_cast<std::uint32_t>(random() % 1'000); };
  Steps taken(steps);
  for (Step& step : taken) {
    step.what = small();
    step.a = small();
    step.b = small();
    step.c = small();
  }
  return play(taken);
}

// One in which nobody recorded digests of views: theirs are made up, and would be found wrong.
inline Fold history_without_digests(std::uint64_t seed, std::size_t steps) {
  while (true) {
    Fold fold = random_history(seed++, steps);
    const bool has_digests =
        std::any_of(fold.log.begin(), fold.log.end(), [](const ledger::domain::Event& event) {
          return holds<ledger::domain::ViewsDigested>(event.payload);
        });
    if (!has_digests) return fold;
  }
}

}  // namespace tests

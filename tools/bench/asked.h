// Questions that can fail, timed.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/result.h"
#include "tools/bench/timing.h"

namespace bench {

// How long each of `count` calls of call(n) took. Errors: of the last call that failed.
template <class Call>
ledger::Result<Times> asked(std::uint64_t count, const Call& call) {
  std::optional<ledger::Error> failed;
  auto times = timed(count, [&](std::uint64_t n) {
    const auto answer = call(n);
    if (!answer) failed = answer.error();
  });
  if (failed) return ledger::fail(*failed);
  return times;
}

}  // namespace bench

// How often somebody may ask. A token bucket for each name: full at first, refilled with time.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "ledger/clock.h"
#include "ledger/limits.h"

namespace api {

class RateLimit {
 public:
  struct Options {
    // 0: no limit.
    std::uint32_t per_second = ledger::limits::http_requests_per_second_max;
    std::size_t names_max = 65'536;  // Then all are forgotten, so everybody starts full.
  };
  RateLimit(const ledger::Clock& clock, Options options) : clock_(clock), options_(options) {}

  struct Grant {
    bool allowed = true;
    std::uint32_t remaining = 0;      // Requests that may follow at once.
    std::uint32_t reset_seconds = 0;  // Until the bucket is full again.
  };
  bool is_on() const { return options_.per_second > 0; }
  std::uint32_t per_second() const { return options_.per_second; }
  // Thread: any.
  Grant take(const std::string& name);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t filled_at = 0;  // Microseconds of the steady clock.
  };
  const ledger::Clock& clock_;
  Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace api

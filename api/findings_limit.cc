#include "api/findings_limit.h"

#include <spdlog/spdlog.h>

#include "ledger/limits.h"

namespace api {

namespace domain = ledger::domain;

bool FindingsLimit::takes(const domain::ComputerId& computer) {
  const std::lock_guard lock(mutex_);
  const domain::Time now{clock_.steady().micros};
  if (begun_ + domain::hours(1) <= now) {
    begun_ = now;
    told_.clear();
  }
  const auto told = ++told_[computer];
  if (told <= ledger::limits::findings_per_hour_max) return true;
  if (told == ledger::limits::findings_per_hour_max + 1) {
    spdlog::warn("{} reports more that is not authentic than is recorded in an hour",
                 computer.value);
  }
  return false;
}

}  // namespace api

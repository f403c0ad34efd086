#include "ledger/domain/time_zones.h"

#include <algorithm>
#include <limits>

namespace ledger::domain {
namespace {

// Far enough from the ends of the numbers that offsets can be added to it.
constexpr std::int64_t micros_max = std::numeric_limits<std::int64_t>::max() - days(2).micros;

std::int64_t within_reach(std::int64_t micros) {
  return std::clamp(micros, -micros_max, micros_max);
}

}  // namespace

Result<LocalTime> TimeZones::to_local(std::string_view zone, Time at) const {
  const auto period = period_at(zone, at);
  if (!period) return fail(period.error());
  return LocalTime{within_reach(at.micros) + period->offset.micros};
}

Result<Time> TimeZones::to_utc(std::string_view zone, LocalTime local) const {
  const auto wanted = within_reach(local.micros);
  // No zone is a day ahead of UTC, so that clocks cannot have shown `local` before this.
  Time from{wanted - days(1).micros};
  while (true) {
    const auto period = period_at(zone, from);
    if (!period) return fail(period.error());
    const Time candidate{wanted - period->offset.micros};
    if (candidate < period->end || period->end.micros > micros_max) {
      return std::max(candidate, period->begin);
    }
    from = period->end;
  }
}

}  // namespace ledger::domain

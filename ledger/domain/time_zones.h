// Local time without a file in sight: somebody hands in what a time zone's clocks showed when, and
// the two conversions follow from it.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::domain {

// What a wall clock shows: microseconds since 1970-01-01 00:00 on that clock.
struct LocalTime {
  std::int64_t micros = 0;
  auto operator<=>(const LocalTime&) const = default;
};

// In [begin, end) clocks show UTC plus `offset`.
struct ZonePeriod {
  Time begin;
  Time end;
  Duration offset;
};

class TimeZones {
 public:
  virtual ~TimeZones() = default;

  // The period that holds `at`, in a zone by its IANA name ("Europe/Berlin", "UTC").
  // Errors: invalid ("time-zone-unknown"). Thread: any.
  virtual Result<ZonePeriod> period_at(std::string_view zone, Time at) const = 0;

  bool knows(std::string_view zone) const { return period_at(zone, Time{}).has_value(); }

  // What clocks show at `at`. Errors and thread as above.
  Result<LocalTime> to_local(std::string_view zone, Time at) const;
  // The first moment at which clocks show `local` or later: for a time that clocks jump over, the
  // moment of the jump; for a time that they show twice, the earlier. Errors and thread as above.
  Result<Time> to_utc(std::string_view zone, LocalTime local) const;
};

}  // namespace ledger::domain

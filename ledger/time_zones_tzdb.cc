#include "ledger/time_zones_tzdb.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <string>

namespace ledger {
namespace {

// The database speaks of years that its own calendar can hold; the domain's zones are asked about
// these only.
constexpr std::int64_t seconds_max = 400'000'000'000;  // The year 14645.

// What lies outside has no end: the last period of a zone lasts for ever.
domain::Time time_of(date::sys_seconds at) {
  using Micros = std::numeric_limits<std::int64_t>;
  const auto count = std::int64_t{at.time_since_epoch().count()};
  if (count <= -seconds_max) return {Micros::min()};
  if (count >= seconds_max) return {Micros::max()};
  return {count * 1'000'000};
}

const date::time_zone* find_zone(const date::tzdb& database, std::string_view name) {
  const auto& zones = database.zones;
  const auto zone = std::lower_bound(
      zones.begin(), zones.end(), name,
      [](const date::time_zone& each, std::string_view wanted) { return each.name() < wanted; });
  return zone != zones.end() && zone->name() == name ? &*zone : nullptr;
}

}  // namespace

Result<domain::ZonePeriod> TzdbTimeZones::period_at(std::string_view zone, domain::Time at) const {
  try {
    const date::time_zone* found = find_zone(date::get_tzdb(), zone);
    if (found == nullptr) {
      return fail(ErrorKind::invalid, "time-zone-unknown",
                  "There is no time zone named \"" + std::string(zone) +
                      "\"; use an IANA name such as Europe/Berlin.");
    }
    const auto floored = at.micros / 1'000'000 - (at.micros % 1'000'000 < 0 ? 1 : 0);
    const auto held = std::clamp(floored, -seconds_max, seconds_max - 1);
    const auto info = found->get_info(date::sys_seconds{std::chrono::seconds{held}});
    const auto offset = domain::seconds(std::chrono::seconds{info.offset}.count());
    return domain::ZonePeriod{time_of(info.begin), time_of(info.end), offset};
  } catch (const std::exception& problem) {
    return fail(ErrorKind::io, "time-zones-unreadable",
                std::string("The machine's time zones cannot be read (is tzdata installed?): ") +
                    problem.what());
  }
}

}  // namespace ledger

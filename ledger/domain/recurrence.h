// When a scheduled task falls due: once, or again and again by the clock and calendar of a time
// zone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/domain/time_zones.h"
#include "ledger/result.h"

namespace ledger::domain {

enum class RecurrenceKind { once, hourly, daily, weekdays, weekly, monthly };
constexpr auto enum_names(RecurrenceKind) {
  return std::array<std::string_view, 6>{"once",     "hourly", "daily",
                                         "weekdays", "weekly", "monthly"};
}

enum class Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
constexpr auto enum_names(Weekday) {
  return std::array<std::string_view, 7>{"monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday"};
}

enum class Month {
  january,
  february,
  march,
  april,
  may,
  june,
  july,
  august,
  september,
  october,
  november,
  december,
};
constexpr auto enum_names(Month) {
  return std::array<std::string_view, 12>{"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};
}

// Which of a month's days.
enum class Ordinal { first, second, third, fourth, last };
constexpr auto enum_names(Ordinal) {
  return std::array<std::string_view, 5>{"first", "second", "third", "fourth", "last"};
}

// What each kind reads; any other field must be absent.
//   once      `at`, or `date` with `hour` and `minute`
//   hourly    `minute`: each moment at which clocks show it, also in an hour that they show twice
//   daily     `hour`, `minute`; `every` N days, counted from `date`
//   weekdays  `hour`, `minute`: Monday to Friday
//   weekly    `hour`, `minute`, `days_of_week`; `every` N weeks, counted from the week of `date`
//   monthly   `hour`, `minute`; `day_of_month` (a month without it is passed over), or the
//   `ordinal`
//             of the one weekday in `days_of_week`, or of all days ("last": the last day); `months`
// Nothing falls due before `date`. Weeks begin on Monday. A time of day that clocks jump over falls
// due at the jump, one that they show twice at the first.
struct Recurrence {
  RecurrenceKind kind{};
  std::string time_zone;  // IANA name: "Europe/Berlin".
  std::optional<Time> at;
  std::optional<std::string> date;      // "2026-11-03"
  std::optional<std::uint32_t> hour;    // 0..23
  std::optional<std::uint32_t> minute;  // 0..59
  std::optional<std::uint32_t> every;   // 1..limits::recurrence_every_max; absent: 1.
  std::vector<Weekday> days_of_week;
  std::optional<std::uint32_t> day_of_month;  // 1..31
  std::optional<Ordinal> ordinal;
  std::vector<Month> months;  // Empty: all.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("kind", &Recurrence::kind), field("time_zone", &Recurrence::time_zone),
                      field("at", &Recurrence::at), field("date", &Recurrence::date),
                      field("hour", &Recurrence::hour), field("minute", &Recurrence::minute),
                      field("every", &Recurrence::every),
                      field("days_of_week", &Recurrence::days_of_week),
                      field("day_of_month", &Recurrence::day_of_month),
                      field("ordinal", &Recurrence::ordinal), field("months", &Recurrence::months));
  }
  bool operator==(const Recurrence&) const = default;
};

// Whether the fields say one thing. The time zone is not looked up.
// Errors: invalid, one reason for each field: "recurrence-hour-invalid", "recurrence-every-missing"
// ...
Result<void> validate(const Recurrence& recurrence);

// The first moment later than `after` at which a valid recurrence falls due; nothing when there is
// none, or when its time zone is unknown. From 1900 to 9900.
std::optional<Time> next_after(const Recurrence& recurrence, Time after,
                               const TimeZones& time_zones);

}  // namespace ledger::domain

// Recurrences against an oracle that looks at every minute: a time falls due at the first minute at
// which clocks show it or later, on the days that the definition names.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>

#include "ledger/domain/recurrence.h"
#include "ledger/time_zones_tzdb.h"

namespace tests {
namespace {

using namespace ledger::domain;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t minute_micros = 60'000'000;
constexpr std::int64_t minutes_of_day = 24 * 60;
constexpr std::int64_t days_searched = 400;

const ledger::TzdbTimeZones& zones() {
  static const ledger::TzdbTimeZones all;
  return all;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// What clocks show, in minutes since 1970; remembers the period it is in.
class Clock {
 public:
  explicit Clock(std::string zone) : zone_(std::move(zone)) {}

  std::int64_t shows(std::int64_t utc_minute) {
    const Time at{utc_minute * minute_micros};
    if (at < period_.begin || period_.end <= at) period_ = *zones().period_at(zone_, at);
    return utc_minute + period_.offset.micros / minute_micros;
  }

 private:
  std::string zone_;
  ZonePeriod period_{};
};

sys_days day_of(std::int64_t local_minute) {
  return sys_days{std::chrono::days{static_cast<int>(floor_div(local_minute, minutes_of_day))}};
}

sys_days date_of(const std::string& text) {
  return day_of(time_from_rfc3339(text + "T00:00:00Z")->micros / minute_micros);
}

sys_days monday_before(sys_days day) {
  while (std::chrono::weekday{day} != std::chrono::Monday) day -= std::chrono::days{1};
  return day;
}

bool in_same_month(sys_days a, sys_days b) {
  const year_month_day one{a};
  const year_month_day other{b};
  return one.year() == other.year() && one.month() == other.month();
}

bool is_nth(const Recurrence& recurrence, sys_days day) {
  const bool any = recurrence.days_of_week.empty();
  const std::chrono::days step{any ? 1 : 7};
  if (!any && std::chrono::weekday{day}.iso_encoding() - 1 !=
                  static_cast<unsigned>(recurrence.days_of_week.front())) {
    return false;
  }
  if (*recurrence.ordinal == Ordinal::last) return !in_same_month(day, day + step);
  const int before = static_cast<int>(*recurrence.ordinal);
  return in_same_month(day, day - before * step) && !in_same_month(day, day - (before + 1) * step);
}

bool is_due_on(const Recurrence& recurrence, sys_days day) {
  if (recurrence.date && day < date_of(*recurrence.date)) return false;
  const year_month_day date{day};
  const unsigned weekday = std::chrono::weekday{day}.iso_encoding() - 1;
  const int every = static_cast<int>(recurrence.every.value_or(1));
  const auto& wanted = recurrence.days_of_week;
  switch (recurrence.kind) {
    case RecurrenceKind::once:
      return day == date_of(*recurrence.date);
    case RecurrenceKind::hourly:
      return true;
    case RecurrenceKind::daily:
      return every == 1 || (day - date_of(*recurrence.date)).count() % every == 0;
    case RecurrenceKind::weekdays:
      return weekday != 5 && weekday != 6;
    case RecurrenceKind::weekly: {
      const bool named = std::any_of(wanted.begin(), wanted.end(), [&](Weekday each) {
        return static_cast<unsigned>(each) == weekday;
      });
      if (!named || every == 1) return named;
      const auto weeks =
          (monday_before(day) - monday_before(date_of(*recurrence.date))).count() / 7;
      return weeks % every == 0;
    }
    case RecurrenceKind::monthly: {
      const auto& months = recurrence.months;
      const auto month = static_cast<Month>(static_cast<unsigned>(date.month()) - 1);
      if (!months.empty() && std::find(months.begin(), months.end(), month) == months.end()) {
        return false;
      }
      if (recurrence.ordinal) return is_nth(recurrence, day);
      return static_cast<unsigned>(date.day()) == *recurrence.day_of_month;
    }
  }
  return false;
}

// The first whole minute after `after` at which it falls due, within days_searched.
std::optional<Time> naive_next(const Recurrence& recurrence, Time after) {
  Clock clock(recurrence.time_zone);
  const std::int64_t first = floor_div(after.micros, minute_micros) + 1;
  const std::int64_t last = first + days_searched * minutes_of_day;
  const bool hourly = recurrence.kind == RecurrenceKind::hourly;
  const std::int64_t in_day =
      std::int64_t{recurrence.hour.value_or(0)} * 60 + recurrence.minute.value_or(0);
  // Clocks have shown everything up to here at some time before; they go back by hours, not days.
  std::int64_t shown = clock.shows(first - 1);
  for (std::int64_t minute = first - 2 * minutes_of_day; minute < first; ++minute) {
    shown = std::max(shown, clock.shows(minute));
  }
  for (std::int64_t minute = first; minute < last; ++minute) {
    const std::int64_t local = clock.shows(minute);
    if (hourly) {
      if (local - floor_div(local, 60) * 60 == *recurrence.minute) {
        return Time{minute * minute_micros};
      }
      continue;
    }
    // Every time of day that clocks reach now for the first time, or jump over just now.
    for (std::int64_t reached = shown + 1; reached <= local; ++reached) {
      if (reached - floor_div(reached, minutes_of_day) * minutes_of_day != in_day) continue;
      if (is_due_on(recurrence, day_of(reached))) return Time{minute * minute_micros};
    }
    shown = std::max(shown, local);
  }
  return std::nullopt;
}

std::string date_text(std::int64_t minute) {
  return rfc3339(Time{minute * minute_micros}).substr(0, 10);
}

template <class T>
std::vector<T> some_of(std::uint32_t many) {
  const auto bits = 1 + *rc::gen::inRange<std::uint32_t>(0, (1U << many) - 1);
  std::vector<T> chosen;
  for (std::uint32_t i = 0; i < many; ++i) {
    if ((bits & (1U << i)) != 0) chosen.push_back(static_cast<T>(i));
  }
  return chosen;
}

Recurrence any_recurrence(std::int64_t around_minute) {
  Recurrence recurrence;
  recurrence.kind = static_cast<RecurrenceKind>(*rc::gen::inRange(0, 6));
  recurrence.time_zone =
      *rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/Sao_Paulo",
                                     "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  recurrence.minute = *rc::gen::inRange<std::uint32_t>(0, 60);
  if (recurrence.kind == RecurrenceKind::hourly) return recurrence;
  // The hours in which clocks are set come often.
  recurrence.hour = *rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 24),
                                    rc::gen::inRange<std::uint32_t>(0, 4));
  const bool dated = recurrence.kind == RecurrenceKind::once || *rc::gen::arbitrary<bool>();
  if (dated) {
    const auto day = *rc::gen::inRange<std::int64_t>(-400, 100);
    recurrence.date = date_text(around_minute + day * minutes_of_day);
  }
  const bool spaced =
      recurrence.kind == RecurrenceKind::daily || recurrence.kind == RecurrenceKind::weekly;
  if (spaced && dated) recurrence.every = *rc::gen::inRange<std::uint32_t>(1, 30);
  if (recurrence.kind == RecurrenceKind::weekly) recurrence.days_of_week = some_of<Weekday>(7);
  if (recurrence.kind == RecurrenceKind::monthly) {
    if (*rc::gen::arbitrary<bool>()) recurrence.months = some_of<Month>(12);
    if (*rc::gen::arbitrary<bool>()) {
      recurrence.ordinal = static_cast<Ordinal>(*rc::gen::inRange(0, 5));
      if (*rc::gen::arbitrary<bool>()) {
        recurrence.days_of_week = {static_cast<Weekday>(*rc::gen::inRange(0, 7))};
      }
    } else {
      recurrence.day_of_month = *rc::gen::inRange<std::uint32_t>(1, 32);
    }
  }
  return recurrence;
}

RC_GTEST_PROP(Recurrence, FallsDueAtTheFirstMinuteThatItsDefinitionNames, ()) {
  // 2010 to 2019: Sao Paulo and Berlin both set their clocks.
  const auto minute = *rc::gen::inRange<std::int64_t>(21'039'840, 25'771'680);
  const Time after{minute * minute_micros + *rc::gen::element<std::int64_t>(0, 1, 59'999'999)};
  const Recurrence recurrence = any_recurrence(minute);
  RC_PRE(validate(recurrence).has_value());
  RC_TAG(std::string(name_of(recurrence.kind)));
  const auto expected = naive_next(recurrence, after);
  const auto next = next_after(recurrence, after, zones());
  if (expected) {
    RC_ASSERT(next.has_value());
    RC_ASSERT(rfc3339(*next) == rfc3339(*expected));
    return;
  }
  const Time searched = after + days(days_searched);
  RC_ASSERT(!next || searched <= *next);
}

RC_GTEST_PROP(Recurrence, NextRunsFollowEachOtherWithoutEnd, ()) {
  const auto minute = *rc::gen::inRange<std::int64_t>(21'039'840, 31'000'000);
  const Recurrence recurrence = any_recurrence(minute);
  RC_PRE(validate(recurrence).has_value());
  Time at{minute * minute_micros};
  for (int i = 0; i < 20; ++i) {
    const auto next = next_after(recurrence, at, zones());
    if (recurrence.kind == RecurrenceKind::once) {
      if (!next) return;
    } else {
      RC_ASSERT(next.has_value());
    }
    RC_ASSERT(at < *next);
    // Asking from any moment in between gives the same.
    const auto between = *rc::gen::inRange<std::int64_t>(0, (*next - at).micros);
    RC_ASSERT(next_after(recurrence, at + Duration{between}, zones()) == next);
    at = *next;
  }
}

}  // namespace
}  // namespace tests

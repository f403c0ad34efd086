#include "ledger/domain/recurrence.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "ledger/limits.h"

namespace ledger::domain {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t day_micros = days(1).micros;
constexpr std::int64_t hour_micros = hours(1).micros;
constexpr sys_days first_day{std::chrono::year{1900} / 1 / 1};
constexpr sys_days last_day{std::chrono::year{9900} / 1 / 1};
// The rarest day of a valid recurrence is a 29 February around a century without one (eight years),
// the longest interval recurrence_every_max weeks.
constexpr int days_between_max = 9 * 366;
static_assert(limits::recurrence_every_max * 7 < days_between_max);

std::int64_t micros_of(sys_days day) { return day.time_since_epoch().count() * day_micros; }

sys_days day_of(std::int64_t micros) {
  const auto held = std::clamp(micros, micros_of(first_day), micros_of(last_day));
  const auto whole = held / day_micros - (held % day_micros < 0 ? 1 : 0);
  return sys_days{std::chrono::days{static_cast<int>(whole)}};
}

std::optional<std::int64_t> date_micros(const std::string& date) {
  if (date.size() != 10) return std::nullopt;
  const auto midnight = time_from_rfc3339(date + "T00:00:00Z");
  if (!midnight) return std::nullopt;
  return midnight->micros;
}

// 0 for Monday.
unsigned weekday_of(sys_days day) { return std::chrono::weekday{day}.iso_encoding() - 1; }

unsigned days_in(std::chrono::year_month month) {
  return static_cast<unsigned>(year_month_day{month / std::chrono::last}.day());
}

// -- Validation --------------------------------------------------------------------------------

enum class Need { unused, allowed, required };

tl::unexpected<Error> wrong(const std::string& reason, std::string detail) {
  return fail(ErrorKind::invalid, "recurrence-" + reason, std::move(detail));
}

Result<void> check_need(Need need, bool present, const std::string& name, RecurrenceKind kind) {
  const std::string which = "A recurrence of kind " + std::string(name_of(kind));
  if (need == Need::required && !present) {
    return wrong(name + "-missing", which + " needs " + name + ".");
  }
  if (need == Need::unused && present) {
    return wrong(name + "-unused", which + " does not use " + name + "; leave it out.");
  }
  return {};
}

Result<void> check_presence(const Recurrence& recurrence) {
  using enum Need;
  const auto kind = recurrence.kind;
  const bool once = kind == RecurrenceKind::once;
  const bool by_instant = once && recurrence.at;
  const bool hourly = kind == RecurrenceKind::hourly;
  const bool daily = kind == RecurrenceKind::daily;
  const bool weekly = kind == RecurrenceKind::weekly;
  const bool monthly = kind == RecurrenceKind::monthly;
  const bool spaced = recurrence.every && *recurrence.every > 1;
  const Need time = by_instant ? unused : required;
  const Need date = by_instant || hourly ? unused : once || spaced ? required : allowed;
  const Need weekdays = weekly ? required : monthly && recurrence.ordinal ? allowed : unused;
  const Need monthly_only = monthly ? allowed : unused;
  struct Row {
    Need need;
    bool present;
    const char* name;
  };
  const Row rows[] = {
      {once ? allowed : unused, recurrence.at.has_value(), "at"},
      {date, recurrence.date.has_value(), "date"},
      {hourly ? unused : time, recurrence.hour.has_value(), "hour"},
      {time, recurrence.minute.has_value(), "minute"},
      {daily || weekly ? allowed : unused, recurrence.every.has_value(), "every"},
      {weekdays, !recurrence.days_of_week.empty(), "days-of-week"},
      {!monthly             ? unused
       : recurrence.ordinal ? unused
                            : required,
       recurrence.day_of_month.has_value(), "day-of-month"},
      {monthly_only, recurrence.ordinal.has_value(), "ordinal"},
      {monthly_only, !recurrence.months.empty(), "months"},
  };
  for (const Row& row : rows) {
    const auto checked = check_need(row.need, row.present, row.name, kind);
    if (!checked) return fail(checked.error());
  }
  return {};
}

template <class T>
bool has_twice(const std::vector<T>& values) {
  return std::set<T>(values.begin(), values.end()).size() != values.size();
}

bool in_months(const Recurrence& recurrence, unsigned month) {
  const auto& months = recurrence.months;
  return months.empty() ||
         std::find(months.begin(), months.end(), static_cast<Month>(month - 1)) != months.end();
}

bool has_a_day(const Recurrence& recurrence) {
  for (unsigned month = 1; month <= 12; ++month) {
    const auto longest = days_in(std::chrono::year{2024} / std::chrono::month{month});
    if (in_months(recurrence, month) && *recurrence.day_of_month <= longest) return true;
  }
  return false;
}

// -- Which days --------------------------------------------------------------------------------

bool is_day_of_month(const Recurrence& recurrence, sys_days day) {
  const year_month_day date{day};
  if (!in_months(recurrence, static_cast<unsigned>(date.month()))) return false;
  const auto in_month = static_cast<unsigned>(date.day());
  if (!recurrence.ordinal) return in_month == *recurrence.day_of_month;
  const bool any_day = recurrence.days_of_week.empty();
  const auto weekday = static_cast<Weekday>(weekday_of(day));
  if (!any_day && weekday != recurrence.days_of_week.front()) return false;
  const unsigned step = any_day ? 1 : 7;
  if (*recurrence.ordinal == Ordinal::last) {
    return in_month + step > days_in(date.year() / date.month());
  }
  return (in_month - 1) / step == static_cast<unsigned>(*recurrence.ordinal);
}

// Whether something falls due on this day, which is not before `anchor`.
bool is_day(const Recurrence& recurrence, sys_days day, sys_days anchor) {
  const int every = static_cast<int>(recurrence.every.value_or(1));
  switch (recurrence.kind) {
    case RecurrenceKind::once:
      return day == anchor;
    case RecurrenceKind::hourly:
      return true;
    case RecurrenceKind::daily:
      return (day - anchor).count() % every == 0;
    case RecurrenceKind::weekdays:
      return weekday_of(day) < 5;
    case RecurrenceKind::weekly: {
      const auto& wanted = recurrence.days_of_week;
      const auto weekday = static_cast<Weekday>(weekday_of(day));
      const auto monday = anchor - std::chrono::days{weekday_of(anchor)};
      return (day - monday).count() / 7 % every == 0 &&
             std::find(wanted.begin(), wanted.end(), weekday) != wanted.end();
    }
    case RecurrenceKind::monthly:
      return is_day_of_month(recurrence, day);
  }
  return false;
}

// -- The next moment ---------------------------------------------------------------------------

std::optional<Time> next_hourly(const Recurrence& recurrence, Time after,
                                const TimeZones& time_zones) {
  const auto minute = minutes(*recurrence.minute).micros;
  Time from = after + Duration{1};
  while (from.micros < micros_of(last_day)) {
    const auto period = time_zones.period_at(recurrence.time_zone, from);
    if (!period) return std::nullopt;
    const auto past = (from.micros + period->offset.micros - minute) % hour_micros;
    const auto wait = past == 0 ? 0 : past < 0 ? -past : hour_micros - past;
    const Time due = from + Duration{wait};
    if (due < period->end) return due;
    from = period->end;
  }
  return std::nullopt;
}

std::optional<Time> next_on_a_day(const Recurrence& recurrence, Time after,
                                  const TimeZones& time_zones) {
  const auto local = time_zones.to_local(recurrence.time_zone, after);
  if (!local) return std::nullopt;
  const auto in_day = hours(*recurrence.hour).micros + minutes(*recurrence.minute).micros;
  // Without a date, intervals are of one day or week, and any anchor in the past will do.
  const auto date = recurrence.date ? date_micros(*recurrence.date) : micros_of(first_day);
  if (!date) return std::nullopt;
  const sys_days anchor = day_of(*date);
  const sys_days begin = std::max(day_of(local->micros) - std::chrono::days{1}, anchor);
  for (int i = 0; i <= days_between_max; ++i) {
    const sys_days day = begin + std::chrono::days{i};
    if (day >= last_day) return std::nullopt;
    if (!is_day(recurrence, day, anchor)) continue;
    const auto due = time_zones.to_utc(recurrence.time_zone, LocalTime{micros_of(day) + in_day});
    if (!due) return std::nullopt;
    if (after < *due) return *due;
  }
  return std::nullopt;
}

}  // namespace

Result<void> validate(const Recurrence& recurrence) {
  if (recurrence.time_zone.empty()) {
    return wrong("time-zone-missing", "Name a time zone such as Europe/Berlin.");
  }
  if (const auto checked = check_presence(recurrence); !checked) return fail(checked.error());
  if (recurrence.date) {
    const auto date = date_micros(*recurrence.date);
    if (!date || *date < micros_of(first_day) || *date >= micros_of(last_day)) {
      return wrong("date-invalid", "A date is written 2026-11-03, from 1900 to 9899.");
    }
  }
  if (recurrence.hour && *recurrence.hour > 23) {
    return wrong("hour-invalid", "An hour is 0 to 23.");
  }
  if (recurrence.minute && *recurrence.minute > 59) {
    return wrong("minute-invalid", "A minute is 0 to 59.");
  }
  if (recurrence.every &&
      (*recurrence.every == 0 || *recurrence.every > limits::recurrence_every_max)) {
    return wrong(
        "every-invalid",
        "An interval is 1 to " + std::to_string(limits::recurrence_every_max) + " days or weeks.");
  }
  const bool monthly = recurrence.kind == RecurrenceKind::monthly;
  if (has_twice(recurrence.days_of_week) || (monthly && recurrence.days_of_week.size() > 1)) {
    return wrong("days-of-week-invalid",
                 "Each weekday stands once in the list, and a month's day is of one weekday.");
  }
  if (has_twice(recurrence.months)) {
    return wrong("months-invalid", "Each month stands once in the list.");
  }
  if (recurrence.day_of_month &&
      (*recurrence.day_of_month == 0 || *recurrence.day_of_month > 31 || !has_a_day(recurrence))) {
    return wrong("day-of-month-invalid",
                 "A day of the month is 1 to 31, and one of the months has it.");
  }
  return {};
}

std::optional<Time> next_after(const Recurrence& recurrence, Time after,
                               const TimeZones& time_zones) {
  if (after.micros >= micros_of(last_day)) return std::nullopt;
  const Time from = std::max(after, Time{micros_of(first_day)} - Duration{1});
  if (recurrence.kind == RecurrenceKind::hourly) {
    return next_hourly(recurrence, from, time_zones);
  }
  if (recurrence.at) return after < *recurrence.at ? recurrence.at : std::nullopt;
  return next_on_a_day(recurrence, from, time_zones);
}

}  // namespace ledger::domain

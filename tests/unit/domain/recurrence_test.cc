#include "ledger/domain/recurrence.h"

#include <gtest/gtest.h>

#include "ledger/time_zones_tzdb.h"

namespace tests {
namespace {

using namespace ledger::domain;

// The next three runs after a moment, as people write them.
std::vector<std::string> runs(const Recurrence& recurrence, const std::string& after,
                              std::size_t most = 3) {
  const ledger::TzdbTimeZones zones;
  std::vector<std::string> found;
  Time at = *time_from_rfc3339(after);
  while (found.size() < most) {
    const auto next = next_after(recurrence, at, zones);
    if (!next) break;
    found.push_back(rfc3339(*next).substr(0, 16));
    at = *next;
  }
  return found;
}
using Runs = std::vector<std::string>;

Recurrence at_time(RecurrenceKind kind, std::uint32_t hour, std::uint32_t minute,
                   const std::string& zone = "UTC") {
  Recurrence recurrence;
  recurrence.kind = kind;
  recurrence.time_zone = zone;
  recurrence.hour = hour;
  recurrence.minute = minute;
  return recurrence;
}

TEST(Once, IsAMomentOrADateWithATimeOfDay) {
  Recurrence moment;
  moment.time_zone = "UTC";
  moment.at = time_from_rfc3339("2027-05-01T12:34:56Z");
  EXPECT_EQ(runs(moment, "2027-01-01T00:00:00Z"), (Runs{"2027-05-01T12:34"}));
  EXPECT_EQ(runs(moment, "2027-05-01T12:34:56Z"), Runs{});
  Recurrence date = at_time(RecurrenceKind::once, 8, 0, "Europe/Berlin");
  date.date = "2027-07-01";
  EXPECT_EQ(runs(date, "2027-01-01T00:00:00Z"), (Runs{"2027-07-01T06:00"}));
}

TEST(Hourly, IsAMinuteOfEveryHour) {
  Recurrence hourly;
  hourly.kind = RecurrenceKind::hourly;
  hourly.time_zone = "UTC";
  hourly.minute = 15;
  EXPECT_EQ(runs(hourly, "2027-01-01T22:15:00Z"),
            (Runs{"2027-01-01T23:15", "2027-01-02T00:15", "2027-01-02T01:15"}));
  hourly.time_zone = "Asia/Kathmandu";  // 5 hours and 45 minutes ahead.
  EXPECT_EQ(runs(hourly, "2027-01-01T00:00:00Z", 1), (Runs{"2027-01-01T00:30"}));
}

TEST(Daily, IsEveryDayOrEveryFewDaysFromADate) {
  Recurrence daily = at_time(RecurrenceKind::daily, 6, 0);
  EXPECT_EQ(runs(daily, "2027-01-01T06:00:00Z", 2), (Runs{"2027-01-02T06:00", "2027-01-03T06:00"}));
  daily.date = "2027-01-02";
  daily.every = 3;
  EXPECT_EQ(runs(daily, "2026-12-01T00:00:00Z"),
            (Runs{"2027-01-02T06:00", "2027-01-05T06:00", "2027-01-08T06:00"}));
}

TEST(Weekdays, LeaveOutTheWeekend) {
  // 2027-01-01 is a Friday.
  EXPECT_EQ(runs(at_time(RecurrenceKind::weekdays, 6, 0), "2027-01-01T00:00:00Z"),
            (Runs{"2027-01-01T06:00", "2027-01-04T06:00", "2027-01-05T06:00"}));
}

TEST(Weekly, NamesDaysOfEveryFewWeeks) {
  Recurrence weekly = at_time(RecurrenceKind::weekly, 6, 0);
  weekly.days_of_week = {Weekday::sunday, Weekday::monday};
  EXPECT_EQ(runs(weekly, "2027-01-01T00:00:00Z"),
            (Runs{"2027-01-03T06:00", "2027-01-04T06:00", "2027-01-10T06:00"}));
  weekly.every = 2;
  weekly.date = "2027-01-01";  // In the week that begins on 28 December.
  EXPECT_EQ(runs(weekly, "2027-01-01T00:00:00Z"),
            (Runs{"2027-01-03T06:00", "2027-01-11T06:00", "2027-01-17T06:00"}));
}

TEST(Monthly, PassesOverMonthsWithoutTheDay) {
  Recurrence monthly = at_time(RecurrenceKind::monthly, 6, 0);
  monthly.day_of_month = 31;
  EXPECT_EQ(runs(monthly, "2027-01-31T06:00:00Z"),
            (Runs{"2027-03-31T06:00", "2027-05-31T06:00", "2027-07-31T06:00"}));
  monthly.day_of_month = 29;
  monthly.months = {Month::february};
  EXPECT_EQ(runs(monthly, "2093-01-01T00:00:00Z", 2),
            (Runs{"2096-02-29T06:00", "2104-02-29T06:00"}));
}

TEST(Monthly, NamesTheFirstToTheLastOfAWeekdayOrDay) {
  Recurrence monthly = at_time(RecurrenceKind::monthly, 6, 0);
  monthly.ordinal = Ordinal::second;
  monthly.days_of_week = {Weekday::tuesday};
  EXPECT_EQ(runs(monthly, "2027-01-01T00:00:00Z", 2),
            (Runs{"2027-01-12T06:00", "2027-02-09T06:00"}));
  monthly.ordinal = Ordinal::last;
  EXPECT_EQ(runs(monthly, "2027-01-01T00:00:00Z", 2),
            (Runs{"2027-01-26T06:00", "2027-02-23T06:00"}));
  monthly.days_of_week = {};
  EXPECT_EQ(runs(monthly, "2027-02-01T00:00:00Z", 2),
            (Runs{"2027-02-28T06:00", "2027-03-31T06:00"}));
}

TEST(DaylightSaving, KeepsTheTimeOfDay) {
  EXPECT_EQ(runs(at_time(RecurrenceKind::daily, 6, 0, "Europe/Berlin"), "2027-03-27T00:00:00Z"),
            (Runs{"2027-03-27T05:00", "2027-03-28T04:00", "2027-03-29T04:00"}));
}

TEST(DaylightSaving, RunsAtTheJumpOverATimeOfDay) {
  // On 28 March 2027 clocks in Berlin go from 02:00 to 03:00.
  EXPECT_EQ(runs(at_time(RecurrenceKind::daily, 2, 30, "Europe/Berlin"), "2027-03-27T12:00:00Z", 2),
            (Runs{"2027-03-28T01:00", "2027-03-29T00:30"}));
  // In Sao Paulo they went from 00:00 to 01:00 on 4 November 2018.
  EXPECT_EQ(
      runs(at_time(RecurrenceKind::daily, 0, 0, "America/Sao_Paulo"), "2018-11-03T12:00:00Z", 2),
      (Runs{"2018-11-04T03:00", "2018-11-05T02:00"}));
}

TEST(DaylightSaving, RunsOnceAtATimeThatClocksShowTwice) {
  // On 31 October 2027 clocks in Berlin go from 03:00 back to 02:00.
  EXPECT_EQ(runs(at_time(RecurrenceKind::daily, 2, 30, "Europe/Berlin"), "2027-10-30T12:00:00Z", 2),
            (Runs{"2027-10-31T00:30", "2027-11-01T01:30"}));
  Recurrence hourly;
  hourly.kind = RecurrenceKind::hourly;
  hourly.time_zone = "Europe/Berlin";
  hourly.minute = 30;
  EXPECT_EQ(runs(hourly, "2027-10-31T00:00:00Z"),
            (Runs{"2027-10-31T00:30", "2027-10-31T01:30", "2027-10-31T02:30"}));
}

TEST(TimeZones, ThatAreUnknownHaveNoRuns) {
  EXPECT_EQ(runs(at_time(RecurrenceKind::daily, 6, 0, "Mars/Olympus"), "2027-01-01T00:00:00Z"),
            Runs{});
}

TEST(Validation, NamesTheFieldThatIsWrong) {
  const auto reason = [](RecurrenceKind kind, auto change) {
    Recurrence recurrence = at_time(kind, 6, 0);
    change(recurrence);
    const auto valid = validate(recurrence);
    return valid ? std::string() : valid.error().reason;
  };
  using Kind = RecurrenceKind;
  EXPECT_EQ(reason(Kind::daily, [](auto&) {}), "");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.time_zone = ""; }), "recurrence-time-zone-missing");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.hour.reset(); }), "recurrence-hour-missing");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.minute.reset(); }), "recurrence-minute-missing");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.hour = 24; }), "recurrence-hour-invalid");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.minute = 60; }), "recurrence-minute-invalid");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.every = 2; }), "recurrence-date-missing");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.date = "2027-02-30"; }), "recurrence-date-invalid");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.date = "1899-12-31"; }), "recurrence-date-invalid");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.every = 0; }), "recurrence-every-invalid");
  EXPECT_EQ(reason(Kind::daily,
                   [](auto& r) {
                     r.date = "2027-01-01";
                     r.every = 367;
                   }),
            "recurrence-every-invalid");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.days_of_week = {Weekday::monday}; }),
            "recurrence-days-of-week-unused");
  EXPECT_EQ(reason(Kind::daily, [](auto& r) { r.at = Time{1}; }), "recurrence-at-unused");
  EXPECT_EQ(reason(Kind::hourly, [](auto&) {}), "recurrence-hour-unused");
  EXPECT_EQ(reason(Kind::once, [](auto&) {}), "recurrence-date-missing");
  EXPECT_EQ(reason(Kind::weekdays, [](auto& r) { r.every = 1; }), "recurrence-every-unused");
  EXPECT_EQ(reason(Kind::weekly, [](auto&) {}), "recurrence-days-of-week-missing");
  EXPECT_EQ(reason(Kind::weekly,
                   [](auto& r) {
                     r.days_of_week = {Weekday::monday, Weekday::monday};
                   }),
            "recurrence-days-of-week-invalid");
  EXPECT_EQ(reason(Kind::monthly, [](auto&) {}), "recurrence-day-of-month-missing");
  EXPECT_EQ(reason(Kind::monthly, [](auto& r) { r.day_of_month = 32; }),
            "recurrence-day-of-month-invalid");
  EXPECT_EQ(reason(Kind::monthly,
                   [](auto& r) {
                     r.day_of_month = 31;
                     r.months = {Month::april};
                   }),
            "recurrence-day-of-month-invalid");
  EXPECT_EQ(reason(Kind::monthly,
                   [](auto& r) {
                     r.day_of_month = 1;
                     r.months = {Month::may, Month::may};
                   }),
            "recurrence-months-invalid");
  EXPECT_EQ(reason(Kind::monthly,
                   [](auto& r) {
                     r.ordinal = Ordinal::first;
                     r.day_of_month = 1;
                   }),
            "recurrence-day-of-month-unused");
  EXPECT_EQ(reason(Kind::weekly,
                   [](auto& r) {
                     r.days_of_week = {Weekday::monday};
                     r.ordinal = Ordinal::first;
                   }),
            "recurrence-ordinal-unused");
}

}  // namespace
}  // namespace tests

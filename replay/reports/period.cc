#include "replay/reports/period.h"

#include <algorithm>

#include "projections/activity.h"
#include "projections/record_walk.h"
#include "replay/limits.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;

Result<Moment> moment_at(const ledger::store::EventLog& log, domain::Position position) {
  const auto envelope = projections::envelope_at(log, position);
  if (!envelope) return fail(envelope.error());
  return Moment{position, envelope->recorded_at};
}

domain::Duration step_between(domain::Time from, domain::Time to, std::size_t most) {
  static constexpr domain::Duration steps[] = {
      domain::seconds(1), domain::seconds(5),  domain::seconds(15), domain::minutes(1),
      domain::minutes(5), domain::minutes(15), domain::hours(1),    domain::hours(3),
      domain::hours(6),   domain::hours(12),   domain::days(1),     domain::days(2),
      domain::days(7),    domain::days(28),    domain::days(364)};
  const auto span = static_cast<std::uint64_t>((to - from).micros);
  for (const auto step : steps) {
    if (span / static_cast<std::uint64_t>(step.micros) < most) return step;
  }
  return {(to - from).micros / static_cast<std::int64_t>(most) + 1};
}

Result<std::vector<Moment>> samples_of(const Period& period) {
  std::vector<Moment> samples = {period.from};
  const auto step =
      step_between(period.from.time, period.to.time, ledger::limits::report_samples_max);
  domain::Time time{period.from.time.micros / step.micros * step.micros};
  for (time = time + step; time < period.to.time; time = time + step) {
    const auto last = projections::position_at(period.log, time);
    if (!last) return fail(last.error());
    if (!*last) continue;
    samples.push_back({std::clamp(**last, period.from.position, period.to.position), time});
  }
  if (period.from.position < period.to.position) samples.push_back(period.to);
  return samples;
}

std::vector<Moment> without_repeats(const std::vector<Moment>& samples) {
  std::vector<Moment> different;
  for (const auto& sample : samples) {
    const bool is_last = &sample == &samples.back();
    if (different.empty() || different.back().position != sample.position || is_last) {
      different.push_back(sample);
    }
  }
  return different;
}

Result<void> check_events(const Period& period) {
  const auto events = period.to.position.value - period.from.position.value;
  if (events <= ledger::limits::report_events_max) return {};
  return fail(ledger::ErrorKind::invalid, "report-range-too-large",
              "There are " + std::to_string(events) + " events in this period; a report reads " +
                  std::to_string(ledger::limits::report_events_max) +
                  " at most. Ask for a shorter one.");
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0 of 0";
  auto share = part * 100 / whole;
  if (share == 0 && part > 0) return "under 1 %";
  return std::to_string(share) + " %";
}

std::string spoken(domain::Duration duration) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr Unit units[] = {{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}};
  auto rest = (duration.micros + 500'000) / 1'000'000;
  if (rest == 0) return "0 s";
  std::string words;
  int told = 0;
  for (const auto& unit : units) {
    if (rest < unit.seconds || told == 2) continue;
    words += (words.empty() ? "" : " ") + std::to_string(rest / unit.seconds) + unit.name;
    rest %= unit.seconds;
    ++told;
  }
  return words;
}

}  // namespace replay::reports

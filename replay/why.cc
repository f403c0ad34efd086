#include "replay/why.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/domain/decider.h"

namespace replay {

using domain::Position;
using ledger::fail;
using ledger::Result;
using projections::EventItem;

namespace {

using Reasons = std::map<Position, Reason>;

// What was recorded when the condition came to hold, and the causes of that.
Result<void> add_condition(const ledger::store::EventLog& log, domain::Time time, Position at,
                           Reasons& reasons) {
  const auto last = projections::position_at(log, time);
  if (!last) return fail(last.error());
  if (!*last) return {};
  Position position = std::min(**last, at);
  for (std::size_t i = 0; i < why_moment_events_max; ++i) {
    const auto event = projections::read_event(log, position);
    if (!event) return fail(event.error());
    const bool is_then = event->recorded_at == time;
    if (!is_then && i > 0) return {};
    auto causes = projections::causes_of(log, position);
    if (!causes) return fail(causes.error());
    for (auto& cause : *causes) {
      const Position caused_at = cause.position;
      reasons.try_emplace(caused_at, Reason{"cause", std::move(cause)});
    }
    reasons.insert_or_assign(
        position, Reason{is_then ? "condition" : "before", projections::item_of(*event)});
    if (!is_then || position.value == 0) return {};
    --position.value;
  }
  return {};
}

}  // namespace

Result<std::vector<Reason>> why(const ledger::store::EventLog& log,
                                const projections::AlertRow& alert, Position at) {
  Reasons reasons;
  if (const auto added = add_condition(log, alert.first_true_at, at, reasons); !added) {
    return fail(added.error());
  }
  projections::ActivityQuery query;
  query.stream = domain::stream_of("alert", alert.alert);
  query.to = at;
  query.max = why_alert_events_max;
  query.direction = projections::Direction::oldest_first;
  auto life = projections::list_events(log, query);
  if (!life) return fail(life.error());
  for (auto& event : life->items) {
    const Position position = event.position;
    reasons.insert_or_assign(position, Reason{"alert", std::move(event)});
  }
  std::vector<Reason> told;
  for (auto& [position, reason] : reasons) told.push_back(std::move(reason));
  return told;
}

}  // namespace replay

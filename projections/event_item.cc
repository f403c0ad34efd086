// Events as people and programs see them: the one place that shows every payload as JSON.
#include "ledger/codec/json_out.h"
#include "projections/activity.h"

namespace projections {

EventItem item_of(const domain::Event& event) {
  EventItem item;
  item.position = event.position;
  item.type = type_name(event.payload);
  item.recorded_at = event.recorded_at;
  item.occurred_at = event.occurred_at;
  item.stream = event.stream;
  item.stream_version = event.stream_version;
  item.command = event.command;
  item.correlation = event.correlation;
  item.causation = event.causation;
  item.actor = event.actor;
  item.outcome = event.outcome;
  item.reason = event.reason;
  item.ticket = event.ticket;
  item.plan_digest = event.plan_digest;
  item.data.text =
      visit([](const auto& payload) { return ledger::codec::to_json(payload); }, event.payload);
  return item;
}

}  // namespace projections

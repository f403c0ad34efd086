// The audit trail: events by what happened, to what, by whom, why, when and how it ended; what
// caused an event, and what it brought about. Read from the log itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/json_text.h"
#include "projections/page.h"

namespace projections {

// An event as people and programs see it.
struct EventItem {
  domain::Position position;
  std::string type;  // "rule_update.rolled_back"
  domain::Time recorded_at;
  domain::Time occurred_at;
  std::string stream;
  std::uint64_t stream_version = 0;
  domain::CommandId command;
  domain::Position correlation;
  std::optional<domain::Position> causation;
  domain::Actor actor;
  domain::Outcome outcome{};
  std::string reason;
  std::string ticket;
  std::optional<domain::Digest> plan_digest;
  JsonText data;  // The payload.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("position", &EventItem::position), field("type", &EventItem::type),
        field("recorded_at", &EventItem::recorded_at),
        field("occurred_at", &EventItem::occurred_at), field("stream", &EventItem::stream),
        field("stream_version", &EventItem::stream_version), field("command", &EventItem::command),
        field("correlation", &EventItem::correlation), field("causation", &EventItem::causation),
        field("actor", &EventItem::actor), field("outcome", &EventItem::outcome),
        field("reason", &EventItem::reason), field("ticket", &EventItem::ticket),
        field("plan_digest", &EventItem::plan_digest), field("data", &EventItem::data));
  }
  bool operator==(const EventItem&) const = default;
};
EventItem item_of(const domain::Event& event);

enum class Direction { oldest_first, newest_first };

struct ActivityQuery {
  // "rule_update." or "rule_update.applied": types that begin so, any of them. "-computer.": not
  // those that begin so, whatever else is asked.
  std::vector<std::string> types;
  std::string actor;    // "user:alice" or "user/alice"; "user": any user. Empty: anybody.
  std::string stream;   // "policy/web": that one. Empty: any.
  std::string subject;  // "policy": all streams that begin with "policy/". Empty: any.
  std::optional<domain::Outcome> outcome;
  std::string reason;                  // The reason or ticket contains it, in either case.
  std::optional<domain::Time> after;   // Recorded later than this.
  std::optional<domain::Time> before;  // Recorded earlier than this.
  domain::Position from;               // At or after this position.
  std::optional<domain::Position> to;  // At or before this one; absent: the head.
  std::string filter;                  // Over the fields of EventItem; empty: any event.
  Direction direction = Direction::newest_first;
  std::string page;  // `next` of the page before; empty: from the first.
  std::size_t max = 100;
};

// A page may be short and not the last: at most limits::activity_records_passed_max records are
// looked at for one. Errors: invalid ("page-invalid", "event-type-unknown", "filter-..."), corrupt,
// io.
// Thread: any.
ledger::Result<Page<EventItem>> list_events(const ledger::store::EventLog& log,
                                            const ActivityQuery& query);

// Errors: not_found ("event-unknown": beyond the head), corrupt, io.
ledger::Result<domain::Event> read_event(const ledger::store::EventLog& log,
                                         domain::Position position);

// What caused it, nearest first: its cause, that one's cause, and so on.
// Errors: as read_event.
ledger::Result<std::vector<EventItem>> causes_of(const ledger::store::EventLog& log,
                                                 domain::Position position);

// What it brought about, directly and further on, oldest first. Looked for among the records after
// it, up to limits::activity_records_passed_max of them; `page` and `max` as in ActivityQuery.
// Errors: as read_event; invalid ("page-invalid").
ledger::Result<Page<EventItem>> effects_of(const ledger::store::EventLog& log,
                                           domain::Position position, const ListQuery& query);

// The last event recorded at or before `time`; nothing: there is none.
// Cost: log2 of the log. Errors: corrupt, io.
ledger::Result<std::optional<domain::Position>> position_at(const ledger::store::EventLog& log,
                                                            domain::Time time);

}  // namespace projections

// What would have become of the fleet if something had gone another way: from the first edit on the
// record is folded again in memory, over the views of that moment. The log is only read.
//
// Commands are not in the log, only events. What the ledger decides by itself is decided anew, in
// the world that is supposed: rule updates, policies and what they come to, settings, holds,
// patterns, what falls due as time passes, and alerts. What came from outside (reports of computers
// and relays, results of downloads, decisions of people in other matters) is taken as it was
// recorded, unless its subject is missing, or the event that caused it would not have happened;
// computers do not report anything else than they did.
//
// Where a minute passed without an event, what alerts and holds fall due is noticed just before the
// next one; everything else falls due when it did in fact.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/world.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/json_text.h"
#include "projections/overview_query.h"
#include "projections/view_store.h"
#include "replay/diff.h"
#include "replay/verify.h"

namespace replay {

namespace domain = ledger::domain;

enum class EditKind { drop_event, drop_command, command, setting };

struct Edit {
  EditKind kind{};
  // The event that does not happen; of a command, the event before which it is given. A setting has
  // its value from there on: later changes of it do not happen.
  domain::Position at;
  domain::CommandPayload
      command;  // Of `command` and `setting`: ChangeSetting, ChangePolicySetting.
};

struct WhatIfQuery {
  std::vector<Edit> edits;
  std::optional<domain::Position> to;          // So many events; absent: as many as the views have.
  std::function<bool(const Progress&)> go_on;  // False ends it ("what-if-ended"). May be empty.
  domain::Duration quiet_time = domain::minutes(1);  // After which time passes; 0: never.
  // Is told each event that would have happened from the first edit on, in order.
  std::function<void(const domain::Event&)> on_event = {};
};

// A recorded event that would not have happened.
struct DroppedEvent {
  domain::Position position;
  domain::Time time;
  std::string type;
  std::string stream;
  std::string why;
  std::optional<domain::Position> because_of;  // The event that did not happen either.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &DroppedEvent::position),
                      field("time", &DroppedEvent::time), field("type", &DroppedEvent::type),
                      field("stream", &DroppedEvent::stream), field("why", &DroppedEvent::why),
                      field("because_of", &DroppedEvent::because_of));
  }
};

// An event that is not in the record.
struct SupposedEvent {
  domain::Position before;  // The recorded event before which it would stand.
  domain::Time time;
  std::string type;
  std::string stream;
  projections::JsonText data;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("before", &SupposedEvent::before), field("time", &SupposedEvent::time),
                      field("type", &SupposedEvent::type), field("stream", &SupposedEvent::stream),
                      field("data", &SupposedEvent::data));
  }
};

// A command that would have been refused: one of the edits, or one that was not refused in fact.
struct RefusedThere {
  domain::Position at;
  std::string command;
  std::string code;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("at", &RefusedThere::at), field("command", &RefusedThere::command),
                      field("code", &RefusedThere::code), field("detail", &RefusedThere::detail));
  }
};

// Of one condition, in fact and as supposed; absent times: it was not raised, or is open.
struct AlertDifference {
  std::string type;
  std::string subject;
  std::uint64_t raised_in_fact = 0;  // So often in the range.
  std::uint64_t raised_there = 0;
  bool open_in_fact = false;  // At its end.
  bool open_there = false;
  std::optional<domain::Time> first_in_fact;
  std::optional<domain::Time> first_there;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("type", &AlertDifference::type),
                      field("subject", &AlertDifference::subject),
                      field("raised_in_fact", &AlertDifference::raised_in_fact),
                      field("raised_there", &AlertDifference::raised_there),
                      field("open_in_fact", &AlertDifference::open_in_fact),
                      field("open_there", &AlertDifference::open_there),
                      field("first_in_fact", &AlertDifference::first_in_fact),
                      field("first_there", &AlertDifference::first_there));
  }
  bool operator==(const AlertDifference&) const = default;
};

struct SupposedRow {
  std::string change;  // "only_in_fact", "only_there" or "changed"
  std::string view;
  std::string key;
  std::vector<FieldDiff> changed_fields;  // before: in fact; after: as supposed.
  projections::JsonText in_fact;
  projections::JsonText there;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("change", &SupposedRow::change), field("view", &SupposedRow::view),
                      field("key", &SupposedRow::key),
                      field("changed_fields", &SupposedRow::changed_fields),
                      field("in_fact", &SupposedRow::in_fact), field("there", &SupposedRow::there));
  }
};

struct WhatIf {
  bool hypothetical = true;
  domain::Position from;  // The first edit.
  domain::Position to;    // So many events.
  domain::Digest root;    // Of the log over those.
  std::uint64_t as_recorded = 0;
  std::uint64_t decided_anew = 0;
  std::uint64_t dropped = 0;                   // Without those of alerts, which are told apart.
  std::uint64_t supposed = 0;                  // The same.
  std::vector<DroppedEvent> dropped_events;    // The first ones.
  std::vector<SupposedEvent> supposed_events;  // The first ones.
  std::vector<RefusedThere> refused;           // The first ones.
  std::vector<AlertDifference> alerts;
  std::uint64_t rows_differ = 0;
  std::vector<SupposedRow> rows;                // The first ones, in the order of views and keys.
  projections::StatusCounts computers_in_fact;  // At the end.
  projections::StatusCounts computers_there;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("hypothetical", &WhatIf::hypothetical), field("from", &WhatIf::from),
        field("to", &WhatIf::to), field("root", &WhatIf::root),
        field("as_recorded", &WhatIf::as_recorded), field("decided_anew", &WhatIf::decided_anew),
        field("dropped", &WhatIf::dropped), field("supposed", &WhatIf::supposed),
        field("dropped_events", &WhatIf::dropped_events),
        field("supposed_events", &WhatIf::supposed_events), field("refused", &WhatIf::refused),
        field("alerts", &WhatIf::alerts), field("rows_differ", &WhatIf::rows_differ),
        field("rows", &WhatIf::rows), field("computers_in_fact", &WhatIf::computers_in_fact),
        field("computers_there", &WhatIf::computers_there));
  }
};

// What is supposed from, and how time zones are known.
struct WhatIfBase {
  const ledger::store::EventLog& log;
  const projections::ViewStore& views;
  const domain::TimeZones& time_zones;
  // Of some of the first events, to fold on from; one that is of too many is not used.
  domain::World world = {};
};

// Cost: folding the world up to the first edit (about a microsecond an event), then the range.
// Errors: invalid ("edits-missing", "edits-too-many", "edit-beyond-log", "what-if-range"), refused
// ("what-if-too-large", "what-if-impossible": the edits leave no world that could be gone on with,
// and the error says from which event on), unavailable ("what-if-ended"), corrupt, io. Thread: any.
ledger::Result<WhatIf> what_if(WhatIfBase base, const WhatIfQuery& query);

}  // namespace replay

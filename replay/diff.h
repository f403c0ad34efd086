// What became different between two moments, and by which events. The work is that of the events
// in between, whatever the size of the fleet.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/json_text.h"
#include "projections/page.h"
#include "projections/view_store.h"

namespace replay {

namespace domain = ledger::domain;

struct FieldDiff {
  std::string field;  // "definition.enabled"
  projections::JsonText before;
  projections::JsonText after;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("field", &FieldDiff::field), field("before", &FieldDiff::before),
                      field("after", &FieldDiff::after));
  }
  bool operator==(const FieldDiff&) const = default;
};

struct RowDiff {
  std::string change;  // "added", "removed" or "changed"
  std::string view;
  std::string key;  // As projections::shown_key().
  // The newest event in between that changed the row.
  domain::Position position;
  domain::Time time;
  std::string type;
  std::string by;
  std::string reason;
  std::vector<domain::Position> events;   // All of them, newest first.
  bool more_events = false;               // There are older ones than `events` names.
  std::vector<FieldDiff> changed_fields;  // Of a row that is there at both moments.
  projections::JsonText before;           // null: not there.
  projections::JsonText after;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("change", &RowDiff::change), field("view", &RowDiff::view),
                      field("key", &RowDiff::key), field("position", &RowDiff::position),
                      field("time", &RowDiff::time), field("type", &RowDiff::type),
                      field("by", &RowDiff::by), field("reason", &RowDiff::reason),
                      field("events", &RowDiff::events),
                      field("more_events", &RowDiff::more_events),
                      field("changed_fields", &RowDiff::changed_fields),
                      field("before", &RowDiff::before), field("after", &RowDiff::after));
  }
  bool operator==(const RowDiff&) const = default;
};

// The fields in which two versions of a row differ, without what a row says about its own making.
// Errors: corrupt.
ledger::Result<std::vector<FieldDiff>> differing_fields(projections::View view,
                                                        std::string_view before,
                                                        std::string_view after);

struct DiffQuery {
  // The states after these events; `from` may be the later one, which turns the answer around.
  // Shape: before the size of the views.
  domain::Position from;
  domain::Position to;
  std::vector<projections::View> views;  // None: all.
  std::string after;                     // `next` of the page before.
  std::size_t max = 100;
};

// Rows that differ in more than who wrote them last, that of the newest event first. A row that
// was changed and changed back is not among them.
// Errors: invalid ("page-invalid"), corrupt, io. Thread: any.
ledger::Result<projections::Page<RowDiff>> diff(const projections::ViewStore& views,
                                                const ledger::store::EventLog& log,
                                                const DiffQuery& query);

}  // namespace replay

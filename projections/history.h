// Rows of any view through time: the versions of one, which event set each of its fields, and what
// an event changed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/json_text.h"
#include "projections/page.h"
#include "projections/view_store.h"

namespace projections {

// A row's bytes as JSON, in the shape that its view's header says. Errors: corrupt.
ledger::Result<JsonText> row_json(View view, std::string_view row);

std::optional<View> view_from(std::string_view name);

// A key as people write it: texts as they are, numbers as digits ("12", "web/heartbeat_interval").
std::string shown_key(View view, std::string_view key);
// The reverse; nothing: no row of that view can have such a key.
std::optional<std::string> key_from(View view, std::string_view shown);

// What an event made of a row.
struct RowStep {
  domain::Position position;
  domain::Time time;
  std::string type;  // Of the event: "policy.changed".
  std::string by;    // "user:alice"
  std::string reason;
  bool erased = false;
  JsonText row;  // null: erased.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &RowStep::position), field("time", &RowStep::time),
                      field("type", &RowStep::type), field("by", &RowStep::by),
                      field("reason", &RowStep::reason), field("erased", &RowStep::erased),
                      field("row", &RowStep::row));
  }
  bool operator==(const RowStep&) const = default;
};

// Newest first, at or before `at`. `query.after` is a position in digits; filters are not taken.
// Errors: corrupt, io.
ledger::Result<Page<RowStep>> row_history(const ViewStore& store,
                                          const ledger::store::EventLog& log, View view,
                                          std::string_view key, domain::Position at,
                                          const ListQuery& query);

// One field of a row, and the event since which it has this value.
struct FieldBlame {
  std::string field;  // "definition.enabled"
  JsonText value;
  domain::Position position;
  domain::Time time;
  std::string type;
  std::string by;
  std::string reason;
  bool is_oldest_seen = false;  // It may be older: limits::blame_versions_max were looked at.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("field", &FieldBlame::field), field("value", &FieldBlame::value),
                      field("position", &FieldBlame::position), field("time", &FieldBlame::time),
                      field("type", &FieldBlame::type), field("by", &FieldBlame::by),
                      field("reason", &FieldBlame::reason),
                      field("is_oldest_seen", &FieldBlame::is_oldest_seen));
  }
  bool operator==(const FieldBlame&) const = default;
};

// In the order of the row's fields. Errors: not_found ("row-unknown": not there at `at`), corrupt,
// io.
ledger::Result<std::vector<FieldBlame>> blame(const ViewStore& store,
                                              const ledger::store::EventLog& log, View view,
                                              std::string_view key, domain::Position at);

// A row before and after an event.
struct RowChange {
  std::string view;
  std::string key;  // As shown_key().
  JsonText before;  // null: it was not there.
  JsonText after;   // null: it was erased.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("view", &RowChange::view), field("key", &RowChange::key),
                      field("before", &RowChange::before), field("after", &RowChange::after));
  }
  bool operator==(const RowChange&) const = default;
};

// The rows that one event changed. `query.after` counts them, in digits; filters are not taken.
// Errors: corrupt, io.
ledger::Result<Page<RowChange>> changes_of_event(const ViewStore& store, domain::Position position,
                                                 const ListQuery& query);

}  // namespace projections

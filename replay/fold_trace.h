// What a fold of the log comes to on its way, so that the folds of two programs can be compared:
// digests of all views at chosen positions, and the rows that one event makes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

namespace domain = ledger::domain;

// After the first `folded` events.
struct FoldMark {
  domain::Position folded;
  domain::Digest root;  // Of the log.
  // SHA-256 of the chain before it and of the event's position and changed rows, event by event, so
  // that two folds which once differed never agree again. Rows that came to be as they were before
  // do not count, nor the order in which an event's rows are written.
  domain::Digest chain;
  std::vector<domain::ViewDigest> views;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("folded", &FoldMark::folded), field("root", &FoldMark::root),
                      field("chain", &FoldMark::chain), field("views", &FoldMark::views));
  }
  bool operator==(const FoldMark&) const = default;
};

// What an event made of a row.
struct EventRow {
  std::string view;
  std::string key;        // As projections::shown_key().
  std::string row;        // JSON; "null": the event erased it.
  domain::Digest sha256;  // Of the row's bytes; zeros: erased.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("view", &EventRow::view), field("key", &EventRow::key),
                      field("row", &EventRow::row), field("sha256", &EventRow::sha256));
  }
  bool operator==(const EventRow&) const = default;
};

struct TraceRange {
  domain::Position from;  // Events before it are folded, and nothing is told of them.
  domain::Position to;    // Beyond the log: its end.
  std::uint64_t every = 1;
};

// Tells the marks behind `from` whose `folded` is a multiple of `every`, and that of `to`.
// Errors: corrupt, io. Thread: any.
ledger::Result<void> trace_fold(const ledger::store::EventLog& log, const TraceRange& range,
                                const std::function<void(const FoldMark&)>& tell);

// In the order of views and keys. Errors: not_found ("position-unknown"), corrupt, io. Thread: any.
ledger::Result<std::vector<EventRow>> rows_of_event(const ledger::store::EventLog& log,
                                                    domain::Position event);

}  // namespace replay

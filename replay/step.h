// Walks through the record event by event, forwards and backwards. Views are versioned, so a step
// is reading the rows that one event changed; nothing is folded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/activity.h"
#include "projections/history.h"
#include "projections/view_store.h"
#include "replay/predicate.h"

namespace replay {

namespace domain = ledger::domain;

// Where to stop on the way.
//   break  the type of an event begins so ("policy.", "alert.raised"), and the predicate, if there
//          is one, holds after it; without a type, the predicate comes to hold
//   watch  what a predicate counts becomes another number: computers[status = "failed"].count
struct Stop {
  std::string type;   // Of a break.
  std::string where;  // A predicate; empty: none.
  std::string watch;  // Of a watch; a predicate, with or without the comparison.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("type", &Stop::type), field("where", &Stop::where),
                      field("watch", &Stop::watch));
  }
  bool operator==(const Stop&) const = default;
};

// Errors: invalid ("replay-stop-invalid", "event-type-unknown", "predicate-invalid", ...).
ledger::Result<void> check_stop(const Stop& stop);

// Why it is where it is: "step", "break", "watch", "until", "end", "beginning", or "limit": it was
// enough for one request, and it can go on from here.
struct StopHit {
  std::string why;
  std::optional<std::uint64_t> stop;  // Of `break` and `watch`: which, counted from 0.
  std::uint64_t count_before = 0;     // What its predicate counted before the event,
  std::uint64_t count = 0;            // and after it.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("why", &StopHit::why), field("stop", &StopHit::stop),
                      field("count_before", &StopHit::count_before),
                      field("count", &StopHit::count));
  }
  bool operator==(const StopHit&) const = default;
};

// The state after the event at `position`, and what that event changed.
struct StepView {
  domain::Position position;
  StopHit hit;
  std::uint64_t passed = 0;  // Events on the way.
  projections::EventItem event;
  std::vector<projections::RowChange> changes;
  bool more_changes = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &StepView::position), field("hit", &StepView::hit),
                      field("passed", &StepView::passed), field("event", &StepView::event),
                      field("changes", &StepView::changes),
                      field("more_changes", &StepView::more_changes));
  }
};

struct StepRange {
  domain::Position first;
  domain::Position last;
};

enum class Way { forward, back };

// Thread: any; it holds nothing but references.
class Stepper {
 public:
  // Shape: range.first <= range.last, before the size of the views. Both outlive this.
  Stepper(const projections::ViewStore& views, const ledger::store::EventLog& log, StepRange range)
      : views_(views), log_(log), range_(range) {}

  const StepRange& range() const { return range_; }

  // Errors, of all of them: corrupt, io.
  ledger::Result<StepView> show(domain::Position at, StopHit hit, std::uint64_t passed) const;
  // So many events on, or as many as there are.
  ledger::Result<StepView> step(domain::Position at, std::uint64_t count, Way way) const;
  // To the first event of the next command, or of the one before.
  ledger::Result<StepView> next(domain::Position at, Way way) const;
  // Until a stop is hit, `until` is reached, or the range ends.
  // Errors: of check_stop(); invalid ("replay-stops-too-many").
  ledger::Result<StepView> go_on(domain::Position at, const std::vector<Stop>& stops,
                                 std::optional<domain::Position> until, Way way) const;

 private:
  bool is_at_end(domain::Position at, Way way) const;

  const projections::ViewStore& views_;
  const ledger::store::EventLog& log_;
  const StepRange range_;
};

}  // namespace replay

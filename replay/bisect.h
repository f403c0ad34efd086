// Which event made the answer to a question another.
#pragma once

#include <cstddef>
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
#include "replay/limits.h"
#include "replay/predicate.h"
#include "replay/verify.h"

namespace replay {

namespace domain = ledger::domain;

// An event after which the answer is another than before.
struct Flip {
  domain::Position position;
  bool holds = false;  // Since then.
  std::uint64_t count_before = 0;
  std::uint64_t count = 0;
  projections::EventItem event;
  std::vector<projections::EventItem> causes;  // Nearest first.
  std::vector<projections::RowChange> changes;
  bool more_changes = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &Flip::position), field("holds", &Flip::holds),
                      field("count_before", &Flip::count_before), field("count", &Flip::count),
                      field("event", &Flip::event), field("causes", &Flip::causes),
                      field("changes", &Flip::changes), field("more_changes", &Flip::more_changes));
  }
};

struct Bisection {
  std::string where;
  domain::Position from;
  domain::Position to;
  std::uint64_t count_at_from = 0;
  std::uint64_t count_at_to = 0;
  bool holds_at_from = false;
  bool holds_at_to = false;
  // Oldest first. Without `all` one; none, if both ends say the same and nothing in between was
  // seen to differ.
  std::vector<Flip> flips;
  bool all = false;          // They are all there are.
  std::uint64_t reads = 0;   // Moments that were asked for the answer.
  std::uint64_t checks = 0;  // Moments asked to find out whether it changed more than once.
  // A moment that shows that it did; if both ends say the same, the flip told is before it.
  std::optional<domain::Position> not_monotone_at;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("where", &Bisection::where), field("from", &Bisection::from),
        field("to", &Bisection::to), field("count_at_from", &Bisection::count_at_from),
        field("count_at_to", &Bisection::count_at_to),
        field("holds_at_from", &Bisection::holds_at_from),
        field("holds_at_to", &Bisection::holds_at_to), field("flips", &Bisection::flips),
        field("all", &Bisection::all), field("reads", &Bisection::reads),
        field("checks", &Bisection::checks), field("not_monotone_at", &Bisection::not_monotone_at));
  }
};

struct BisectQuery {
  std::string where;
  domain::Position from;  // Shape: from <= to, before the size of the views.
  domain::Position to;
  bool all = false;
  std::uint64_t rows_passed_max = ledger::limits::bisect_rows_passed_max;
  // Of `all`, about every tenth of a second; false ends it ("bisect-ended"). May be empty.
  std::function<bool(const Progress&)> go_on = {};
};

// Errors: invalid ("predicate-invalid", "filter-...", "range-backward", "range-too-large",
// "predicate-costly"), unavailable ("bisect-ended"), corrupt, io. Thread: any.
ledger::Result<Bisection> bisect(const projections::ViewStore& views,
                                 const ledger::store::EventLog& log, const BisectQuery& query);

}  // namespace replay

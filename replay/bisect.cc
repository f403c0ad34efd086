#include "replay/bisect.h"

#include <algorithm>
#include <utility>

#include "ledger/limits.h"

namespace replay {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using projections::ViewStore;

namespace {

class Bisector {
 public:
  Bisector(const ViewStore& views, const ledger::store::EventLog& log, Predicate predicate,
           Bisection& told)
      : views_(views), log_(log), predicate_(std::move(predicate)), told_(told) {}

  Result<void> run() {
    auto first = ask(told_.from, told_.reads);
    if (!first) return fail(first.error());
    auto last = ask(told_.to, told_.reads);
    if (!last) return fail(last.error());
    told_.count_at_from = first->count;
    told_.count_at_to = last->count;
    told_.holds_at_from = first->holds;
    told_.holds_at_to = last->holds;
    if (told_.all) return find_all(*first);
    if (first->holds != last->holds) {
      if (const auto found = halve(*first, *last); !found) return fail(found.error());
    }
    return check();
  }

 private:
  using Answer = Predicate::Answer;

  Result<Answer> ask(Position at, std::uint64_t& counter) const {
    ++counter;
    return predicate_.ask(*views_.as_of(at));
  }

  // Shape: the ends say different things.
  Result<void> halve(Answer first, Answer last) {
    Position low = told_.from;
    Position high = told_.to;
    while (low.value + 1 < high.value) {
      const Position middle{low.value + (high.value - low.value) / 2};
      const auto answer = ask(middle, told_.reads);
      if (!answer) return fail(answer.error());
      (answer->holds == first.holds ? low : high) = middle;
      (answer->holds == first.holds ? first : last) = *answer;
    }
    return add_flip(high, first, last);
  }

  // Looks at moments spread over the range, for one that contradicts a single change.
  Result<void> check() {
    const std::uint64_t length = told_.to.value - told_.from.value;
    const std::uint64_t moments =
        std::min(ledger::limits::bisect_checks_max, length == 0 ? 0 : length - 1);
    for (std::uint64_t i = 1; i <= moments; ++i) {
      const Position at{told_.from.value + length / (moments + 1) * i +
                        length % (moments + 1) * i / (moments + 1)};
      const auto answer = ask(at, told_.checks);
      if (!answer) return fail(answer.error());
      const bool is_after = !told_.flips.empty() && told_.flips.front().position <= at;
      if (answer->holds == (is_after ? told_.holds_at_to : told_.holds_at_from)) continue;
      told_.not_monotone_at = at;
      return {};
    }
    return {};
  }

  Result<bool> can_change(Position position) const {
    const auto changed = views_.changed_by(position);
    if (!changed) return fail(changed.error());
    return std::any_of(changed->begin(), changed->end(),
                       [this](const auto& row) { return predicate_.depends_on(row.view); });
  }

  Result<void> find_all(Answer before) {
    if (told_.to.value - told_.from.value > ledger::limits::bisect_events_passed_max) {
      return fail(too_large());
    }
    for (Position at{told_.from.value + 1}; at <= told_.to; at = Position{at.value + 1}) {
      const auto relevant = can_change(at);
      if (!relevant) return fail(relevant.error());
      if (!*relevant) continue;
      if (told_.reads == ledger::limits::bisect_reads_max ||
          told_.flips.size() == ledger::limits::bisect_flips_max) {
        return fail(too_large());
      }
      const auto answer = ask(at, told_.reads);
      if (!answer) return fail(answer.error());
      if (answer->holds != before.holds) {
        if (const auto added = add_flip(at, before, *answer); !added) return fail(added.error());
      }
      before = *answer;
    }
    if (told_.flips.size() > 1) told_.not_monotone_at = told_.flips[1].position;
    return {};
  }

  static ledger::Error too_large() {
    return {ErrorKind::invalid, "range-too-large",
            "Every change is looked for in at most " +
                std::to_string(ledger::limits::bisect_events_passed_max) + " events, at " +
                std::to_string(ledger::limits::bisect_reads_max) +
                " moments at which it can have changed, and at most " +
                std::to_string(ledger::limits::bisect_flips_max) +
                " are told; ask of a shorter range."};
  }

  Result<void> add_flip(Position position, const Answer& before, const Answer& after) {
    Flip flip;
    flip.position = position;
    flip.holds = after.holds;
    flip.count_before = before.count;
    flip.count = after.count;
    const auto event = projections::read_event(log_, position);
    if (!event) return fail(event.error());
    flip.event = projections::item_of(*event);
    auto causes = projections::causes_of(log_, position);
    if (!causes) return fail(causes.error());
    flip.causes = std::move(*causes);
    auto changes =
        projections::changes_of_event(views_, position, {"", "", ledger::limits::bisect_rows_max});
    if (!changes) return fail(changes.error());
    flip.more_changes = !changes->next.empty();
    flip.changes = std::move(changes->items);
    told_.flips.push_back(std::move(flip));
    return {};
  }

  const ViewStore& views_;
  const ledger::store::EventLog& log_;
  Predicate predicate_;
  Bisection& told_;
};

}  // namespace

Result<Bisection> bisect(const ViewStore& views, const ledger::store::EventLog& log,
                         const BisectQuery& query) {
  auto predicate = Predicate::parse(query.where);
  if (!predicate) return fail(predicate.error());
  if (query.to < query.from) {
    return fail(ErrorKind::invalid, "range-backward",
                "The range begins at " + std::to_string(query.from.value) + ", after its end at " +
                    std::to_string(query.to.value) + "; give the earlier moment first.");
  }
  Bisection told;
  told.where = query.where;
  told.from = query.from;
  told.to = query.to;
  told.all = query.all;
  if (const auto run = Bisector(views, log, std::move(*predicate), told).run(); !run) {
    return fail(run.error());
  }
  return told;
}

}  // namespace replay

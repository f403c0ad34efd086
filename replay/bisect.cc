#include "replay/bisect.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "ledger/limits.h"
#include "replay/progress.h"

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
           const BisectQuery& query, Bisection& told)
      : views_(views), log_(log), predicate_(std::move(predicate)), query_(query), told_(told) {}

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
    // Each read costs about as much: what cannot be finished is not begun.
    const auto reads =
        static_cast<std::uint64_t>(std::bit_width(told_.to.value - told_.from.value));
    if (last->rows_passed * reads > query_.rows_passed_max) {
      return fail(too_costly(last->rows_passed));
    }
    if (first->holds == last->holds) return find_between(*first);
    if (const auto found = halve({told_.from, *first}, {told_.to, *last}); !found) return found;
    const auto contradiction = check();
    if (!contradiction) return fail(contradiction.error());
    if (*contradiction) told_.not_monotone_at = (*contradiction)->at;
    return {};
  }

 private:
  using Answer = Predicate::Answer;

  // The answer after the event at `at`.
  struct Asked {
    Position at;
    Answer answer;
  };

  Result<Answer> ask(Position at, std::uint64_t& counter) {
    ++counter;
    auto answer = predicate_.ask(*views_.as_of(at));
    if (answer) rows_passed_ += answer->rows_passed;
    return answer;
  }

  // Shape: the ends say different things.
  Result<void> halve(Asked low, Asked high) {
    while (low.at.value + 1 < high.at.value) {
      const Position middle{low.at.value + (high.at.value - low.at.value) / 2};
      const auto answer = ask(middle, told_.reads);
      if (!answer) return fail(answer.error());
      (answer->holds == low.answer.holds ? low : high) = {middle, *answer};
    }
    return add_flip(high.at, low.answer, high.answer);
  }

  // Both ends say the same: what is told is the change before the first moment that does not.
  Result<void> find_between(const Answer& first) {
    const auto other = check();
    if (!other) return fail(other.error());
    if (!*other) return {};
    told_.not_monotone_at = (*other)->at;
    return halve({told_.from, first}, **other);
  }

  // Looks at moments spread over the range, for one that contradicts a single change.
  Result<std::optional<Asked>> check() {
    const std::uint64_t length = told_.to.value - told_.from.value;
    const std::uint64_t moments =
        std::min(ledger::limits::bisect_checks_max, length == 0 ? 0 : length - 1);
    for (std::uint64_t i = 1; i <= moments; ++i) {
      const Position at{told_.from.value + length / (moments + 1) * i +
                        length % (moments + 1) * i / (moments + 1)};
      if (rows_passed_ > query_.rows_passed_max) break;
      const auto answer = ask(at, told_.checks);
      if (!answer) return fail(answer.error());
      const bool is_after = !told_.flips.empty() && told_.flips.front().position <= at;
      if (answer->holds == (is_after ? told_.holds_at_to : told_.holds_at_from)) continue;
      return std::optional(Asked{at, *answer});
    }
    return std::optional<Asked>();
  }

  Result<bool> can_change(Position position) const {
    const auto changed = views_.changed_by(position);
    if (!changed) return fail(changed.error());
    return std::any_of(changed->begin(), changed->end(),
                       [this](const auto& row) { return predicate_.depends_on(row.view); });
  }

  Result<void> find_all(Answer before) {
    bool is_ended = false;
    const std::function<void(const Progress&)> tell = [&](const Progress& progress) {
      is_ended = query_.go_on && !query_.go_on(progress);
    };
    ProgressTeller teller(tell, {told_.to.value - told_.from.value});
    for (Position at{told_.from.value + 1}; at <= told_.to; at = Position{at.value + 1}) {
      teller.passed({at.value - told_.from.value});
      if (is_ended) {
        return fail(ErrorKind::unavailable, "bisect-ended", "It was ended before it was done.");
      }
      const auto relevant = can_change(at);
      if (!relevant) return fail(relevant.error());
      if (!*relevant) continue;
      if (rows_passed_ > query_.rows_passed_max) return fail(too_costly(before.rows_passed));
      if (told_.flips.size() == ledger::limits::bisect_flips_max) return fail(too_many());
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

  ledger::Error too_many() const {
    const auto told = std::to_string(told_.flips.back().position.value);
    return {ErrorKind::invalid, "range-too-large",
            "At most " + std::to_string(ledger::limits::bisect_flips_max) +
                " changes are told, and so many there were by event " + told +
                "; ask of the range up to there, then of the one from there on."};
  }

  static ledger::Error too_costly(std::uint64_t rows) {
    return {ErrorKind::invalid, "predicate-costly",
            "This predicate looks at " + std::to_string(rows) +
                " rows at each moment, which takes too long; ask by what computers share (status, "
                "policy, group, relay_group, platform, modules, components, ruleset, behind) or by "
                "their names, or ask a backup: ledgerctl bisect --data."};
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
  const BisectQuery& query_;
  Bisection& told_;
  std::uint64_t rows_passed_ = 0;
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
  Bisector bisector(views, log, *std::move(predicate), query, told);
  if (const auto run = bisector.run(); !run) return fail(run.error());
  return told;
}

}  // namespace replay

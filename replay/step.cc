#include "replay/step.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ledger/codec/codec.h"
#include "projections/record_walk.h"
#include "replay/commands_again.h"
#include "replay/limits.h"

namespace replay {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t changes_told_max = 20;

struct Watched {
  Stop stop;
  std::optional<Predicate> predicate;  // Of a break with one, and of a watch.
  Predicate::Answer answer;            // At the moment that is passed.
};

Result<Watched> watched(const Stop& stop) {
  Watched made{stop, {}, {}};
  const bool is_watch = !stop.watch.empty();
  if (is_watch ? !stop.type.empty() || !stop.where.empty()
               : stop.type.empty() && stop.where.empty()) {
    return fail(ErrorKind::invalid, "replay-stop-invalid",
                "A stop has a \"type\", a \"where\" or both, or else a \"watch\".");
  }
  const auto& names = domain::payload_names;
  if (std::none_of(names.begin(), names.end(),
                   [&](std::string_view name) { return name.starts_with(stop.type); })) {
    return fail(ErrorKind::invalid, "event-type-unknown",
                "No type of event begins with \"" + stop.type + "\".");
  }
  const std::string& text = is_watch ? stop.watch : stop.where;
  if (text.empty()) return made;
  // What is watched need not be compared with anything.
  const bool is_bare = is_watch && text.ends_with(".count");
  auto predicate = Predicate::parse(is_bare ? text + " >= 0" : text);
  if (!predicate) return fail(predicate.error());
  made.predicate = *std::move(predicate);
  return made;
}

class Passing {
 public:
  Passing(const projections::ViewStore& views, const ledger::store::EventLog& log)
      : views_(views), log_(log) {}

  // Types are read off the records of `range`, in the way that is gone.
  Result<void> watch(const std::vector<Stop>& stops, Position at, StepRange range, Way way) {
    records_ =
        way == Way::forward
            ? projections::walk_log(log_, {at.value + 1}, {range.last.value + 1},
                                    projections::Direction::oldest_first)
            : projections::walk_log(log_, range.first, at, projections::Direction::newest_first);
    if (stops.size() > ledger::limits::replay_stops_max) {
      return fail(ErrorKind::invalid, "replay-stops-too-many",
                  "There can be " + std::to_string(ledger::limits::replay_stops_max) +
                      " breakpoints and watches.");
    }
    for (const auto& stop : stops) {
      auto made = watched(stop);
      if (!made) return fail(made.error());
      stops_.push_back(*std::move(made));
      needs_types_ = needs_types_ || !stop.type.empty();
    }
    return ask_all(at);
  }

  // Whether something stops at the state after `at`, when one came from the state next to it; the
  // event that made the difference is `between`.
  Result<std::optional<StopHit>> look(Position at, Position between) {
    std::string type;
    if (needs_types_) {
      const auto record = records_->next();
      if (!record) return fail(record.error());
      if (!*record) return fail(ErrorKind::corrupt, "record-missing", "A record is missing.");
      const auto envelope = ledger::codec::decode_envelope((*record)->bytes);
      if (!envelope) return fail(envelope.error());
      type = envelope->type_name();
    }
    const auto before = answers();
    if (const auto asked = ask_changed(at, between); !asked) return fail(asked.error());
    for (std::size_t i = 0; i < stops_.size(); ++i) {
      if (!stops_at(stops_[i], before[i], type)) continue;
      return std::optional(StopHit{stops_[i].stop.watch.empty() ? "break" : "watch", i,
                                   before[i].count, stops_[i].answer.count});
    }
    return std::optional<StopHit>();
  }

  bool has_asked_enough() const {
    return asked_ >= ledger::limits::replay_asks_max ||
           rows_passed_ >= ledger::limits::replay_rows_passed_max;
  }

 private:
  static bool stops_at(const Watched& each, const Predicate::Answer& before,
                       const std::string& type) {
    if (!each.stop.watch.empty()) return before.count != each.answer.count;
    if (each.stop.type.empty()) return each.answer.holds && !before.holds;
    if (!type.starts_with(each.stop.type)) return false;
    return !each.predicate || each.answer.holds;
  }

  std::vector<Predicate::Answer> answers() const {
    std::vector<Predicate::Answer> all;
    for (const auto& each : stops_) all.push_back(each.answer);
    return all;
  }

  Result<void> ask(Watched& each, Position at) {
    ++asked_;
    const auto answer = each.predicate->ask(*views_.as_of(at));
    if (!answer) return fail(answer.error());
    rows_passed_ += answer->rows_passed;
    each.answer = *answer;
    return {};
  }

  Result<void> ask_all(Position at) {
    for (auto& each : stops_) {
      if (!each.predicate) continue;
      if (const auto asked = ask(each, at); !asked) return asked;
    }
    return {};
  }

  // Only what rows of their views say can be another answer.
  Result<void> ask_changed(Position at, Position between) {
    const bool any = std::any_of(stops_.begin(), stops_.end(),
                                 [](const Watched& each) { return each.predicate.has_value(); });
    if (!any) return {};
    const auto changes = views_.changed_by(between);
    if (!changes) return fail(changes.error());
    for (auto& each : stops_) {
      const bool concerns =
          each.predicate && std::any_of(changes->begin(), changes->end(), [&](const auto& change) {
            return each.predicate->depends_on(change.view);
          });
      if (!concerns) continue;
      if (const auto asked = ask(each, at); !asked) return asked;
    }
    return {};
  }

  const projections::ViewStore& views_;
  const ledger::store::EventLog& log_;
  std::unique_ptr<projections::RecordWalk> records_;
  std::vector<Watched> stops_;
  bool needs_types_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t rows_passed_ = 0;
};

}  // namespace

Result<void> check_stop(const Stop& stop) {
  const auto made = watched(stop);
  if (!made) return fail(made.error());
  return {};
}

Result<StepView> Stepper::show(Position at, StopHit hit, std::uint64_t passed) const {
  StepView view;
  view.position = at;
  view.hit = std::move(hit);
  view.passed = passed;
  const auto event = projections::read_event(log_, at);
  if (!event) return fail(event.error());
  view.event = projections::item_of(*event);
  auto changes = projections::changes_of_event(views_, at, {"", "", changes_told_max});
  if (!changes) return fail(changes.error());
  view.changes = std::move(changes->items);
  view.more_changes = !changes->next.empty();
  return view;
}

bool Stepper::is_at_end(Position at, Way way) const {
  return way == Way::forward ? at >= range_.last : at <= range_.first;
}

Result<StepView> Stepper::step(Position at, std::uint64_t count, Way way) const {
  if (is_at_end(at, way)) {
    return show(at, {way == Way::forward ? "end" : "beginning", {}, 0, 0}, 0);
  }
  const std::uint64_t room =
      way == Way::forward ? range_.last.value - at.value : at.value - range_.first.value;
  const std::uint64_t by = std::min(std::max<std::uint64_t>(count, 1), room);
  const Position to{way == Way::forward ? at.value + by : at.value - by};
  return show(to, {"step", {}, 0, 0}, by);
}

Result<StepView> Stepper::next(Position at, Way way) const {
  const auto here = projections::read_event(log_, at);
  if (!here) return fail(here.error());
  Position to = at;
  auto inside = *here;
  bool has_left = false;
  while (!is_at_end(to, way)) {
    to.value = way == Way::forward ? to.value + 1 : to.value - 1;
    auto event = projections::read_event(log_, to);
    if (!event) return fail(event.error());
    const bool same = of_one_command(inside, *event);
    if (way == Way::forward && !same) break;
    if (way == Way::back && !same) {
      // The first event of the command before is where it begins.
      if (has_left) {
        ++to.value;
        break;
      }
      has_left = true;
    }
    inside = *std::move(event);
  }
  if (to == at) {
    return show(at, {way == Way::forward ? "end" : "beginning", {}, 0, 0}, 0);
  }
  return show(to, {"step", {}, 0, 0}, to < at ? at.value - to.value : to.value - at.value);
}

Result<StepView> Stepper::go_on(Position at, const std::vector<Stop>& stops,
                                std::optional<Position> until, Way way) const {
  Passing passing(views_, log_);
  if (const auto made = passing.watch(stops, at, range_, way); !made) return fail(made.error());
  std::uint64_t passed = 0;
  while (!is_at_end(at, way)) {
    if (passed == ledger::limits::replay_events_passed_max || passing.has_asked_enough()) {
      return show(at, {"limit", {}, 0, 0}, passed);
    }
    const Position to{way == Way::forward ? at.value + 1 : at.value - 1};
    const auto hit = passing.look(to, std::max(at, to));
    if (!hit) return fail(hit.error());
    at = to;
    ++passed;
    if (*hit) return show(at, **hit, passed);
    if (until && at == *until) return show(at, {"until", {}, 0, 0}, passed);
  }
  return show(at, {way == Way::forward ? "end" : "beginning", {}, 0, 0}, passed);
}

}  // namespace replay

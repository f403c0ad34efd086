// Changes: who decided what, when and why, and what was refused.
#include <algorithm>
#include <map>
#include <utility>

#include "projections/mark.h"
#include "replay/limits.h"
#include "replay/reports/event_kinds.h"
#include "replay/reports/period.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;
using ledger::codec::Envelope;

namespace {

struct Change {
  domain::Position position;
  domain::Time time;
  std::string by;
  std::string kind;
  std::string type;
  std::string subject;
  std::string what;
  std::string reason;
  std::string ticket;
  std::uint64_t also = 0;  // Events that the same command led to beside this one.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &Change::position), field("time", &Change::time),
                      field("by", &Change::by), field("kind", &Change::kind),
                      field("type", &Change::type), field("subject", &Change::subject),
                      field("what", &Change::what), field("reason", &Change::reason),
                      field("ticket", &Change::ticket), field("also", &Change::also));
  }
};

struct RefusedChange {
  domain::Position position;
  domain::Time time;
  std::string by;
  std::string command;
  std::string subject;
  std::string code;
  std::string detail;
  std::string reason;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("position", &RefusedChange::position), field("time", &RefusedChange::time),
        field("by", &RefusedChange::by), field("command", &RefusedChange::command),
        field("subject", &RefusedChange::subject), field("code", &RefusedChange::code),
        field("detail", &RefusedChange::detail), field("reason", &RefusedChange::reason));
  }
};

struct Counted {
  std::string name;
  std::uint64_t changes = 0;
  std::uint64_t refused = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &Counted::name), field("changes", &Counted::changes),
                      field("refused", &Counted::refused));
  }
};

struct ChangesThen {
  domain::Time time;  // From then until the next.
  std::uint64_t changes = 0;
  std::uint64_t refused = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("time", &ChangesThen::time), field("changes", &ChangesThen::changes),
                      field("refused", &ChangesThen::refused));
  }
};

class Reader {
 public:
  explicit Reader(std::vector<ChangesThen> over_time) : over_time_(std::move(over_time)) {}

  Result<void> read(const Envelope& envelope, std::string_view bytes) {
    if (envelope.type_name() == "command.refused") return add_refused(envelope, bytes);
    const auto kind = decision_kind(envelope.type_name());
    const auto machine = envelope.actor.kind == domain::ActorKind::agent ||
                         envelope.actor.kind == domain::ActorKind::relay;
    if (kind.empty() || machine) {
      note_effect(envelope);
      return {};
    }
    return add(envelope, bytes, kind);
  }

  Content content() const {
    Content content;
    content.figures = {{std::to_string(count_), "decisions"},
                       {std::to_string(refused_count_), "refused"},
                       {std::to_string(actors_.size()), "who asked"}};
    const auto bars = [](const char* title) {
      return Plot{PlotKind::bars,
                  title,
                  "name",
                  {{"Made", "changes", Tone::hue_a, ""}, {"Refused", "refused", Tone::bad, ""}}};
    };
    auto over_time = section_of({"over_time", "Decisions over time", ""}, busy_times());
    over_time.plots.push_back(bars("Decisions over time"));
    over_time.plots.back().kind = PlotKind::stacked;
    over_time.plots.back().along = "time";
    content.sections.push_back(std::move(over_time));
    auto kinds = section_of({"by_kind", "Decisions by kind", ""}, counted(kinds_));
    kinds.plots.push_back(bars("Decisions by kind"));
    content.sections.push_back(std::move(kinds));
    auto actors = section_of({"by_actor", "Decisions by who made them", ""}, counted(actors_));
    actors.plots.push_back(bars("Decisions by who made them"));
    content.sections.push_back(std::move(actors));
    content.sections.push_back(
        section_of({"changes", "Every decision",
                    "What was decided, by whom and why; \"also\" counts the other events that came "
                    "of the same command."},
                   changes_, count_ - changes_.size()));
    content.sections.push_back(
        section_of({"refused", "What was refused",
                    "Asked for by somebody who may ask, and not done: a rule forbade it, or the "
                    "state had moved on."},
                   refused_, refused_count_ - refused_.size()));
    return content;
  }

 private:
  using Counts = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;

  static std::vector<Counted> counted(const Counts& counts) {
    std::vector<Counted> rows;
    for (const auto& [name, count] : counts) rows.push_back({name, count.first, count.second});
    std::stable_sort(rows.begin(), rows.end(), [](const Counted& a, const Counted& b) {
      return a.changes + a.refused > b.changes + b.refused;
    });
    return rows;
  }

  // Without those that are as empty as the one before.
  std::vector<ChangesThen> busy_times() const {
    std::vector<ChangesThen> busy;
    for (const auto& each : over_time_) {
      const bool is_empty = each.changes + each.refused == 0;
      const bool was_empty = !busy.empty() && busy.back().changes + busy.back().refused == 0;
      if (!is_empty || !was_empty || &each == &over_time_.back()) busy.push_back(each);
    }
    return busy;
  }

  ChangesThen& then(domain::Time time) {
    while (place_ + 1 < over_time_.size() && over_time_[place_ + 1].time <= time) ++place_;
    return over_time_[place_];
  }

  // Of the newest decision, if it came of the same command.
  void note_effect(const Envelope& envelope) {
    if (envelope.correlation != correlation_ || envelope.command != command_) return;
    if (last_is_told_) ++changes_.back().also;
  }

  Result<void> add(const Envelope& envelope, std::string_view bytes, std::string_view kind) {
    const auto event = ledger::codec::decode(bytes);
    if (!event) return fail(event.error());
    if (is_of_machine(event->payload)) return {};
    auto by = projections::text_of(envelope.actor);
    ++count_;
    ++kinds_[std::string(kind)].first;
    ++actors_[by].first;
    ++then(envelope.recorded_at).changes;
    correlation_ = envelope.correlation;
    command_ = envelope.command;
    last_is_told_ = changes_.size() < ledger::limits::report_rows_max;
    if (!last_is_told_) return {};
    changes_.push_back({envelope.position, envelope.recorded_at, std::move(by), std::string(kind),
                        std::string(envelope.type_name()), envelope.stream, told(event->payload),
                        envelope.reason, envelope.ticket, 0});
    return {};
  }

  Result<void> add_refused(const Envelope& envelope, std::string_view bytes) {
    const auto event = ledger::codec::decode(bytes);
    if (!event) return fail(event.error());
    const auto& refusal = *get_if<domain::CommandRefused>(&event->payload);
    auto by = projections::text_of(envelope.actor);
    ++refused_count_;
    ++kinds_["refused: " + refusal.code].second;
    ++actors_[by].second;
    ++then(envelope.recorded_at).refused;
    if (refused_.size() == ledger::limits::report_rows_max) return {};
    refused_.push_back({envelope.position, envelope.recorded_at, std::move(by), refusal.command,
                        refusal.subject, refusal.code, refusal.detail, envelope.reason});
    return {};
  }

  std::vector<ChangesThen> over_time_;
  std::size_t place_ = 0;
  std::vector<Change> changes_;
  std::vector<RefusedChange> refused_;
  Counts kinds_;
  Counts actors_;
  std::uint64_t count_ = 0;
  std::uint64_t refused_count_ = 0;
  domain::Position correlation_;
  domain::CommandId command_;
  bool last_is_told_ = false;
};

}  // namespace

Result<Content> changes(const Period& period) {
  const auto samples = samples_of(period);
  if (!samples) return fail(samples.error());
  std::vector<ChangesThen> over_time;
  for (const auto& moment : *samples) over_time.push_back({moment.time, 0, 0});
  Reader reader(std::move(over_time));
  const auto read = for_each_event(period, [&](const Envelope& envelope, std::string_view bytes) {
    return reader.read(envelope, bytes);
  });
  if (!read) return fail(read.error());
  return reader.content();
}

}  // namespace replay::reports

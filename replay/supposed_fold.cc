#include "replay/supposed_fold.h"

#include <algorithm>

#include "ledger/codec/json_out.h"
#include "projections/project.h"
#include "replay/applicability.h"
#include "replay/commands_again.h"
#include "replay/limits.h"

namespace replay {

using namespace ledger::domain;
using Events = std::span<const Event>;

namespace {

bool is_of_alerts(const Payload& payload) {
  return holds<AlertRaised>(payload) || holds<AlertChanged>(payload) || holds<AlertEnded>(payload);
}

// Alerts that nobody ended by hand: their conditions tell of themselves when time passes.
bool is_decided_by_time(const Payload& payload) {
  const auto* ended = get_if<AlertEnded>(&payload);
  return is_of_alerts(payload) && (ended == nullptr || !ended->dismissed);
}

// Which instruction an event is about that follows from one.
InstructionId* instruction_in(Payload& payload) {
  if (auto* taken = get_if<InstructionTaken>(&payload)) return &taken->instruction;
  if (auto* finished = get_if<InstructionFinished>(&payload)) return &finished->instruction;
  if (auto* cancelled = get_if<InstructionCancelled>(&payload)) return &cancelled->instruction;
  return nullptr;
}

}  // namespace

SupposedFold::SupposedFold(World world, OverlayViews& views, const TimeZones& time_zones,
                           const WhatIfQuery& query, WhatIf& told)
    : world_(std::move(world)), views_(views), time_zones_(time_zones), query_(query), told_(told) {
  for (const auto& [id, alert] : world_.alerts.open) {
    const AlertKey key{alert.facts.type, alert.facts.subject};
    alerts_in_fact_[id] = key;
    in_fact_[key].open = there_[key].open = true;
  }
}

void SupposedFold::take(Events events) {
  const Event& first = events.front();
  const Position end{events.back().position.value + 1};
  world_.size = first.position;
  give_edits(end, std::max(world_.now, first.recorded_at));
  let_time_pass(first.position, first.recorded_at);
  for (const auto& event : events) note_in_fact(event);
  if (const auto dropped = why_dropped(events)) {
    for (const auto& event : events) drop(event, *dropped);
  } else if (auto command = command_of(events);
             command && std::none_of(events.begin(), events.end(), [&](const Event& event) {
               return std::any_of(query_.edits.begin(), query_.edits.end(), [&](const Edit& edit) {
                 return edit.kind == EditKind::drop_event && edit.at == event.position;
               });
             })) {
    decide_anew(events, *std::move(command));
  } else {
    take_as_recorded(events);
  }
  world_.size = end;
}

void SupposedFold::finish(Position end) {
  world_.size = end;
  give_edits({end.value + 1}, world_.now);
  if (query_.quiet_time.micros == 0) return;
  let_time_pass(end, world_.now + query_.quiet_time);
}

// Those that stand before `before` and were not given.
void SupposedFold::give_edits(Position before, Time now) {
  for (std::size_t i = 0; i < query_.edits.size(); ++i) {
    const Edit& edit = query_.edits[i];
    const bool is_command = edit.kind == EditKind::command || edit.kind == EditKind::setting;
    if (is_command && edit.at < before && given_.insert(i).second) give(edit, now);
  }
}

void SupposedFold::give(const Edit& edit, Time now) {
  Command command;
  command.actor = {ActorKind::system, "what-if", "", Authentication::none};
  command.reason = "Supposed.";
  command.payload = edit.command;
  auto decided = decide(world_, command, {now, time_zones_});
  if (!decided) return refuse(edit.at, edit.command, decided.error());
  Event model;
  model.position = world_.size;
  model.recorded_at = model.occurred_at = now;
  model.correlation = world_.size;
  model.actor = command.actor;
  model.reason = command.reason;
  for (auto& each : *decided) suppose(supposed(model, std::move(each)));
}

void SupposedFold::let_time_pass(Position at, Time now) {
  if (query_.quiet_time.micros == 0 || now < world_.now + query_.quiet_time) return;
  std::vector<NewEvent> due;
  rule_updates_due(world_, now, due);
  alerts_due(world_, now, due);
  Event model;
  model.position = model.correlation = at;
  model.recorded_at = model.occurred_at = now;
  model.actor = {ActorKind::system, "clock", "", Authentication::local};
  for (auto& each : due) suppose(supposed(model, std::move(each)));
  world_.now = now;
}

// Of a whole command.
std::optional<SupposedFold::Drop> SupposedFold::why_dropped(Events events) const {
  const Event& first = events.front();
  const Position end{events.back().position.value + 1};
  for (const auto& edit : query_.edits) {
    const bool is_here = first.position <= edit.at && edit.at < end;
    if (is_here && (edit.kind == EditKind::drop_command ||
                    (edit.kind == EditKind::drop_event && edit.at == first.position))) {
      return Drop{"It is dropped by an edit.", std::nullopt};
    }
  }
  if (first.causation && dropped_.contains(*first.causation)) {
    return Drop{"The event that caused it would not have happened.", first.causation};
  }
  if (is_overruled(first.payload)) return Drop{"An edit keeps this setting.", std::nullopt};
  return std::nullopt;
}

bool SupposedFold::is_overruled(const Payload& payload) const {
  return std::any_of(query_.edits.begin(), query_.edits.end(), [&](const Edit& edit) {
    if (edit.kind != EditKind::setting) return false;
    const auto* setting = get_if<ChangeSetting>(&edit.command);
    const auto* changed = get_if<SettingChanged>(&payload);
    if (setting != nullptr && changed != nullptr) return setting->name == changed->name;
    const auto* of_policy = get_if<ChangePolicySetting>(&edit.command);
    const auto* own = get_if<PolicySettingChanged>(&payload);
    return of_policy != nullptr && own != nullptr && of_policy->name == own->name &&
           of_policy->policy == own->policy;
  });
}

// Facts from outside: each for itself, and what it caused.
void SupposedFold::take_as_recorded(Events events) {
  for (const auto& event : events) {
    const bool by_edit =
        std::any_of(query_.edits.begin(), query_.edits.end(), [&](const Edit& edit) {
          return edit.kind == EditKind::drop_event && edit.at == event.position;
        });
    if (by_edit) {
      drop(event, {"It is dropped by an edit.", std::nullopt});
      continue;
    }
    if (is_decided_by_time(event.payload)) {
      drop(event, {"Alerts are decided anew.", std::nullopt});
      continue;
    }
    if (event.causation && dropped_.contains(*event.causation)) {
      drop(event, {"The event that caused it would not have happened.", event.causation});
      continue;
    }
    Event there = event;
    auto why = with_ids_of_there(there) ? why_impossible(world_, there)
                                        : std::optional<std::string>("That alert is not open.");
    const auto* instruction = instruction_in(there.payload);
    if (instruction != nullptr && instructions_dropped_.contains(instruction->value)) {
      why = "Instruction " + instruction->value + " would not have been given.";
    }
    if (why) {
      drop(event, {*std::move(why), std::nullopt});
      continue;
    }
    ++told_.as_recorded;
    emit(std::move(there));
  }
}

// Instructions are counted: those that are supposed come before the recorded ones that follow.
std::uint64_t SupposedFold::number_there(std::uint64_t number) const {
  const auto before = std::count_if(instructed_there_.begin(), instructed_there_.end(),
                                    [&](std::uint64_t recorded) { return recorded < number; });
  return number + static_cast<std::uint64_t>(before);
}

void SupposedFold::with_instruction_of_there(Event& event) const {
  const auto there = [&](InstructionId& id, std::uint64_t number) {
    const bool is_of_it = event.stream == stream_of("instruction", id);
    id.value = "i" + std::to_string(number_there(number));
    if (is_of_it) event.stream = stream_of("instruction", id);
  };
  if (auto* instructed = get_if<Instructed>(&event.payload)) {
    there(instructed->instruction, instructed->number);
    instructed->number = number_there(instructed->number);
  } else if (auto* id = instruction_in(event.payload)) {
    const auto number = instruction_number(world_.computers.instructions, *id);
    if (number) there(*id, *number);
  }
}

// Alerts have other names where others were raised before: one is known by its condition.
bool SupposedFold::with_ids_of_there(Event& event) const {
  with_instruction_of_there(event);
  AlertId* id = nullptr;
  if (auto* acknowledged = get_if<AlertAcknowledged>(&event.payload)) id = &acknowledged->alert;
  if (auto* ended = get_if<AlertEnded>(&event.payload)) id = &ended->alert;
  if (auto* changed = get_if<AlertChanged>(&event.payload)) id = &changed->alert;
  if (id == nullptr) return true;
  const auto key = alerts_in_fact_.find(*id);
  if (key == alerts_in_fact_.end()) return false;
  const auto there = world_.alerts.by_key.find(key->second);
  if (there == world_.alerts.by_key.end()) return false;
  *id = there->second;
  event.stream = stream_of("alert", *id);
  return true;
}

void SupposedFold::decide_anew(Events events, CommandPayload payload) {
  const Event& first = events.front();
  Command command;
  command.id = first.command;
  command.actor = first.actor;
  command.occurred_at = first.occurred_at;
  command.reason = first.reason;
  command.ticket = first.ticket;
  command.causation = first.causation;
  command.correlation = first.correlation;
  command.payload = std::move(payload);
  auto decided = decide(world_, command, {std::max(first.recorded_at, world_.now), time_zones_});
  if (decided) return place(events, *std::move(decided));
  refuse(first.position, command.payload, decided.error());
  for (const auto& event : events) drop(event, {decided.error().detail, std::nullopt});
}

// What is decided in the place of what was recorded: events of the same type and stream are the
// same event.
void SupposedFold::place(Events events, std::vector<NewEvent> decided) {
  std::vector<bool> taken(events.size(), false);
  std::vector<Position> places;
  Event model = events.front();
  std::vector<std::string> streams;
  for (Event there : events) {
    with_instruction_of_there(there);
    streams.push_back(std::move(there.stream));
  }
  for (auto& each : decided) {
    std::size_t at = 0;
    while (at < events.size() && (taken[at] || streams[at] != each.stream ||
                                  events[at].payload.index() != each.payload.index())) {
      ++at;
    }
    if (at == events.size()) {
      const auto cause = each.cause ? std::optional(places[*each.cause]) : std::nullopt;
      Event event = supposed(model, std::move(each));
      if (cause) event.causation = cause;
      places.push_back(event.position);
      suppose(std::move(event));
      continue;
    }
    taken[at] = true;
    Event event = events[at];
    event.stream = streams[at];
    if (!(event.payload == each.payload)) otherwise_.push_back(event.position);
    event.payload = std::move(each.payload);
    model.position = event.position;
    places.push_back(event.position);
    ++told_.decided_anew;
    emit(std::move(event));
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!taken[i]) drop(events[i], {"It would not have been decided.", std::nullopt});
  }
}

// An event that is not in the record; it stands where `model` does.
Event SupposedFold::supposed(const Event& model, NewEvent decided) const {
  Event event = model;
  event.plan_digest.reset();
  event.stream = std::move(decided.stream);
  event.outcome = decided.outcome;
  event.payload = std::move(decided.payload);
  return event;
}

void SupposedFold::suppose(Event event) {
  if (const auto* instructed = get_if<Instructed>(&event.payload)) {
    instructed_there_.push_back(instructed->number - 1 - instructed_there_.size());
  }
  if (!is_of_alerts(event.payload)) {
    ++told_.supposed;
    if (told_.supposed_events.size() < ledger::limits::what_if_dropped_told_max) {
      std::string data;
      visit([&](const auto& payload) { data = ledger::codec::to_json(payload); }, event.payload);
      told_.supposed_events.push_back({event.position,
                                       event.recorded_at,
                                       std::string(type_name(event.payload)),
                                       event.stream,
                                       {std::move(data)}});
    }
  }
  emit(std::move(event));
}

void SupposedFold::drop(const Event& event, const Drop& drop) {
  dropped_.insert(event.position);
  otherwise_.push_back(event.position);
  // What comes later keeps the names that it has in the record.
  if (const auto* instructed = get_if<Instructed>(&event.payload)) {
    const std::uint64_t number = number_there(instructed->number);
    instructions_dropped_.insert("i" + std::to_string(number));
    auto& given = world_.computers.instructions.given;
    given = std::max(given, number);
  }
  if (holds<HoldPlaced>(event.payload)) ++world_.rule_updates.holds_placed;
  if (holds<SourceCheckRequested>(event.payload)) ++world_.sources.checks;
  world_.now = std::max(world_.now, event.recorded_at);
  if (is_of_alerts(event.payload)) return;
  ++told_.dropped;
  if (told_.dropped_events.size() >= ledger::limits::what_if_dropped_told_max) return;
  told_.dropped_events.push_back({event.position, event.recorded_at,
                                  std::string(type_name(event.payload)), event.stream, drop.why,
                                  drop.because_of});
}

void SupposedFold::refuse(Position at, const CommandPayload& command, const ledger::Error& error) {
  if (told_.refused.size() >= ledger::limits::what_if_dropped_told_max) return;
  told_.refused.push_back({at, std::string(command_name(command)), error.reason, error.detail});
}

void SupposedFold::emit(Event event) {
  note_there(event);
  world_.size = event.position;
  event.stream_version = next_stream_version(world_, event.stream);
  if (query_.on_event) query_.on_event(event);
  projections::step(event, world_, views_);
}

void SupposedFold::note_in_fact(const Event& event) {
  if (const auto* raised = get_if<AlertRaised>(&event.payload)) {
    const AlertKey key{raised->type, raised->subject};
    alerts_in_fact_[raised->alert] = key;
    Tally& tally = in_fact_[key];
    ++tally.raised;
    if (!tally.first) tally.first = event.recorded_at;
    tally.open = true;
  }
  if (const auto* ended = get_if<AlertEnded>(&event.payload)) {
    const auto known = alerts_in_fact_.find(ended->alert);
    if (known != alerts_in_fact_.end()) in_fact_[known->second].open = false;
  }
}

// Shape: before the event is folded.
void SupposedFold::note_there(const Event& event) {
  if (const auto* raised = get_if<AlertRaised>(&event.payload)) {
    Tally& tally = there_[{raised->type, raised->subject}];
    ++tally.raised;
    if (!tally.first) tally.first = event.recorded_at;
    tally.open = true;
  }
  if (const auto* ended = get_if<AlertEnded>(&event.payload)) {
    const auto& facts = world_.alerts.open.at(ended->alert).facts;
    there_[{facts.type, facts.subject}].open = false;
  }
}

std::vector<AlertDifference> SupposedFold::alerts() const {
  std::set<AlertKey> keys;
  for (const auto* tallies : {&in_fact_, &there_}) {
    for (const auto& [key, tally] : *tallies) keys.insert(key);
  }
  const auto of = [](const Tallies& tallies, const AlertKey& key) {
    const auto found = tallies.find(key);
    return found == tallies.end() ? Tally{} : found->second;
  };
  std::vector<AlertDifference> differences;
  for (const auto& key : keys) {
    const Tally fact = of(in_fact_, key);
    const Tally there = of(there_, key);
    if (fact.raised == there.raised && fact.open == there.open) continue;
    differences.push_back({std::string(name_of(key.first)), key.second, fact.raised, there.raised,
                           fact.open, there.open, fact.first, there.first});
  }
  return differences;
}

}  // namespace replay

// A world with its log in memory: commands go in, the events they became come out, as the writer
// would have numbered them.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/world.h"
#include "ledger/result.h"

namespace tests {

class UtcOnly : public ledger::domain::TimeZones {
 public:
  ledger::Result<ledger::domain::ZonePeriod> period_at(std::string_view zone,
                                                       ledger::domain::Time) const override {
    if (zone != "UTC") return ledger::domain::invalid("time-zone-unknown", "Only UTC is known.");
    return ledger::domain::ZonePeriod{{std::numeric_limits<std::int64_t>::min()},
                                      {std::numeric_limits<std::int64_t>::max()},
                                      {0}};
  }
};

inline const ledger::domain::TimeZones& utc_only() {
  static const UtcOnly zones;
  return zones;
}

class Fold {
 public:
  using Events = std::vector<ledger::domain::Event>;

  explicit Fold(const ledger::domain::TimeZones& zones = utc_only()) : zones_(&zones) {}

  ledger::domain::World world;
  Events log;
  ledger::domain::Time now{1'800'000'000'000'000};  // Set it to let time pass.
  std::string reason = "The test asks for it.";     // Of every command that gives none itself.

  ledger::domain::Moment moment() const { return {std::max(now, world.now), *zones_}; }

  // The command that submit() makes of a payload.
  ledger::domain::Command command_of(ledger::domain::CommandPayload payload,
                                     ledger::domain::Actor actor = {}) const {
    ledger::domain::Command command;
    command.actor = std::move(actor);
    command.reason = reason;
    command.payload = std::move(payload);
    return command;
  }

  ledger::Result<Events> submit(ledger::domain::CommandPayload payload,
                                ledger::domain::Actor actor = {}) {
    return submit_command(command_of(std::move(payload), std::move(actor)));
  }

  ledger::Result<Events> submit_command(const ledger::domain::Command& command) {
    auto decision = decide(world, command, moment());
    if (!decision) return ledger::fail(decision.error());
    return append(command, std::move(*decision));
  }

  // The reason why a command is refused; empty: it is not.
  std::string refusal(ledger::domain::CommandPayload payload) {
    const auto outcome = submit(std::move(payload));
    return outcome ? std::string() : outcome.error().reason;
  }

  // Lets time pass, and tells the world so.
  ledger::Result<Events> pass(ledger::domain::Duration time,
                              std::vector<ledger::domain::Unheard> unheard = {}) {
    now = now + time;
    return submit(ledger::domain::Tick{now, std::move(unheard)});
  }

  // A world folded anew from the log.
  ledger::domain::World refolded() const {
    ledger::domain::World again;
    for (const auto& event : log) evolve(again, event);
    return again;
  }

 private:
  Events append(const ledger::domain::Command& command,
                std::vector<ledger::domain::NewEvent> decision) {
    const ledger::domain::Position first = world.size;
    const ledger::domain::Time at = moment().now;
    Events events;
    for (auto& each : decision) {
      ledger::domain::Event event;
      event.position = world.size;
      event.recorded_at = event.occurred_at = at;
      event.stream_version = next_stream_version(world, each.stream);
      event.stream = std::move(each.stream);
      event.correlation = first;
      event.causation = each.because;
      if (each.cause) event.causation = ledger::domain::Position{first.value + *each.cause};
      event.actor = command.actor;
      event.outcome = each.outcome;
      event.reason = command.reason;
      event.ticket = command.ticket;
      event.plan_digest = command.plan_digest;
      event.payload = std::move(each.payload);
      evolve(world, event);
      events.push_back(event);
      log.push_back(std::move(event));
    }
    return events;
  }

  const ledger::domain::TimeZones* zones_;
};

// Names of the types of events, for comparing what happened.
inline std::vector<std::string_view> types(
    const ledger::Result<std::vector<ledger::domain::Event>>& events) {
  std::vector<std::string_view> names;
  if (!events) return {"refused"};
  for (const auto& event : *events) names.push_back(type_name(event.payload));
  return names;
}

// The first event of a type among those that a command became; null: there is none.
template <class T>
const T* first_of(const ledger::Result<std::vector<ledger::domain::Event>>& events) {
  if (!events) return nullptr;
  for (const auto& event : *events) {
    if (const T* found = ledger::domain::get_if<T>(&event.payload)) return found;
  }
  return nullptr;
}

// How many events of a type there are.
template <class T>
std::size_t count_of(const std::vector<ledger::domain::Event>& events) {
  return static_cast<std::size_t>(std::count_if(
      events.begin(), events.end(),
      [](const ledger::domain::Event& event) { return ledger::domain::holds<T>(event.payload); }));
}

}  // namespace tests

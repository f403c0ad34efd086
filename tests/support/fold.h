// A world with its log in memory: commands go in, the events they became come out, as the writer
// would have numbered them.
#pragma once

#include <limits>
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

class Fold {
 public:
  ledger::domain::World world;
  std::vector<ledger::domain::Event> log;
  ledger::domain::Time now{1'800'000'000'000'000};  // Set it to let time pass.

  ledger::Result<std::vector<ledger::domain::Event>> submit(
      ledger::domain::CommandPayload payload, ledger::domain::Actor actor = {}) {
    ledger::domain::Command command;
    command.actor = std::move(actor);
    command.payload = std::move(payload);
    auto decision = decide(world, command, {now, zones_});
    if (!decision) return ledger::fail(decision.error());
    const ledger::domain::Position first = world.size;
    std::vector<ledger::domain::Event> events;
    for (auto& each : *decision) {
      ledger::domain::Event event;
      event.position = world.size;
      event.recorded_at = event.occurred_at = now;
      event.stream_version = next_stream_version(world, each.stream);
      event.stream = std::move(each.stream);
      event.correlation = first;
      if (each.cause) event.causation = ledger::domain::Position{first.value + *each.cause};
      event.actor = command.actor;
      event.outcome = each.outcome;
      event.payload = std::move(each.payload);
      evolve(world, event);
      events.push_back(event);
      log.push_back(std::move(event));
    }
    return events;
  }

  // The reason why a command is refused; empty: it is not.
  std::string refusal(ledger::domain::CommandPayload payload) {
    const auto outcome = submit(std::move(payload));
    return outcome ? std::string() : outcome.error().reason;
  }

  // A world folded anew from the log.
  ledger::domain::World refolded() const {
    ledger::domain::World again;
    for (const auto& event : log) evolve(again, event);
    return again;
  }

 private:
  UtcOnly zones_;
};

// Names of the types of events, for comparing what happened.
inline std::vector<std::string_view> types(
    const ledger::Result<std::vector<ledger::domain::Event>>& events) {
  std::vector<std::string_view> names;
  if (!events) return {"refused"};
  for (const auto& event : *events) names.push_back(type_name(event.payload));
  return names;
}

}  // namespace tests

// The fold of all events: what decisions may look at. One thread owns a world; nobody else sees it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ledger/domain/access.h"
#include "ledger/domain/alerts.h"
#include "ledger/domain/computers.h"
#include "ledger/domain/decider.h"
#include "ledger/domain/patterns.h"
#include "ledger/domain/policies.h"
#include "ledger/domain/relays.h"
#include "ledger/domain/rule_updates.h"
#include "ledger/domain/schedules.h"
#include "ledger/domain/service.h"
#include "ledger/domain/settings.h"
#include "ledger/domain/sources.h"

namespace ledger::domain {

struct World {
  Position size;  // Events folded; the position of the next.
  Time now;       // When the last was recorded.
  Service service;
  Settings settings;
  Sources sources;
  Patterns patterns;
  RuleUpdates rule_updates;
  Policies policies;
  Computers computers;
  Relays relays;
  Schedules schedules;
  Alerts alerts;
  Access access;
  // The next version of each stream, but for those of computers, which their table counts.
  std::map<std::string, std::uint64_t, std::less<>> stream_versions;
};

// What happens, or why not. Thread: any that may read the world.
Decision decide(const World& world, const Command& command, const Moment& moment);

// Records one event, in the order of the log. Thread: the owner's.
void evolve(World& world, const Event& event);

// Several questions follow about what the event is about: evolve(), and whoever looks at the world
// before and after, find it at once. Thread: the owner's.
void turn_to(World& world, const Event& event);

// The version that the next event of a stream gets.
std::uint64_t next_stream_version(const World& world, std::string_view stream);

}  // namespace ledger::domain

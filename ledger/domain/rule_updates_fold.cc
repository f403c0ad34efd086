// What events change about rule updates and holds.
#include <memory>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

void enter_force(World& world, const Event& event, RuleUpdateId id) {
  auto& state = world.rule_updates;
  state.in_force = id;
  state.in_force_since = event.position;
  state.in_force_since_time = event.recorded_at;
  auto& update = state.updates[id];
  update.ever_applied = true;
  for (const auto& rule : update.rules) state.ever_in_force.insert(rule->id);
}

SharedRule shared_with_known(RuleUpdates& state, const Rule& rule) {
  auto& versions = state.known_rules[rule.id];
  for (const auto& known : versions) {
    if (*known == rule) return known;
  }
  return versions.emplace_back(std::make_shared<const Rule>(rule));
}

}  // namespace

void evolve(World& world, const Event& event, const RuleUpdateImported& imported) {
  auto& update = world.rule_updates.updates[imported.update];
  update.facts = imported;
  update.imported_at = event.position;
  update.available_since = event.recorded_at;
  update.rules.clear();
  update.deleted = false;
}

void evolve(World& world, const Event&, const RulesRecorded& recorded) {
  auto& rules = world.rule_updates.updates[recorded.update].rules;
  for (const auto& rule : recorded.rules) {
    rules.push_back(shared_with_known(world.rule_updates, rule));
  }
}

void evolve(World& world, const Event& event, const RuleUpdateApplied& applied) {
  enter_force(world, event, applied.update);
}

void evolve(World&, const Event&, const RuleUpdateReapplied&) {}

void evolve(World& world, const Event& event, const RuleUpdateRolledBack& rolled_back) {
  enter_force(world, event, rolled_back.to);
}

void evolve(World& world, const Event&, const RuleUpdateDeleted& deleted) {
  auto& update = world.rule_updates.updates[deleted.update];
  update.deleted = true;
  update.rules = {};
}

void evolve(World&, const Event&, const RuleUpdateExported&) {}
void evolve(World&, const Event&, const AutoApplyWithheld&) {}

void evolve(World& world, const Event& event, const HoldPlaced& placed) {
  world.rule_updates.holds[placed.hold] =
      Hold{placed.update, placed.until, event.position, event.recorded_at};
  ++world.rule_updates.holds_placed;
}

void evolve(World& world, const Event&, const HoldReleased& released) {
  world.rule_updates.holds.erase(released.hold);
}

}  // namespace ledger::domain

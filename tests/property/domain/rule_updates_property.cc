// What must hold of rule updates in every history: retention, holds, rollbacks.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/any_commands.h"
#include "tests/support/any_history.h"

namespace tests {
namespace {

using namespace ledger::domain;

using Rulesets = std::map<PolicyId, Digest>;
Rulesets rulesets(const World& world) {
  Rulesets all;
  for (const auto& [id, policy] : world.policies.policies) all[id] = policy.ruleset.ruleset;
  return all;
}

std::vector<RuleUpdateId> present(const World& world) {
  std::vector<RuleUpdateId> ids;
  for (const auto& [id, update] : world.rule_updates.updates) {
    if (!update.deleted) ids.push_back(id);
  }
  return ids;
}

// In force, named by a hold, or waiting for one to be released.
bool is_protected(const World& world, RuleUpdateId id) {
  const RuleUpdates& state = world.rule_updates;
  if (state.in_force == id) return true;
  for (const auto& [name, hold] : state.holds) {
    if (hold.update == id) return true;
    if (!hold.update && state.in_force && *state.in_force < id) return true;
  }
  return false;
}

RC_GTEST_PROP(RuleUpdates, TheOneInForceIsAlwaysThere, ()) {
  const Fold fold = play(*any_steps());
  World world;
  for (const Event& event : fold.log) {
    evolve(world, event);
    if (!world.rule_updates.in_force || holds<RuleUpdateImported>(event.payload)) continue;
    RC_ASSERT(world.rule_updates.current() != nullptr);
    RC_ASSERT(!world.rule_updates.current()->rules.empty());
  }
}

RC_GTEST_PROP(RuleUpdates, RetentionGivesUpTheOldestThatNothingProtects, ()) {
  Fold fold;
  settle_in(fold);
  const auto kept = 1 + *rc::gen::inRange<std::uint32_t>(0, 3);
  RC_ASSERT(fold.submit(ChangeSetting{SettingName::rule_updates_kept, std::to_string(kept)}));
  for (const Step& step : *any_steps()) {
    const auto before = present(fold.world);
    std::set<RuleUpdateId> spared;  // A hold that ends in the same tick still protects.
    for (const RuleUpdateId id : before) {
      if (is_protected(fold.world, id)) spared.insert(id);
    }
    const auto events = take(fold, step);
    if (!events) continue;
    std::vector<RuleUpdateId> pruned;
    bool imported = false;
    for (const Event& event : *events) {
      const auto* deleted = get_if<RuleUpdateDeleted>(&event.payload);
      if (deleted != nullptr && deleted->cause == PruneCause::retention) {
        pruned.push_back(deleted->update);
      }
      if (holds<RuleUpdateImported>(event.payload)) imported = true;
    }
    for (const RuleUpdateId id : pruned) RC_ASSERT(!is_protected(fold.world, id));
    const auto left = present(fold.world);
    const auto limit = number(fold.world.settings, SettingName::rule_updates_kept);
    for (const RuleUpdateId id : left) {
      if (pruned.empty() || is_protected(fold.world, id) || spared.contains(id)) continue;
      const bool was_there = std::find(before.begin(), before.end(), id) != before.end();
      RC_ASSERT(!was_there || pruned.back() < id);
    }
    if (!pruned.empty()) RC_ASSERT(left.size() >= limit);
    if (imported && left.size() > limit) {
      for (const RuleUpdateId id : left) {
        const bool was_there = std::find(before.begin(), before.end(), id) != before.end();
        RC_ASSERT(is_protected(fold.world, id) || !was_there);
      }
    }
  }
}

RC_GTEST_PROP(RuleUpdates, RollingBackAndApplyingAgainLeavesNoTrace, ()) {
  Fold fold = play(*any_steps());
  const auto from = fold.world.rule_updates.in_force;
  RC_PRE(from.has_value());
  const auto before = rulesets(fold.world);
  auto older = present(fold.world);
  older.erase(std::remove_if(older.begin(), older.end(), [&](auto id) { return id >= *from; }),
              older.end());
  RC_PRE(!older.empty());
  const RuleUpdateId to = older[*rc::gen::inRange<std::size_t>(0, older.size())];
  RC_ASSERT(fold.submit(RollBackRuleUpdate{to, true, std::nullopt}));
  RC_ASSERT(fold.world.rule_updates.in_force == to);
  RC_ASSERT(fold.submit(ApplyRuleUpdate{*from}));
  RC_ASSERT(rulesets(fold.world) == before);
}

RC_GTEST_PROP(RuleUpdates, NoCheckUndoesARollbackWhileItsHoldStands, ()) {
  Fold fold = play(*any_steps());
  RC_ASSERT(fold.submit(ChangeSetting{SettingName::auto_apply_rule_updates, "true"}));
  const auto from = fold.world.rule_updates.in_force;
  RC_PRE(from.has_value());
  const auto ids = present(fold.world);
  RC_PRE(ids.front() < *from);
  RC_ASSERT(fold.submit(RollBackRuleUpdate{ids.front(), true, std::nullopt}));
  const auto placed = first_of<RuleUpdateRolledBack>(ledger::Result<Fold::Events>(fold.log));
  RC_ASSERT(placed != nullptr);
  for (const Step& step : *any_steps()) {
    const CommandPayload payload = command_for(fold.world, fold.now, step);
    // People may release the hold or apply by hand; everything else may happen.
    if (holds<ReleaseHold>(payload) || holds<ApplyRuleUpdate>(payload) ||
        holds<RollBackRuleUpdate>(payload)) {
      continue;
    }
    (void)fold.submit(payload).has_value();
    RC_ASSERT(fold.world.rule_updates.in_force == ids.front());
  }
}

RC_GTEST_PROP(RuleUpdates, HoldsStandUntilTheyAreReleased, ()) {
  const Fold fold = play(*any_steps());
  std::set<HoldId> standing;
  for (const Event& event : fold.log) {
    if (const auto* placed = get_if<HoldPlaced>(&event.payload)) {
      RC_ASSERT(standing.insert(placed->hold).second);
    }
    if (const auto* released = get_if<HoldReleased>(&event.payload)) {
      RC_ASSERT(standing.erase(released->hold) == 1U);
    }
  }
}

}  // namespace
}  // namespace tests

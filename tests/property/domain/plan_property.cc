// A plan is its effect: what a preview tells is what the difference of the worlds is, once the same
// command has been carried out.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/property/domain/naive_impact.h"
#include "tests/support/any_commands.h"
#include "tests/support/any_history.h"

namespace tests {
namespace {

using namespace ledger::domain;

// The first part in which a preview and the difference of the two worlds are not alike.
std::string differing_part(const Preview& seen, const World& before, const World& after) {
  const Impact told = seen.impact;
  const Impact is = naive_impact(before, after);
  if (seen.base != before.size) return "base";
  if (told.from != is.from || told.to != is.to) return "in force";
  if (told.policies != is.policies) return "policies";
  if (told.rules != is.rules) return "rules";
  if (told.modules != is.modules) return "modules";
  if (told.vanishing != is.vanishing) return "vanishing";
  if (told.cves_reopened != is.cves_reopened) return "cves_reopened";
  if (told.cves_covered != is.cves_covered) return "cves_covered";
  if (told.deleted != is.deleted) return "deleted";
  if (told.holds != is.holds) return "holds";
  if (told.computers != is.computers || seen.reach.total != is.computers) return "computers";
  if (seen.reach.online + seen.reach.offline != seen.reach.total) return "reach";
  return "";
}

RC_GTEST_PROP(Plans, TellExactlyWhatTheCommandWillChange, ()) {
  Fold fold = play(*any_steps());
  const Step step = *any_step();
  fold.now = fold.now + wait_before(step);
  const Command command = fold.command_of(command_for(fold.world, fold.now, step));
  const auto seen = preview(fold.world, command, fold.moment());
  const World before = fold.world;
  const auto events = fold.submit_command(command);
  RC_ASSERT(seen.has_value() == events.has_value());
  if (!seen) return;
  RC_TAG(std::string(command_name(command.payload)));
  RC_ASSERT(differing_part(*seen, before, fold.world) == "");
}

// Everything that people are shown a plan of, as the world of the moment allows it.
std::vector<CommandPayload> plannable(const World& world, const Step& step) {
  const auto& updates = world.rule_updates.updates;
  const auto known = one_of(updates, step.a).value_or(update_id(1));
  const auto in_force = world.rule_updates.in_force.value_or(known);
  std::vector<CommandPayload> all = {ApplyRuleUpdate{known},
                                     ApplyRuleUpdate{world.rule_updates.newest().value_or(known)},
                                     ReapplyRuleUpdate{in_force},
                                     DeleteRuleUpdate{known},
                                     ChangeSetting{SettingName::rule_updates_kept, "1"},
                                     ChangeSetting{SettingName::rule_updates_kept, "2"}};
  for (const auto& [update, facts] : updates) {
    if (update < in_force) all.push_back(RollBackRuleUpdate{update, step.b % 2 == 0, {}});
  }
  for (const auto& [policy, facts] : world.policies.policies) {
    all.push_back(AssignRules{policy, {}, {"ssh"}, {}});
    all.push_back(UnassignRules{policy, {}, {"web"}, {}});
  }
  for (std::uint32_t action = 0; action < 3; ++action) {
    all.push_back(Instruct{static_cast<InstructionAction>(action),
                           Scope{ScopeKind::all, "", {}, std::nullopt}});
    all.push_back(Instruct{static_cast<InstructionAction>(action),
                           Scope{ScopeKind::policy_tree, "p1", {}, std::nullopt}});
  }
  return all;
}

// Updates enough to go back to, to delete, to be pruned; the newest is still to be applied.
void import_some(Fold& fold, std::uint32_t many) {
  (void)fold.submit(ChangeSetting{SettingName::auto_apply_rule_updates, "false"}).has_value();
  for (std::uint32_t i = 0; i < many; ++i) {
    const auto newest = fold.world.rule_updates.newest();
    const auto imported = import_of(newest ? newest->number + 1 : 1, fold.now);
    if (!fold.submit(imported)) return;
    if (i + 1 < many) (void)fold.submit(ApplyRuleUpdate{imported.update}).has_value();
  }
}

RC_GTEST_PROP(Plans, OfEveryKindTellExactlyWhatTheyWillChange, ()) {
  Fold fold = play(*any_steps());
  import_some(fold, 3);
  const Step step = *any_step();
  for (const auto& payload : plannable(fold.world, step)) {
    Fold tried = fold;
    const Command command = tried.command_of(payload);
    const auto seen = preview(tried.world, command, tried.moment());
    const auto events = tried.submit_command(command);
    RC_ASSERT(seen.has_value() == events.has_value());
    if (!seen) continue;
    RC_LOG(std::string(command_name(payload)));
    RC_ASSERT(differing_part(*seen, fold.world, tried.world) == "");
  }
}

// The property above is not about nothing: each kind is taken, and all but a reapplication, which
// mends what has gone wrong, have an impact.
TEST(Plans, OfEveryKindAreMadeAndChangeSomething) {
  Fold fold;
  settle_in(fold);
  import_some(fold, 3);
  std::set<std::string_view> made;
  std::set<std::string_view> with_impact;
  for (const auto& payload : plannable(fold.world, Step{})) {
    Fold tried = fold;
    const Command command = tried.command_of(payload);
    const auto seen = preview(tried.world, command, tried.moment());
    if (!seen || !tried.submit_command(command)) continue;
    EXPECT_EQ(differing_part(*seen, fold.world, tried.world), "") << command_name(payload);
    made.insert(command_name(payload));
    const Impact& impact = seen->impact;
    const bool some = impact.computers > 0 || !impact.policies.empty() || !impact.deleted.empty() ||
                      impact.from != impact.to;
    if (some) with_impact.insert(command_name(payload));
  }
  EXPECT_EQ(made.size(), 8U) << testing::PrintToString(made);
  EXPECT_GE(with_impact.size(), 7U) << testing::PrintToString(with_impact);
}

RC_GTEST_PROP(Plans, AreAcceptedExactlyWhileTheirEffectIsTheSame, ()) {
  Fold fold = play(*any_steps());
  const Step planned = *any_step();
  Command command = fold.command_of(command_for(fold.world, fold.now, planned));
  const auto seen = preview(fold.world, command, fold.moment());
  RC_PRE(seen.has_value());
  command.plan_digest = seen->digest;
  RC_ASSERT(decide(fold.world, command, fold.moment()).has_value());
  // Something else happens between looking and confirming.
  (void)take(fold, *any_step()).has_value();
  const auto now = preview(fold.world, command, fold.moment());
  const auto applied = fold.submit_command(command);
  if (!now) {
    RC_ASSERT(!applied);
    return;
  }
  RC_ASSERT(applied.has_value() == (now->impact == seen->impact));
  if (!applied) RC_ASSERT(applied.error().reason == "plan-stale");
}

// What policies are said to amount to is what they amount to.
RC_GTEST_PROP(Policies, RunWhatTheirRulesetSays, ()) {
  const Fold fold = play(*any_steps());
  const RuleUpdate* current = fold.world.rule_updates.current();
  const Rules rules = current == nullptr ? Rules{} : current->rules;
  for (const auto& [id, policy] : fold.world.policies.policies) {
    const Rules resolved = resolve(fold.world.policies, id, rules);
    RC_ASSERT(policy.ruleset.ruleset == ruleset_digest(resolved));
    RC_ASSERT(policy.ruleset.rules == resolved.size());
  }
}

}  // namespace
}  // namespace tests

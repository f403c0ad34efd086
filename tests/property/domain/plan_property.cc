// A plan is its effect: what a preview tells is what the difference of the worlds is, once the same
// command has been carried out.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/property/domain/naive_impact.h"
#include "tests/support/any_history.h"

namespace tests {
namespace {

using namespace ledger::domain;

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
  RC_ASSERT(seen->base == before.size);
  const Impact expected = naive_impact(before, fold.world);
  RC_ASSERT(seen->impact.from == expected.from);
  RC_ASSERT(seen->impact.to == expected.to);
  RC_ASSERT(seen->impact.policies == expected.policies);
  RC_ASSERT(seen->impact.rules == expected.rules);
  RC_ASSERT(seen->impact.modules == expected.modules);
  RC_ASSERT(seen->impact.vanishing == expected.vanishing);
  RC_ASSERT(seen->impact.cves_reopened == expected.cves_reopened);
  RC_ASSERT(seen->impact.cves_covered == expected.cves_covered);
  RC_ASSERT(seen->impact.deleted == expected.deleted);
  RC_ASSERT(seen->impact.holds == expected.holds);
  RC_ASSERT(seen->impact.computers == expected.computers);
  RC_ASSERT(seen->reach.total == seen->impact.computers);
  RC_ASSERT(seen->reach.online + seen->reach.offline == seen->reach.total);
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

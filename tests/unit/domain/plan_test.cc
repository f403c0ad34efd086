#include "ledger/domain/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/domain/world.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

// Update 25-002 is in force on one policy with two computers, of which one is silent.
Fold a_planned_fleet() {
  Fold fold;
  given(fold, import_of_update(1, {{1, 1, "web", true, Module::firewall, {"CVE-1"}},
                                   {2, 1, "ssh", true, Module::log_inspection, {"CVE-2"}}}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web", "ssh"}, {}});
  given(fold, import_of_update(2, {{1, 2, "web", true, Module::firewall, {"CVE-1"}},
                                   {3, 1, "ssh", true, Module::log_inspection, {"CVE-3"}}}));
  given(fold, enrolment("pc-1", "site"));
  given(fold, enrolment("pc-2", "site"));
  report_up_to_date(fold, "pc-1", 1);
  given(fold, Tick{fold.now, {{{"pc-2"}, fold.now}}});
  return fold;
}

ledger::Result<Preview> preview_of(const Fold& fold, CommandPayload payload) {
  return preview(fold.world, fold.command_of(std::move(payload)), fold.moment());
}

TEST(Plans, TellTheEffectOfARollback) {
  const Fold fold = a_planned_fleet();
  const auto seen = preview_of(fold, RollBackRuleUpdate{update(1), true, std::nullopt});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->base, fold.world.size);
  EXPECT_EQ(seen->impact.from, update(2));
  EXPECT_EQ(seen->impact.to, update(1));
  EXPECT_EQ(seen->impact.computers, 2U);
  ASSERT_EQ(seen->impact.policies.size(), 1U);
  EXPECT_EQ(seen->impact.policies[0].added, 1U);
  EXPECT_EQ(seen->impact.policies[0].removed, 1U);
  EXPECT_EQ(seen->impact.policies[0].changed, 1U);
  EXPECT_EQ(seen->impact.vanishing, (std::vector<RuleId>{rule_id(3)}));
  EXPECT_EQ(seen->impact.cves_reopened, (std::vector<CveImpact>{{"CVE-3", 2}}));
  EXPECT_EQ(seen->impact.cves_covered, (std::vector<CveImpact>{{"CVE-2", 2}}));
  EXPECT_EQ(seen->impact.holds, (std::vector<HoldId>{{"hold-1"}}));
  EXPECT_EQ(seen->reach, (Reach{2, 1, 1, 1}));
}

TEST(Plans, WarnOfWhatAPersonWouldWantToKnow) {
  const Fold fold = a_planned_fleet();
  const auto warns = [](const ledger::Result<Preview>& seen, const std::string& of) {
    return std::any_of(seen->warnings.begin(), seen->warnings.end(),
                       [&](const auto& warning) { return warning.find(of) != std::string::npos; });
  };
  const auto bare = preview_of(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  EXPECT_TRUE(warns(bare, "without a hold"));
  EXPECT_TRUE(warns(bare, "1 computer cannot be reached now"));
  EXPECT_TRUE(warns(bare, "do not exist in the update"));
  EXPECT_TRUE(warns(bare, "CVEs lose the cover"));
  const auto held = preview_of(fold, RollBackRuleUpdate{update(1), true, std::nullopt});
  EXPECT_FALSE(warns(held, "without a hold"));
  EXPECT_TRUE(warns(preview_of(fold, DeleteRuleUpdate{update(1)}), "deleted content"));
}

TEST(Plans, AreNotMadeForWhatIsRefused) {
  const Fold fold = a_planned_fleet();
  const auto seen = preview_of(fold, RollBackRuleUpdate{update(2), false, std::nullopt});
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().reason, "rule-update-not-older");
}

TEST(Plans, StayValidThroughWhatDoesNotMatter) {
  Fold fold = a_planned_fleet();
  Command command = fold.command_of(RollBackRuleUpdate{update(1), true, std::nullopt});
  command.plan_digest = preview(fold.world, command, fold.moment())->digest;
  report_up_to_date(fold, "pc-2", 1);  // A silent computer returns: reach, not impact.
  given(fold, CreatePolicy{{"other"}, std::nullopt, ""});
  const auto events = fold.submit_command(command);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().plan_digest, command.plan_digest);
}

TEST(Plans, AreStaleOnceTheirEffectIsAnother) {
  Fold fold = a_planned_fleet();
  Command command = fold.command_of(RollBackRuleUpdate{update(1), true, std::nullopt});
  command.plan_digest = preview(fold.world, command, fold.moment())->digest;
  given(fold, enrolment("pc-3", "site"));
  const auto refused = fold.submit_command(command);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "plan-stale");
  EXPECT_EQ(refused.error().kind, ledger::ErrorKind::conflict);
  EXPECT_EQ(fold.world.rule_updates.in_force, update(2));
}

TEST(Plans, OfOneActionAreNoPlansOfAnother) {
  Fold fold = a_planned_fleet();
  Command held = fold.command_of(RollBackRuleUpdate{update(1), true, fold.now + hours(1)});
  Command longer = fold.command_of(RollBackRuleUpdate{update(1), true, fold.now + hours(2)});
  longer.plan_digest = preview(fold.world, held, fold.moment())->digest;
  EXPECT_EQ(fold.submit_command(longer).error().reason, "plan-stale");
}

TEST(Plans, OfAnInstructionCountThoseWhoAreTold) {
  const Fold fold = a_planned_fleet();
  const Instruct instruct{InstructionAction::download_update, {}};
  const auto seen = preview_of(fold, instruct);
  EXPECT_EQ(seen->impact.computers, 2U);
  EXPECT_EQ(seen->reach.offline, 1U);
}

}  // namespace
}  // namespace tests

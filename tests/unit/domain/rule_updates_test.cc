#include "ledger/domain/rule_updates.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

const GivenRule web_rule{1, 1, "web"};
const GivenRule web_newer{1, 2, "web"};
const GivenRule ssh_rule{2, 1, "ssh"};

// Three updates are there, the last is in force; policy "site" has the application type web_rule.
Fold three_updates() {
  Fold fold;
  given(fold, import_of_update(1, {web_rule, ssh_rule}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, import_of_update(2, {web_newer, ssh_rule}));
  given(fold, import_of_update(3, {web_newer, ssh_rule, {3, 1, "web"}}));
  return fold;
}

std::set<RuleId> assigned(const Fold& fold, const std::string& policy) {
  return fold.world.policies.find({policy})->rules;
}

std::optional<RuleUpdateId> in_force(const Fold& fold) { return fold.world.rule_updates.in_force; }

bool is_there(const Fold& fold, std::uint32_t number) {
  return fold.world.rule_updates.find(update(number)) != nullptr;
}

// -- Import --------------------------------------------------------------------------------------

TEST(Import, RecordsTheUpdateItsRulesAndPutsItInForce) {
  Fold fold;
  const auto events = fold.submit(import_of_update(1, {web_rule, ssh_rule}));
  EXPECT_EQ(types(events),
            (TypeNames{"rule_update.imported", "rules.recorded", "rule_update.applied"}));
  EXPECT_EQ(in_force(fold), update(1));
  EXPECT_EQ(fold.world.rule_updates.current()->rules.size(), 2U);
  EXPECT_EQ(first_of<RuleUpdateImported>(events)->chunks, 1U);
  EXPECT_TRUE(first_of<RuleUpdateApplied>(events)->automatic);
}

TEST(Import, CutsManyRulesIntoChunksThatFitARecord) {
  Fold fold;
  std::vector<GivenRule> rules;
  for (std::uint32_t i = 1; i <= 1'000; ++i) rules.push_back({i, 1, "type " + std::to_string(i)});
  const auto events = fold.submit(import_of_update(1, rules));
  ASSERT_TRUE(events);
  const auto chunks = count_of<RulesRecorded>(*events);
  EXPECT_GT(chunks, 1U);
  EXPECT_EQ(first_of<RuleUpdateImported>(events)->chunks, chunks);
  EXPECT_EQ(fold.world.rule_updates.current()->rules.size(), 1'000U);
}

TEST(Import, OfTheSameDocumentAgainChangesNothing) {
  Fold fold = three_updates();
  EXPECT_EQ(types(fold.submit(import_of_update(2, {web_newer, ssh_rule}))), TypeNames{});
}

TEST(Import, OfOtherContentUnderAKnownNameIsAConflict) {
  Fold fold = three_updates();
  auto import = import_of_update(2, {web_rule});
  import.digest = digest(99);
  EXPECT_EQ(fold.refusal(import), "rule-update-differs");
  given(fold, DeleteRuleUpdate{update(2)});
  EXPECT_EQ(fold.refusal(import), "rule-update-differs");  // A deleted name stays taken, too.
}

TEST(Import, RefusesWhatIsNoCompleteSetOfRules) {
  Fold fold;
  EXPECT_EQ(fold.refusal(import_of_update(1, {})), "rule-update-empty");
  EXPECT_EQ(fold.refusal(import_of_update(1, {ssh_rule, web_rule})), "rule-ids-not-ascending");
  EXPECT_EQ(fold.refusal(import_of_update(1, {web_rule, web_rule})), "rule-ids-not-ascending");
  auto huge = import_of_update(1, {web_rule});
  huge.rules.assign(ledger::limits::rules_per_update_max + 1, huge.rules.front());
  EXPECT_EQ(fold.refusal(huge), "rule-update-too-large");
}

TEST(Import, OfADeletedUpdateBringsItBack) {
  Fold fold = three_updates();
  given(fold, DeleteRuleUpdate{update(2)});
  EXPECT_FALSE(is_there(fold, 2));
  given(fold, import_of_update(2, {web_newer, ssh_rule}));
  EXPECT_EQ(fold.world.rule_updates.find(update(2))->rules.size(), 2U);
}

TEST(Import, OfAnOlderUpdateDoesNotApplyIt) {
  Fold fold;
  given(fold, import_of_update(2, {web_rule}));
  const auto events = fold.submit(import_of_update(1, {web_rule}));
  EXPECT_EQ(types(events), (TypeNames{"rule_update.imported", "rules.recorded"}));
  EXPECT_EQ(in_force(fold), update(2));
}

TEST(Import, OnlyStoresWhenNothingIsAppliedByItself) {
  Fold fold;
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(1, {web_rule}));
  EXPECT_EQ(in_force(fold), std::nullopt);
  EXPECT_EQ(status_of(fold.world.rule_updates, update(1)), RuleUpdateStatus::available);
}

// -- New rules -----------------------------------------------------------------------------------

TEST(AutoApply, BringsNewVersionsOfAssignedRulesOnly) {
  Fold fold;
  given(fold, import_of_update(1, {web_rule, ssh_rule}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {rule_id(1)}, {}, {}});
  const auto events = fold.submit(import_of_update(2, {web_newer, ssh_rule, {3, 1, "web"}}));
  const auto* changed = first_of<PolicyRulesetChanged>(events);
  ASSERT_NE(changed, nullptr);
  EXPECT_EQ(changed->changed, 1U);
  EXPECT_EQ(changed->added, 0U);
  // A rule by its id is no application type: new rules of its type stay a person's choice.
  EXPECT_EQ(assigned(fold, "site"), (std::set<RuleId>{rule_id(1)}));
}

TEST(AutoApply, AssignsNewAutoAssignableRulesOfAnAssignedApplicationType) {
  Fold fold;
  given(fold, import_of_update(1, {web_rule, ssh_rule}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  const GivenRule new_web{3, 1, "web"};
  const GivenRule by_hand{4, 1, "web", false};
  const GivenRule new_ssh{5, 1, "ssh"};
  const auto events =
      fold.submit(import_of_update(2, {web_rule, ssh_rule, new_web, by_hand, new_ssh}));
  EXPECT_EQ(assigned(fold, "site"), (std::set<RuleId>{rule_id(1), rule_id(3)}));
  EXPECT_TRUE(first_of<RulesAssigned>(events)->automatic);
}

TEST(AutoApply, AssignsNewRulesOfAnAssignedModule) {
  Fold fold;
  given(fold, import_of_update(1, {web_rule}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {}, {Module::intrusion_prevention}});
  GivenRule firewall{3, 1, "net"};
  firewall.module = Module::firewall;
  given(fold, import_of_update(2, {web_rule, {2, 1, "net"}, firewall}));
  EXPECT_EQ(assigned(fold, "site"), (std::set<RuleId>{rule_id(1), rule_id(2)}));
}

TEST(AutoApply, DoesNotBringBackARuleThatAPersonTookAway) {
  Fold fold = three_updates();
  given(fold, UnassignRules{{"site"}, {rule_id(1)}, {}, {}});
  given(fold, import_of_update(4, {{1, 3, "web"}, ssh_rule, {3, 1, "web"}}));
  EXPECT_EQ(assigned(fold, "site"), (std::set<RuleId>{rule_id(3)}));
}

TEST(AutoApply, LetsAllDescendantsRunWhatTheirAncestorGot) {
  Fold fold;
  given(fold, import_of_update(1, {web_rule}));
  given_policy(fold, "site");
  given_policy(fold, "kiosk", "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, import_of_update(2, {web_rule, {2, 1, "web"}}));
  EXPECT_EQ(assigned(fold, "kiosk"), std::set<RuleId>{});
  EXPECT_EQ(fold.world.policies.find({"kiosk"})->ruleset.rules, 2U);
}

// -- Apply, reapply ------------------------------------------------------------------------------

TEST(Apply, PutsANewerUpdateInForceByHand) {
  Fold fold;
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(1, {web_rule}));
  given(fold, import_of_update(2, {web_newer}));
  given(fold, ApplyRuleUpdate{update(1)});
  const auto events = fold.submit(ApplyRuleUpdate{update(2)});
  EXPECT_EQ(types(events), TypeNames{"rule_update.applied"});
  EXPECT_EQ(first_of<RuleUpdateApplied>(events)->previous, update(1));
  EXPECT_FALSE(first_of<RuleUpdateApplied>(events)->automatic);
}

TEST(Apply, RefusesWhatIsInForceOlderDeletedOrUnknown) {
  Fold fold = three_updates();
  EXPECT_EQ(fold.refusal(ApplyRuleUpdate{update(3)}), "rule-update-already-in-force");
  EXPECT_EQ(fold.refusal(ApplyRuleUpdate{update(2)}), "rule-update-older");
  EXPECT_EQ(fold.refusal(ApplyRuleUpdate{update(9)}), "rule-update-unknown");
  given(fold, DeleteRuleUpdate{update(2)});
  EXPECT_EQ(fold.refusal(ApplyRuleUpdate{update(2)}), "rule-update-deleted");
}

TEST(Reapply, ResolvesTheUpdateInForceAgain) {
  Fold fold = three_updates();
  EXPECT_EQ(types(fold.submit(ReapplyRuleUpdate{update(3)})), TypeNames{"rule_update.reapplied"});
  EXPECT_EQ(fold.refusal(ReapplyRuleUpdate{update(2)}), "rule-update-not-in-force");
  EXPECT_EQ(in_force(fold), update(3));
  EXPECT_EQ(Fold().refusal(ReapplyRuleUpdate{update(1)}), "no-rule-update-in-force");
}

// -- Roll back and hold --------------------------------------------------------------------------

TEST(RollBack, PutsAnEarlierUpdateInForceForEveryPolicyAtOnce) {
  Fold fold = three_updates();
  const auto events = fold.submit(RollBackRuleUpdate{update(1), false, std::nullopt});
  EXPECT_EQ(types(events), (TypeNames{"rule_update.rolled_back", "policy.ruleset_changed"}));
  EXPECT_EQ(in_force(fold), update(1));
  const auto& ruleset = fold.world.policies.find({"site"})->ruleset;
  EXPECT_EQ(ruleset.update, update(1));
  EXPECT_EQ(ruleset.rules, 1U);
  EXPECT_EQ(ruleset.removed, 1U);
  EXPECT_EQ(ruleset.changed, 1U);
  EXPECT_EQ(status_of(fold.world.rule_updates, update(3)), RuleUpdateStatus::rolled_back);
  EXPECT_EQ(status_of(fold.world.rule_updates, update(1)), RuleUpdateStatus::applied);
}

TEST(RollBack, WithAHoldIsNotUndoneByTheNextCheckOrImport) {
  Fold fold = three_updates();
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  given(fold, RollBackRuleUpdate{update(2), true, std::nullopt});
  const auto checked = fold.submit(ReportSourceChecked{{"vendor"}, {"check-1"}, 4, {}, {}, {}, 0});
  EXPECT_EQ(types(checked), (TypeNames{"source.checked", "auto_apply.withheld"}));
  const auto imported = fold.submit(import_of_update(4, {web_rule}));
  EXPECT_EQ(types(imported),
            (TypeNames{"rule_update.imported", "rules.recorded", "auto_apply.withheld"}));
  EXPECT_EQ(first_of<AutoApplyWithheld>(imported)->hold, HoldId{"hold-1"});
  EXPECT_EQ(in_force(fold), update(2));
  EXPECT_EQ(status_of(fold.world.rule_updates, update(4)), RuleUpdateStatus::held);
}

TEST(RollBack, WithoutAHoldIsUndoneByTheNextCheck) {
  Fold fold = three_updates();
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  given(fold, RollBackRuleUpdate{update(2), false, std::nullopt});
  given(fold, ReportSourceChecked{{"vendor"}, {"check-1"}, 4, {}, {}, {}, 0});
  EXPECT_EQ(in_force(fold), update(3));
}

TEST(RollBack, RefusesWhatIsNotOlderDeletedUnknownOrWithoutAReason) {
  Fold fold = three_updates();
  const auto to = [](std::uint32_t n) {
    return RollBackRuleUpdate{update(n), false, std::nullopt};
  };
  EXPECT_EQ(fold.refusal(to(3)), "rule-update-not-older");
  EXPECT_EQ(fold.refusal(to(9)), "rule-update-unknown");
  given(fold, DeleteRuleUpdate{update(1)});
  EXPECT_EQ(fold.refusal(to(1)), "rule-update-deleted");
  EXPECT_EQ(fold.refusal(RollBackRuleUpdate{update(2), true, fold.now}), "hold-ends-in-the-past");
  fold.reason.clear();
  EXPECT_EQ(fold.refusal(to(2)), "reason-required");
}

TEST(RollBack, IsRefusedBeforeAnythingIsInForce) {
  Fold fold;
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(1, {web_rule}));
  EXPECT_EQ(fold.refusal(RollBackRuleUpdate{update(1), false, std::nullopt}),
            "rule-update-not-older");
}

TEST(RollBack, NamesItsHoldAsNoOtherHoldIsNamed) {
  Fold fold = three_updates();
  given(fold, PlaceHold{HoldId{"hold-2"}, update(1), std::nullopt});
  const auto events = fold.submit(RollBackRuleUpdate{update(2), true, std::nullopt});
  EXPECT_EQ(first_of<HoldPlaced>(events)->hold, HoldId{"hold-3"});
  EXPECT_EQ(fold.world.rule_updates.holds.at({"hold-2"}).update, update(1));
}

TEST(RollBack, AndApplyingAgainAssignsNothingTwice) {
  Fold fold = three_updates();
  const auto before = fold.world.policies.find({"site"})->ruleset.ruleset;
  given(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  const auto events = fold.submit(ApplyRuleUpdate{update(3)});
  EXPECT_EQ(types(events), (TypeNames{"rule_update.applied", "policy.ruleset_changed"}));
  EXPECT_EQ(fold.world.policies.find({"site"})->ruleset.ruleset, before);
}

TEST(Holds, OfOneUpdateLetOthersThrough) {
  Fold fold;
  given(fold, import_of_update(1, {web_rule}));
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(2, {web_rule}));
  given(fold, PlaceHold{HoldId{"bad"}, update(2), std::nullopt});
  given_setting(fold, SettingName::auto_apply_rule_updates, "true");
  EXPECT_EQ(status_of(fold.world.rule_updates, update(2)), RuleUpdateStatus::held);
  given(fold, import_of_update(3, {web_rule}));
  EXPECT_EQ(in_force(fold), update(3));
}

TEST(Holds, EndByHandOrWithTheirTime) {
  Fold fold = three_updates();
  given(fold, PlaceHold{std::nullopt, std::nullopt, fold.now + hours(1)});
  given(fold, PlaceHold{HoldId{"for-ever"}, std::nullopt, std::nullopt});
  EXPECT_EQ(count_of<HoldReleased>(*fold.pass(minutes(59))), 0U);
  const auto events = fold.pass(minutes(1));
  EXPECT_EQ(first_of<HoldReleased>(events)->hold, HoldId{"hold-1"});
  EXPECT_EQ(first_of<HoldReleased>(events)->cause, HoldEnd::expired);
  const auto released = fold.submit(ReleaseHold{{"for-ever"}});
  EXPECT_EQ(first_of<HoldReleased>(released)->cause, HoldEnd::manual);
  EXPECT_TRUE(fold.world.rule_updates.holds.empty());
}

TEST(Holds, LetWhatTheyKeptBackBeAppliedWhenTheyEnd) {
  Fold fold = three_updates();
  given(fold, RollBackRuleUpdate{update(1), true, std::nullopt});
  given(fold, import_of_update(4, {web_newer}));
  const auto events = fold.submit(ReleaseHold{{"hold-1"}});
  ASSERT_EQ(types(events),
            (TypeNames{"hold.released", "rule_update.applied", "policy.ruleset_changed"}));
  EXPECT_EQ((*events)[1].causation, (*events)[0].position);
  EXPECT_TRUE(first_of<RuleUpdateApplied>(events)->automatic);
  EXPECT_EQ(in_force(fold), update(4));
}

TEST(Holds, ThatEndTogetherLetItBeAppliedOnce) {
  Fold fold = three_updates();
  given(fold, RollBackRuleUpdate{update(2), true, fold.now + hours(1)});
  given(fold, PlaceHold{HoldId{"too"}, std::nullopt, fold.now + hours(1)});
  const auto events = fold.pass(hours(1));
  EXPECT_EQ(count_of<HoldReleased>(*events), 2U);
  EXPECT_EQ(count_of<AutoApplyWithheld>(*events), 0U);
  EXPECT_EQ(count_of<RuleUpdateApplied>(*events), 1U);
  EXPECT_EQ(in_force(fold), update(3));
}

TEST(Holds, ThatEndApplyNothingThatIsHeldElsewhereOrNotAppliedByItself) {
  Fold fold = three_updates();
  given(fold, RollBackRuleUpdate{update(2), true, std::nullopt});
  given(fold, PlaceHold{HoldId{"bad"}, update(3), std::nullopt});
  given(fold, PlaceHold{HoldId{"old"}, update(1), std::nullopt});
  EXPECT_EQ(types(fold.submit(ReleaseHold{{"old"}})), TypeNames{"hold.released"});
  const auto held = fold.submit(ReleaseHold{{"hold-1"}});
  EXPECT_EQ(types(held), (TypeNames{"hold.released", "auto_apply.withheld"}));
  EXPECT_EQ(first_of<AutoApplyWithheld>(held)->hold, HoldId{"bad"});
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  EXPECT_EQ(types(fold.submit(ReleaseHold{{"bad"}})), TypeNames{"hold.released"});
  EXPECT_EQ(in_force(fold), update(2));
}

TEST(Holds, RefuseBadNamesUnknownUpdatesAndPastEnds) {
  Fold fold = three_updates();
  given(fold, PlaceHold{HoldId{"one"}, std::nullopt, std::nullopt});
  EXPECT_EQ(fold.refusal(PlaceHold{HoldId{"one"}, std::nullopt, std::nullopt}), "hold-exists");
  EXPECT_EQ(fold.refusal(PlaceHold{HoldId{"No"}, std::nullopt, std::nullopt}), "hold-name-invalid");
  EXPECT_EQ(fold.refusal(PlaceHold{std::nullopt, update(9), std::nullopt}), "rule-update-unknown");
  EXPECT_EQ(fold.refusal(PlaceHold{std::nullopt, std::nullopt, fold.now}), "hold-ends-in-the-past");
  EXPECT_EQ(fold.refusal(ReleaseHold{{"two"}}), "hold-unknown");
}

TEST(Holds, AreLimitedInNumber) {
  Fold fold;
  for (std::size_t i = 0; i < ledger::limits::holds_max; ++i) {
    given(fold, PlaceHold{std::nullopt, std::nullopt, std::nullopt});
  }
  EXPECT_EQ(fold.refusal(PlaceHold{std::nullopt, std::nullopt, std::nullopt}), "too-many-holds");
}

// -- Delete and retention ------------------------------------------------------------------------

TEST(Delete, GivesTheContentUpAndKeepsTheHistory) {
  Fold fold = three_updates();
  const auto events = fold.submit(DeleteRuleUpdate{update(1)});
  EXPECT_EQ(types(events), TypeNames{"rule_update.deleted"});
  EXPECT_EQ(first_of<RuleUpdateDeleted>(events)->cause, PruneCause::manual);
  EXPECT_EQ(status_of(fold.world.rule_updates, update(1)), RuleUpdateStatus::deleted);
  EXPECT_EQ(fold.world.rule_updates.updates.at(update(1)).facts.title, "Update 1");
}

TEST(Delete, RefusesWhatIsInForceOrHeld) {
  Fold fold = three_updates();
  EXPECT_EQ(fold.refusal(DeleteRuleUpdate{update(3)}), "rule-update-in-force");
  given(fold, PlaceHold{HoldId{"keep"}, update(1), std::nullopt});
  EXPECT_EQ(fold.refusal(DeleteRuleUpdate{update(1)}), "rule-update-held");
  EXPECT_EQ(fold.refusal(DeleteRuleUpdate{update(9)}), "rule-update-unknown");
}

TEST(Export, IsRecorded) {
  Fold fold = three_updates();
  const auto events = fold.submit(RecordRuleUpdateExport{update(1)});
  EXPECT_EQ(first_of<RuleUpdateExported>(events)->digest, digest(1));
  EXPECT_EQ(fold.refusal(RecordRuleUpdateExport{update(9)}), "rule-update-unknown");
}

TEST(Retention, KeepsTenUnlessToldOtherwise) {
  Fold fold;
  for (std::uint32_t n = 1; n <= 11; ++n) given(fold, import_of_update(n, {web_rule}));
  EXPECT_FALSE(is_there(fold, 1));
  EXPECT_TRUE(is_there(fold, 2));
  given_setting(fold, SettingName::rule_updates_kept, "3");
  EXPECT_FALSE(is_there(fold, 8));
  EXPECT_TRUE(is_there(fold, 9));
}

TEST(Retention, NeverGivesUpWhatIsInForceOrOnHold) {
  Fold fold = three_updates();
  given(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  given(fold, PlaceHold{HoldId{"keep"}, update(2), std::nullopt});
  given_setting(fold, SettingName::rule_updates_kept, "1");
  EXPECT_TRUE(is_there(fold, 1));   // In force.
  EXPECT_TRUE(is_there(fold, 2));   // Named by a hold.
  EXPECT_FALSE(is_there(fold, 3));  // Nothing keeps it.
}

TEST(Retention, WaitsForWhatAHoldKeepsFromBeingApplied) {
  Fold fold = three_updates();
  given(fold, RollBackRuleUpdate{update(1), true, std::nullopt});
  given_setting(fold, SettingName::rule_updates_kept, "1");
  EXPECT_TRUE(is_there(fold, 2));
  EXPECT_TRUE(is_there(fold, 3));
  given(fold, ReleaseHold{{"hold-1"}});
  given_setting(fold, SettingName::rule_updates_kept, "2");
  EXPECT_FALSE(is_there(fold, 1));
  EXPECT_TRUE(is_there(fold, 2));
  EXPECT_TRUE(is_there(fold, 3)) << "it was applied";
}

// -- Differences ---------------------------------------------------------------------------------

TEST(Difference, TellsAddedRemovedAndChangedRulesById) {
  Fold fold = three_updates();
  given(fold, import_of_update(4, {{1, 5, "web"}, {3, 1, "web"}, {4, 2, "dns"}}));
  const auto& updates = fold.world.rule_updates;
  const auto changes = difference(updates.find(update(3))->rules, updates.find(update(4))->rules);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].rule, rule_id(1));
  EXPECT_EQ(changes[0].kind, RuleChangeKind::changed);
  EXPECT_EQ(changes[0].from_version, 2U);
  EXPECT_EQ(changes[0].to_version, 5U);
  EXPECT_EQ(changes[1].rule, rule_id(2));
  EXPECT_EQ(changes[1].kind, RuleChangeKind::removed);
  EXPECT_EQ(changes[2].rule, rule_id(4));
  EXPECT_EQ(changes[2].kind, RuleChangeKind::added);
  EXPECT_TRUE(difference(updates.current()->rules, updates.current()->rules).empty());
}

}  // namespace
}  // namespace tests

#include "ledger/domain/policies.h"

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

const GivenRule web{1, 1, "web"};
const GivenRule ssh{2, 1, "ssh"};

Fold two_policies() {
  Fold fold;
  given(fold, import_of_update(1, {web, ssh, {3, 1, "web", false}}));
  given_policy(fold, "site");
  given_policy(fold, "kiosk", "site");
  return fold;
}

const Policy& policy(const Fold& fold, const std::string& id) {
  return *fold.world.policies.find({id});
}

TEST(Policies, BeginWithWhatTheirParentHas) {
  Fold fold = two_policies();
  given(fold, AssignRules{{"site"}, {rule_id(1)}, {}, {}});
  const auto events = fold.submit(CreatePolicy{{"lobby"}, PolicyId{"kiosk"}, "By the door."});
  EXPECT_EQ(types(events), (TypeNames{"policy.created", "policy.ruleset_changed"}));
  EXPECT_EQ(policy(fold, "lobby").ruleset.rules, 1U);
  EXPECT_EQ(policy(fold, "lobby").ruleset.ruleset, policy(fold, "site").ruleset.ruleset);
}

TEST(Policies, AreNotCreatedTwiceNorUnderAnUnknownParent) {
  Fold fold = two_policies();
  EXPECT_EQ(fold.refusal(CreatePolicy{{"site"}, std::nullopt, ""}), "policy-exists");
  EXPECT_EQ(fold.refusal(CreatePolicy{{"x"}, PolicyId{"nowhere"}, ""}), "policy-unknown");
  EXPECT_EQ(fold.refusal(CreatePolicy{{"Site"}, std::nullopt, ""}), "policy-name-invalid");
  for (std::size_t i = fold.world.policies.policies.size(); i < ledger::limits::policies_max; ++i) {
    fold.world.policies.policies[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(CreatePolicy{{"more"}, std::nullopt, ""}), "too-many-policies");
}

TEST(Policies, RunSomethingElseUnderAnotherParent) {
  Fold fold = two_policies();
  given(fold, AssignRules{{"site"}, {rule_id(1)}, {}, {}});
  given(fold, AssignRules{{"kiosk"}, {rule_id(2)}, {}, {}});
  const auto events = fold.submit(ChangePolicy{{"kiosk"}, std::nullopt, ""});
  EXPECT_EQ(types(events), (TypeNames{"policy.changed", "policy.ruleset_changed"}));
  EXPECT_EQ(first_of<PolicyRulesetChanged>(events)->removed, 1U);
  EXPECT_EQ(policy(fold, "kiosk").ruleset.rules, 1U);
  EXPECT_EQ(types(fold.submit(ChangePolicy{{"kiosk"}, std::nullopt, ""})), TypeNames{});
}

TEST(Policies, NeverInheritFromThemselves) {
  Fold fold = two_policies();
  EXPECT_EQ(fold.refusal(ChangePolicy{{"site"}, PolicyId{"kiosk"}, ""}), "policy-cycle");
  EXPECT_EQ(fold.refusal(ChangePolicy{{"site"}, PolicyId{"site"}, ""}), "policy-cycle");
  EXPECT_EQ(fold.refusal(ChangePolicy{{"nowhere"}, std::nullopt, ""}), "policy-unknown");
}

TEST(Policies, AreDeletedOnlyWhenNobodyNeedsThem) {
  Fold fold = two_policies();
  given(fold, enrolment("pc-1", "kiosk"));
  EXPECT_EQ(fold.refusal(DeletePolicy{{"site"}}), "policy-has-children");
  EXPECT_EQ(fold.refusal(DeletePolicy{{"kiosk"}}), "policy-in-use");
  EXPECT_EQ(fold.refusal(DeletePolicy{{"nowhere"}}), "policy-unknown");
  given(fold, AssignPolicy{{"pc-1"}, std::nullopt});
  EXPECT_EQ(types(fold.submit(DeletePolicy{{"kiosk"}})), TypeNames{"policy.deleted"});
  EXPECT_EQ(fold.world.policies.find({"kiosk"}), nullptr);
}

TEST(Policies, TakeTheirSettingsWithThem) {
  Fold fold = two_policies();
  given(fold, ChangePolicySetting{{"kiosk"}, SettingName::heartbeat_interval, "PT1M"});
  const auto events = fold.submit(DeletePolicy{{"kiosk"}});
  EXPECT_EQ(types(events), (TypeNames{"policy_setting.changed", "policy.deleted"}));
  given_policy(fold, "kiosk");
  EXPECT_EQ(heartbeat_interval(fold.world, PolicyId{"kiosk"}), minutes(10));
}

TEST(Assignment, ByApplicationTypeTakesEveryRuleOfIt) {
  Fold fold = two_policies();
  const auto events = fold.submit(AssignRules{{"site"}, {}, {"web"}, {}});
  EXPECT_EQ(types(events),
            (TypeNames{"rules.assigned", "policy.ruleset_changed", "policy.ruleset_changed"}));
  // What a person assigns need not be auto-assignable.
  EXPECT_EQ(policy(fold, "site").rules, (std::set<RuleId>{rule_id(1), rule_id(3)}));
  EXPECT_EQ(policy(fold, "kiosk").ruleset.rules, 2U);
  EXPECT_EQ(types(fold.submit(AssignRules{{"site"}, {}, {"web"}, {}})), TypeNames{});
}

TEST(Assignment, RefusesWhatNamesNothing) {
  Fold fold = two_policies();
  EXPECT_EQ(fold.refusal(AssignRules{{"site"}, {}, {}, {}}), "rules-missing");
  EXPECT_EQ(fold.refusal(AssignRules{{"nowhere"}, {}, {"web"}, {}}), "policy-unknown");
  EXPECT_EQ(fold.refusal(AssignRules{{"site"}, {rule_id(9)}, {}, {}}), "rule-unknown");
  EXPECT_EQ(fold.refusal(AssignRules{{"site"}, {}, {"ftp"}, {}}), "application-type-unknown");
  EXPECT_EQ(fold.refusal(AssignRules{{"site"}, {}, {}, {Module::anti_malware}}),
            "module-without-rules");
  EXPECT_EQ(fold.refusal(UnassignRules{{"nowhere"}, {}, {"web"}, {}}), "policy-unknown");
  EXPECT_EQ(fold.refusal(UnassignRules{{"site"}, {}, {}, {}}), "rules-missing");
  EXPECT_EQ(fold.refusal(UnassignRules{{"site"}, {}, {"ftp"}, {}}), "application-type-unknown");
}

TEST(Assignment, OfManyRulesIsSeveralEventsThatFitARecord) {
  Fold fold;
  std::vector<GivenRule> rules;
  for (std::uint32_t i = 1; i <= 10'001; ++i) rules.push_back({i, 1, "web"});
  given(fold, import_of_update(1, rules));
  given_policy(fold, "site");
  const auto events = fold.submit(AssignRules{{"site"}, {}, {"web"}, {}});
  EXPECT_EQ(types(events),
            (TypeNames{"rules.assigned", "rules.assigned", "policy.ruleset_changed"}));
  EXPECT_EQ(policy(fold, "site").rules.size(), 10'001U);
}

TEST(Assignment, IsTakenBackByTheSameWords) {
  Fold fold = two_policies();
  given(fold, AssignRules{{"site"}, {rule_id(2)}, {"web"}, {}});
  given(fold, UnassignRules{{"site"}, {}, {"web"}, {}});
  EXPECT_EQ(policy(fold, "site").rules, (std::set<RuleId>{rule_id(2)}));
  EXPECT_TRUE(policy(fold, "site").application_types.empty());
  EXPECT_EQ(types(fold.submit(UnassignRules{{"site"}, {}, {"web"}, {}})), TypeNames{});
  given(fold, UnassignRules{{"site"}, {}, {}, {Module::intrusion_prevention}});
  EXPECT_TRUE(policy(fold, "site").rules.empty());
}

// The update in force may have no rule of a type any more; it can be taken away all the same, and
// an earlier update does not bring its rules back.
TEST(Assignment, OfATypeThatIsGoneCanBeTakenBack) {
  Fold fold = two_policies();
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, import_of_update(2, {ssh}));
  EXPECT_EQ(fold.refusal(UnassignRules{{"site"}, {}, {"web"}, {}}), "");
  EXPECT_TRUE(policy(fold, "site").application_types.empty());
  given(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  EXPECT_EQ(policy(fold, "site").ruleset.rules, 0U);
}

TEST(Rulesets, AreTheSameDigestForTheSameRules) {
  const Rules none;
  EXPECT_EQ(ruleset_digest(none), ruleset_digest({}));
  const auto one = std::make_shared<const Rule>(rule_of(web));
  const auto newer = std::make_shared<const Rule>(rule_of({1, 2, "web"}));
  Rule renamed = rule_of(web);
  renamed.name = "another name";
  EXPECT_NE(ruleset_digest({one}), ruleset_digest({newer}));
  EXPECT_NE(ruleset_digest({one}), ruleset_digest({}));
  EXPECT_EQ(ruleset_digest({one}), ruleset_digest({std::make_shared<const Rule>(renamed)}));
}

}  // namespace
}  // namespace tests

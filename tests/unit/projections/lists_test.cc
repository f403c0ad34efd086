// Lists of the views: filters, pages, and what is refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "projections/access.h"
#include "projections/computers.h"
#include "projections/policy_ruleset.h"
#include "projections/relay_list.h"
#include "projections/rule_life.h"
#include "projections/rule_update_query.h"
#include "projections/settings_list.h"
#include "projections/tables.h"
#include "tests/support/viewed.h"
#include "tests/unit/projections/five_computers.h"

namespace projections {
namespace {

using tests::Viewed;

TEST(Tables, AreFilteredByAnyFieldOfTheirRows) {
  Fold fold;
  ASSERT_TRUE(fold.submit(CreateUser{{"ann"}, "Ann", Role::admin}));
  fold.now = fold.now + minutes(1);
  ASSERT_TRUE(fold.submit(CreateUser{{"bea"}, "Bea", Role::viewer}));
  const Viewed viewed(fold.log);
  const auto names = [&](const std::string& filter) {
    Names found;
    const auto page = list_rows<UserRow>(*viewed.now(), View::users, filtered(filter));
    EXPECT_TRUE(page.has_value()) << (page ? "" : page.error().detail);
    if (!page) return found;
    for (const auto& row : page->items) found.push_back(row.user.value);
    return found;
  };
  EXPECT_EQ(names("role = admin"), Names{"ann"});
  EXPECT_EQ(names("changed.position > 0"), Names{"bea"});
  EXPECT_EQ(names("changed.time < \"" + rfc3339(fold.now) + "\""), Names{"ann"});
  EXPECT_EQ(names("changed.by = system AND disabled = false"), (Names{"ann", "bea"}));
  EXPECT_EQ(list_rows<UserRow>(*viewed.now(), View::users, filtered("changed = 1")).error().reason,
            "filter-field-unknown");
}

TEST(Tables, ComeInPagesFromEitherEnd) {
  Fold fold;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(fold.submit(CreateGroup{{name}, std::nullopt}));
  }
  const Viewed viewed(fold.log);
  for (const bool backward : {false, true}) {
    std::string names;
    ListQuery query = filtered("NOT group = c");
    query.max = 2;
    do {
      const auto page = backward ? list_rows_backward<GroupRow>(*viewed.now(), View::groups, query)
                                 : list_rows<GroupRow>(*viewed.now(), View::groups, query);
      ASSERT_TRUE(page.has_value());
      for (const auto& row : page->items) names += row.group.value;
      query.after = page->next;
    } while (!query.after.empty());
    EXPECT_EQ(names, backward ? "edba" : "abde");
  }
}

Rule listed_rule(std::uint32_t id, std::uint32_t version) {
  Rule made;
  made.id = {id};
  made.module = Module::intrusion_prevention;
  made.name = "rule " + std::to_string(id);
  made.version = version;
  made.application_type = "web";
  return made;
}

ImportRuleUpdate listed_update(std::uint32_t number, std::vector<Rule> rules) {
  ImportRuleUpdate import;
  import.update = {26, number};
  import.digest.bytes[0] = static_cast<std::uint8_t>(number);
  import.rules = std::move(rules);
  return import;
}

// Rule 1000001 comes with update 1, changes with 2, is gone in 3 and returns with 4; update 3 is
// rolled back to 2 before 4 comes.
Fold life_of_a_rule() {
  Fold fold;
  const Rule other = listed_rule(2'000'002, 1);
  EXPECT_TRUE(fold.submit(CreatePolicy{{"base"}, std::nullopt, ""}));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, PolicyId{"base"}, ""}));
  EXPECT_TRUE(fold.submit(listed_update(1, {listed_rule(1'000'001, 1), other})));
  EXPECT_TRUE(fold.submit(AssignRules{{"base"}, {{1'000'001}}, {}, {}}));
  EXPECT_TRUE(fold.submit(AssignRules{{"web"}, {{2'000'002}}, {}, {}}));
  EXPECT_TRUE(fold.submit(listed_update(2, {listed_rule(1'000'001, 2), other})));
  EXPECT_TRUE(fold.submit(listed_update(3, {other})));
  EXPECT_TRUE(fold.submit(RollBackRuleUpdate{{26, 2}, false, std::nullopt}));
  EXPECT_TRUE(fold.submit(listed_update(4, {listed_rule(1'000'001, 3), other})));
  return fold;
}

TEST(RuleLife, TellsWhichUpdatesChangedTheRule) {
  const Viewed viewed(life_of_a_rule().log);
  const auto life = rule_life(viewed.views, {viewed.views.size().value - 1}, {1'000'001});
  ASSERT_TRUE(life.has_value());
  std::string steps;
  for (const auto& step : life->life) {
    steps += std::string(domain::name_of(step.step)) + " " + text(step.update) + " v" +
             std::to_string(step.version) + "; ";
  }
  EXPECT_EQ(steps,
            "introduced 26-001 v1; changed 26-002 v2; removed 26-003 v0; returned 26-004 v3; ");
  EXPECT_TRUE(life->in_force);
  EXPECT_EQ(life->rule.version, 3U);
  std::string times;
  for (const auto& time : life->in_force_times) {
    times += text(time.update) + (time.to ? " ended; " : " on; ");
    EXPECT_TRUE(!time.to || time.from.position < time.to->position);
  }
  EXPECT_EQ(times, "26-001 ended; 26-002 ended; 26-002 ended; 26-004 on; ");
}

TEST(RuleLife, TellsWhichPoliciesUseTheRuleAndWhoAssignsIt) {
  const Viewed viewed(life_of_a_rule().log);
  const auto life = rule_life(viewed.views, {viewed.views.size().value - 1}, {1'000'001});
  ASSERT_TRUE(life.has_value());
  EXPECT_EQ(life->policies, (std::vector<RulePolicy>{{{"base"}, {"base"}}, {{"web"}, {"base"}}}));
  EXPECT_EQ(rule_life(viewed.views, {1}, {1'000'001}).error().reason, "rule-unknown");
}

TEST(PolicyRuleset, IsItsOwnRulesAndItsAncestors) {
  const Viewed viewed(life_of_a_rule().log);
  const auto page = policy_ruleset(*viewed.now(), {"web"}, {});
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].assigned_by.value, "base");
  EXPECT_EQ(page->items[0].version, 3U);
  EXPECT_EQ(page->items[1].assigned_by.value, "web");
  EXPECT_EQ(policy_ruleset(*viewed.now(), {"db"}, {}).error().reason, "policy-unknown");
  const auto some = policy_ruleset(*viewed.now(), {"web"}, filtered("assigned_by = web"));
  EXPECT_EQ(some.value().items.size(), 1U);
}

TEST(RuleUpdates, ComeNewestFirstAndTellWhatTheyChange) {
  const Viewed viewed(life_of_a_rule().log);
  const auto page = list_rule_updates(*viewed.now(), filtered("NOT status = superseded"));
  ASSERT_TRUE(page.has_value());
  ASSERT_FALSE(page->items.empty());
  EXPECT_EQ(page->items.front().update, (RuleUpdateId{26, 4}));
  EXPECT_EQ(rule_update_in_force(*viewed.now()).value(), (RuleUpdateId{26, 4}));

  const auto against_before = changes_of_update(*viewed.now(), {26, 4}, std::nullopt, {});
  ASSERT_TRUE(against_before.has_value());
  EXPECT_EQ(against_before->against, (RuleUpdateId{26, 3}));
  ASSERT_EQ(against_before->page.items.size(), 1U);
  EXPECT_EQ(against_before->page.items[0].kind, RuleChangeKind::added);

  const auto against_newer = changes_of_update(*viewed.now(), {26, 1}, RuleUpdateId{26, 4}, {});
  ASSERT_TRUE(against_newer.has_value());
  EXPECT_EQ(against_newer->page.items.at(0).from_version, 3U);
  EXPECT_EQ(against_newer->page.items.at(0).to_version, 1U);

  const auto first = changes_of_update(*viewed.now(), {26, 1}, std::nullopt, {});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->against, std::nullopt);
  EXPECT_EQ(first->page.items.size(), 2U);
}

TEST(RuleUpdates, ShowTheirRulesByFilterAndPage) {
  const Viewed viewed(life_of_a_rule().log);
  ListQuery query = filtered("application_type = web AND severity = low");
  query.max = 1;
  Names names;
  do {
    const auto page = rules_of_update(*viewed.now(), {26, 1}, query);
    ASSERT_TRUE(page.has_value());
    for (const auto& each : page->items) names.push_back(each.name);
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(names, (Names{"rule 1000001", "rule 2000002"}));
  EXPECT_EQ(rules_of_update(*viewed.now(), {26, 9}, {}).error().reason, "rule-update-unknown");
  EXPECT_EQ(changes_of_update(*viewed.now(), {26, 1}, RuleUpdateId{26, 9}, {}).error().reason,
            "rule-update-unknown");
}

TEST(Settings, AreAllThereWithDefaultsAndWhoChangedThem) {
  Fold fold;
  ASSERT_TRUE(fold.submit(ChangeSetting{SettingName::rule_updates_kept, "20"}));
  ASSERT_TRUE(fold.submit(CreatePolicy{{"p"}, std::nullopt, ""}));
  ASSERT_TRUE(fold.submit(
      ChangePolicySetting{{"p"}, SettingName::heartbeat_interval, std::string("PT1M")}));
  const Viewed viewed(fold.log);
  const auto items = list_settings(*viewed.now());
  ASSERT_TRUE(items.has_value());
  EXPECT_EQ(items->size(), setting_rules().size());
  const auto kept = find_setting(*viewed.now(), SettingName::rule_updates_kept).value();
  EXPECT_EQ(kept.value, "20");
  EXPECT_EQ(kept.standard, "10");
  EXPECT_EQ(kept.changed.value().position.value, 0U);
  const auto heartbeat = find_setting(*viewed.now(), SettingName::heartbeat_interval).value();
  EXPECT_EQ(heartbeat.changed, std::nullopt);
  ASSERT_EQ(heartbeat.policies.size(), 1U);
  EXPECT_EQ(heartbeat.policies[0].value, "PT1M");
}

TEST(Relays, SayWhyTheyAreNotInSync) {
  Fold fold = five_computers();
  ASSERT_TRUE(fold.submit(RegisterRelay{{"c1"}, std::nullopt, "https://c1.example"}));
  ReportRelay report;
  report.relay = {"c1"};
  report.components = {{{"virus-pattern"}, "1"}};
  ASSERT_TRUE(fold.submit(report));
  const Viewed viewed(fold.log);
  const auto before = find_relay(*viewed.at(viewed.views.size().value - 2), {"c1"}).value();
  EXPECT_EQ(before.why, SyncReason::never_reported);
  const auto now = find_relay(*viewed.now(), {"c1"}).value();
  EXPECT_EQ(now.why, SyncReason::behind_parent);
  EXPECT_FALSE(now.in_sync);
  EXPECT_EQ(list_relays(*viewed.now(), filtered("in_sync = true")).value().items.size(), 0U);
  EXPECT_EQ(find_relay(*viewed.now(), {"c2"}).error().reason, "relay-unknown");
}

}  // namespace
}  // namespace projections

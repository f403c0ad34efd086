#include "projections/exposure.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/viewed.h"
#include "tests/unit/projections/five_computers.h"

namespace projections {
namespace {

using tests::Viewed;

const std::string old_cve = "CVE-2025-0001";
const std::string new_cve = "CVE-2026-0002";

Rule rule_naming(std::uint32_t id, Module module, std::vector<std::string> cves) {
  Rule rule;
  rule.id = {id};
  rule.module = module;
  rule.name = "rule";
  rule.version = 1;
  rule.application_type = "web";
  rule.cves = std::move(cves);
  return rule;
}

ImportRuleUpdate update_of(std::uint32_t number, std::vector<Rule> rules) {
  ImportRuleUpdate import;
  import.update = {26, number};
  import.digest.bytes[0] = static_cast<std::uint8_t>(number);
  import.rules = std::move(rules);
  return import;
}

ReportComputer runs_rules_of(const Fold& fold, const std::string& id, const std::string& policy,
                             std::uint64_t sequence, std::uint32_t update) {
  ReportComputer report;
  report.computer = {id};
  report.sequence = sequence;
  report.ruleset = fold.world.policies.find({policy})->ruleset.ruleset;
  report.rule_update = RuleUpdateId{26, update};
  return report;
}

EnrolComputer of_policy(const std::string& id, const std::string& policy, Module module) {
  auto enrol = computer(id);
  enrol.modules = {module};
  enrol.policy = PolicyId{policy};
  return enrol;
}

// c0 and c1 run the rules of policy web, c2 has another module, c3 only patterns, and c4 never
// reported. Update 2 adds a rule for the newer CVE, 3 takes that for the older one away; c0 takes
// all of them, c1 stays with the first.
Fold covered_computers() {
  const auto first = rule_naming(1'000'001, Module::intrusion_prevention, {old_cve});
  const auto second = rule_naming(1'000'002, Module::intrusion_prevention, {new_cve});
  Fold fold;
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, std::nullopt, ""}));
  EXPECT_TRUE(fold.submit(update_of(1, {first})));
  EXPECT_TRUE(fold.submit(AssignRules{{"web"}, {{1'000'001}}, {}, {}}));
  for (const auto& [id, module] : {std::pair("c0", Module::intrusion_prevention),
                                   {"c1", Module::intrusion_prevention},
                                   {"c2", Module::firewall},
                                   {"c3", Module::anti_malware},
                                   {"c4", Module::intrusion_prevention}}) {
    EXPECT_TRUE(fold.submit(of_policy(id, "web", module)));
  }
  for (const auto id : {"c0", "c1", "c2"}) {
    EXPECT_TRUE(fold.submit(runs_rules_of(fold, id, "web", 1, 1)));
  }
  EXPECT_TRUE(fold.submit(update_of(2, {first, second})));
  EXPECT_TRUE(fold.submit(AssignRules{{"web"}, {{1'000'002}}, {}, {}}));
  EXPECT_TRUE(fold.submit(runs_rules_of(fold, "c0", "web", 2, 2)));
  EXPECT_TRUE(fold.submit(update_of(3, {second})));
  EXPECT_TRUE(fold.submit(runs_rules_of(fold, "c0", "web", 3, 3)));
  return fold;
}

std::vector<std::string> listed(const Viewed& viewed, const Snapshot& at, std::string filter) {
  const auto page = list_exposure(viewed.views, at, filtered(std::move(filter)));
  EXPECT_TRUE(page.has_value());
  std::vector<std::string> lines;
  if (!page) return lines;
  for (const auto& item : page->items) {
    lines.push_back(item.cve + " " + std::to_string(item.rules.size()) + " rules, " +
                    std::to_string(item.covered) + " covered, " + std::to_string(item.exposed) +
                    " exposed");
  }
  return lines;
}

TEST(Exposure, CountsComputersWithAndWithoutCover) {
  const Viewed viewed(covered_computers().log);
  EXPECT_EQ(listed(viewed, *viewed.now(), ""),
            (std::vector<std::string>{old_cve + " 0 rules, 1 covered, 3 exposed",
                                      new_cve + " 1 rules, 1 covered, 3 exposed"}));
  EXPECT_EQ(listed(viewed, *viewed.now(), "rules:1000002").size(), 1U);
  EXPECT_TRUE(listed(viewed, *viewed.now(), "exposed > 3").empty());
}

TEST(Exposure, NamesComputersWithAndWithoutCover) {
  const Viewed viewed(covered_computers().log);
  const auto named = [&](Covered wanted, std::string filter) {
    const auto page = computers_by_cover(viewed.views, *viewed.now(), old_cve, wanted,
                                         filtered(std::move(filter)));
    Names names;
    if (!page) return Names{page.error().reason};
    for (const auto& item : page->items) names.push_back(item.computer.value);
    return names;
  };
  EXPECT_EQ(named(Covered::either, ""), (Names{"c0", "c1", "c2", "c4"}));
  EXPECT_EQ(named(Covered::yes, ""), Names{"c1"});
  EXPECT_EQ(named(Covered::no, "computer = c2 OR computer = c1"), Names{"c2"});
  EXPECT_EQ(named(Covered::no, "colour = red"), Names{"filter-field-unknown"});
}

TEST(Exposure, IsToldPolicyByPolicyAsOfAnyMoment) {
  const Viewed viewed(covered_computers().log);
  const auto now = find_exposure(viewed.views, *viewed.now(), old_cve);
  ASSERT_TRUE(now.has_value());
  EXPECT_EQ(now->policies, (std::vector<PolicyExposure>{{PolicyId{"web"}, 1, 3}}));
  const auto spells =
      exposure_of_computer(viewed.views, viewed.log, {"c0"}, old_cve, viewed.now()->at(), {});
  ASSERT_TRUE(spells.has_value());
  const auto then = viewed.at(spells->items.at(0).since_position.value - 1);
  const auto before = find_exposure(viewed.views, *then, old_cve);
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(before->exposure.covered, 2U);
  EXPECT_EQ(find_exposure(viewed.views, *viewed.now(), "CVE-1999-0001").value().exposure.covered,
            0U);
}

TEST(Exposure, OfAComputerComesInSpells) {
  const Viewed viewed(covered_computers().log);
  const auto spells =
      exposure_of_computer(viewed.views, viewed.log, {"c0"}, old_cve, viewed.now()->at(), {});
  ASSERT_TRUE(spells.has_value());
  ASSERT_EQ(spells->items.size(), 3U);
  const auto& [lost, covered, never] =
      std::tie(spells->items[0], spells->items[1], spells->items[2]);
  EXPECT_FALSE(lost.covered);
  EXPECT_FALSE(lost.until.has_value());
  EXPECT_EQ(lost.reason, "No rule of 26-003 in the ruleset that it reported names CVE-2025-0001.");
  EXPECT_TRUE(covered.covered);
  EXPECT_EQ(covered.until_position, lost.since_position);
  EXPECT_EQ(covered.until, lost.since);
  EXPECT_EQ(covered.rule_update, (RuleUpdateId{26, 2}));
  EXPECT_FALSE(never.covered);
  EXPECT_EQ(never.reason, "It has not reported any ruleset.");
  EXPECT_EQ(never.until_position, covered.since_position);

  ListQuery rest;
  rest.after = std::to_string(lost.since_position.value);
  EXPECT_EQ(
      exposure_of_computer(viewed.views, viewed.log, {"c0"}, old_cve, viewed.now()->at(), rest)
          .value()
          .items.size(),
      2U);
  EXPECT_EQ(exposure_of_computer(viewed.views, viewed.log, {"c9"}, old_cve, viewed.now()->at(), {})
                .error()
                .reason,
            "computer-unknown");
}

TEST(Exposure, SaysWhyThereIsNone) {
  const Viewed viewed(covered_computers().log);
  const auto reason = [&](const std::string& computer) {
    const auto spells =
        exposure_of_computer(viewed.views, viewed.log, {computer}, old_cve, viewed.now()->at(), {});
    return spells && !spells->items.empty() ? spells->items[0].reason : "";
  };
  EXPECT_EQ(reason("c1"),
            "A rule of 26-001 in the ruleset that it reported names " + old_cve + ".");
  EXPECT_EQ(reason("c2"),
            "No rule of 26-001 in the ruleset that it reported names " + old_cve + ".");
  EXPECT_EQ(reason("c3"), "It has no module of rules.");
  EXPECT_EQ(reason("c4"), "It has not reported any ruleset.");
}

}  // namespace
}  // namespace projections

// Where a relay pulls from, what it wants, and what it says that it distributes.
#include "updates/relay/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "updates/relay/distributed.h"

namespace tests {
namespace {

namespace domain = ledger::domain;
namespace updates = ledger::updates;
namespace relay = ledger::updates::relay;
using Kind = relay::Upstream::Kind;

const relay::PlannedSource vendor{{"vendor"}, "https://a/", "https://b", "http://proxy:1", {}};
const ledger::Random chance(7);

TEST(RelayPlan, OfATopGroupAsksTheSourceThenTheManager) {
  const auto found = relay::upstreams_of({}, vendor, chance, {"relay-1"}, 1);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], (relay::Upstream{Kind::source, {"vendor"}, "https://a", "http://proxy:1"}));
  EXPECT_EQ(found[1].url, "https://b");
  EXPECT_EQ(found[2].kind, Kind::manager);
}

TEST(RelayPlan, OfASubGroupAsksItsParentsOnlyEachRelayInAnOrderOfItsOwn) {
  relay::Plan plan;
  plan.parents = {"https://p1", "https://p2/", "https://p3"};
  std::set<std::string> first;
  for (std::uint64_t round = 0; round < 50; ++round) {
    const auto found = relay::upstreams_of(plan, vendor, chance, {"relay-1"}, round);
    ASSERT_EQ(found.size(), 3U);
    std::set<std::string> all;
    for (const auto& each : found) {
      EXPECT_EQ(each.kind, Kind::parent);
      all.insert(each.url);
    }
    EXPECT_EQ(all,
              (std::set<std::string>{"https://p1/repository/vendor", "https://p2/repository/vendor",
                                     "https://p3/repository/vendor"}));
    first.insert(found[0].url);
  }
  EXPECT_EQ(first.size(), 3U);
}

TEST(RelayPlan, OfAnAirGappedGroupAsksNobody) {
  relay::Plan plan;
  plan.air_gapped = true;
  plan.parents = {"https://p1"};
  EXPECT_TRUE(relay::upstreams_of(plan, vendor, chance, {"relay-1"}, 1).empty());
}

TEST(RelayPlan, IsMadeOfOrdersWithoutItselfAmongItsParents) {
  updates::machine::Orders orders;
  orders.is_relay = true;
  orders.parents = {{{"relay-1"}, "https://me"}, {{"relay-2"}, "https://other"}};
  orders.sources = {{{"vendor"}, "https://a", "", "", {}}};
  orders.platforms = {{"windows"}, {"linux"}};
  const auto plan = relay::plan_of(orders, {"relay-1"});
  EXPECT_EQ(plan.parents, std::vector<std::string>{"https://other"});
  EXPECT_EQ(plan.platforms.front().value, "linux");
  EXPECT_EQ(*relay::plan_from(relay::plan_text(plan)), plan);
  EXPECT_EQ(relay::plan_from("{").error().reason, "relay-plan-damaged");
}

TEST(RelayPlan, WantsRulesAndThePatternsOfItsPlatforms) {
  relay::Plan plan;
  plan.platforms = {{"linux"}};
  const auto wants = [&](const std::string& path) { return relay::wants(plan, {path, "", {}, 1}); };
  EXPECT_TRUE(wants("rules/26-001.json"));
  EXPECT_TRUE(wants("patterns/virus/linux/1.0/virus.hdb"));
  EXPECT_TRUE(wants("patterns/virus/all/1.0/virus.hdb"));
  EXPECT_FALSE(wants("patterns/virus/windows/1.0/virus.hdb"));
  EXPECT_FALSE(wants("patterns/linux"));
  plan.all_platforms = true;
  EXPECT_TRUE(wants("patterns/virus/windows/1.0/virus.hdb"));
}

TEST(Distribution, NamesTheNewestOfEachComponentAndPlatform) {
  relay::Distribution distribution;
  const auto add = [&](const std::string& path, const std::string& custom) {
    distribution.add({path, custom, {}, 1});
  };
  add("patterns/virus/linux/19.9.00/v", R"({"released_at":"2026-11-02T10:00:00Z"})");
  add("patterns/virus/linux/19.123.00/v", R"({"released_at":"2026-11-03T10:00:00Z"})");
  add("patterns/virus/windows/19.9.00/v", R"({"released_at":"2026-11-02T10:00:00Z"})");
  add("patterns/spyware/all/2.10/s", "");
  add("patterns/spyware/all/2.9/s", "nonsense");
  add("rules/25-052.json", "");
  add("rules/26-001.json", "");
  add("rules/readme.txt", "");
  add("patterns/short", "");
  const auto newest = distribution.newest();
  EXPECT_EQ(newest.rule_update, (domain::RuleUpdateId{26, 1}));
  EXPECT_EQ(newest.components,
            (std::vector<domain::ComponentVersion>{
                {{"spyware"}, "2.10"}, {{"virus"}, "19.123.00"}, {{"virus"}, "19.9.00"}}));
}

TEST(Versions, AreComparedNumberByNumber) {
  const std::vector<std::string> in_order = {"",        "1",        "1.0",      "1.2",
                                             "1.10",    "1.10-3",   "2.600-99", "2.600-1005",
                                             "19.9.00", "19.123.0", "19.123.1", "a"};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t j = 0; j < in_order.size(); ++j) {
      EXPECT_EQ(relay::is_older_version(in_order[i], in_order[j]), i < j)
          << in_order[i] << " and " << in_order[j];
    }
  }
  EXPECT_FALSE(relay::is_older_version("1.00", "1.0"));
  EXPECT_FALSE(relay::is_older_version("1.0", "1.00"));
}

}  // namespace
}  // namespace tests

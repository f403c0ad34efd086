#include "projections/computer_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "projections/pattern_list.h"
#include "tests/support/viewed.h"
#include "tests/unit/projections/five_computers.h"

namespace projections {
namespace {

using tests::Viewed;

Names computers_of(const Snapshot& snapshot, const std::string& filter) {
  const auto page = list_computers(snapshot, filtered(filter));
  EXPECT_TRUE(page.has_value()) << filter << ": " << (page ? "" : page.error().detail);
  Names names;
  if (page) {
    for (const auto& item : page->items) names.push_back(item.computer.value);
  }
  return names;
}

TEST(Computers, AreFoundByWhatTheyAreAndRun) {
  const Viewed viewed(five_computers().log);
  const auto now = viewed.now();
  EXPECT_EQ(computers_of(*now, ""), (Names{"c0", "c1", "c2", "c3", "c4"}));
  EXPECT_EQ(computers_of(*now, "status = out_of_date"), Names{"c0"});
  EXPECT_EQ(computers_of(*now, "status = unknown"), (Names{"c2", "c4"}));
  EXPECT_EQ(computers_of(*now, "components:\"virus-pattern/2\""), (Names{"c1", "c3"}));
  EXPECT_EQ(computers_of(*now, "components:virus-pattern"), (Names{"c0", "c1", "c3"}));
  EXPECT_EQ(computers_of(*now, "behind:virus-pattern"), (Names{"c0", "c2", "c4"}));
  EXPECT_EQ(computers_of(*now, "labels:even AND NOT status = unknown"), Names{"c0"});
  EXPECT_EQ(computers_of(*now, "name:\"host C3\""), Names{"c3"});
  EXPECT_EQ(computers_of(*now, "modules:anti_malware AND computer > c2"), (Names{"c3", "c4"}));
  EXPECT_EQ(computers_of(*now, "policy:*"), Names{});
}

// All pages of so many, by name.
Names by_name(const Snapshot& snapshot, const std::string& filter, std::size_t max) {
  Names names;
  ListQuery query{filter, "", max};
  do {
    const auto page = list_computers(snapshot, query, nullptr, ComputerOrder::by_name);
    EXPECT_TRUE(page.has_value()) << filter;
    if (!page) break;
    EXPECT_LE(page->items.size(), max);
    for (const auto& item : page->items) names.push_back(item.name + "/" + item.computer.value);
    query.after = page->next;
  } while (!query.after.empty());
  return names;
}

TEST(Computers, ComeInTheOrderOfTheirNames) {
  Fold fold = five_computers();
  const auto before = fold.log.size() - 1;
  const auto rename = [&](const std::string& id, const std::string& name) {
    ASSERT_TRUE(
        fold.submit(ChangeComputerFacts{{id}, name, {"linux"}, "1.0", {Module::anti_malware}, {}}));
  };
  rename("c0", "b");
  rename("c1", "a-1");
  rename("c2", "a");
  rename("c3", "a");
  rename("c4", std::string("a\0z", 3));
  ASSERT_TRUE(fold.submit(RemoveComputer{{"c2"}}));
  const Viewed viewed(fold.log);
  const Names all = {"a/c3", std::string("a\0z/c4", 6), "a-1/c1", "b/c0"};
  // One by one the names are walked; of many at once those that may match are sorted.
  for (const std::size_t max : {1U, 2U, 100U}) {
    EXPECT_EQ(by_name(*viewed.now(), "", max), all) << max;
    EXPECT_EQ(by_name(*viewed.now(), "status = unknown", max), Names{all[1]}) << max;
    EXPECT_EQ(by_name(*viewed.now(), "name:a AND components:virus-pattern", max),
              (Names{all[0], all[2]}))
        << max;
    EXPECT_EQ(by_name(*viewed.now(), "name = a", max), Names{all[0]}) << max;
    EXPECT_EQ(by_name(*viewed.at(before), "", max),
              (Names{"Host c0/c0", "Host c1/c1", "Host c2/c2", "Host c3/c3", "Host c4/c4"}));
  }
}

TEST(Computers, AreFoundByTheirIdWithWhatElseIsAskedOfThem) {
  Fold fold = five_computers();
  ASSERT_TRUE(fold.submit(RemoveComputer{{"c1"}}));
  const Viewed viewed(fold.log);
  const auto now = viewed.now();
  EXPECT_EQ(computers_of(*now, "computer = c0"), Names{"c0"});
  EXPECT_EQ(computers_of(*now, "computer = c0 AND status = out_of_date"), Names{"c0"});
  EXPECT_EQ(computers_of(*now, "status = unknown AND (computer = c0 AND labels:even)"), Names{});
  EXPECT_EQ(computers_of(*now, "computer = c3 AND labels:even"), Names{});
  EXPECT_EQ(computers_of(*now, "computer = c1"), Names{});
  EXPECT_EQ(computers_of(*now, "computer = c9"), Names{});
  EXPECT_EQ(computers_of(*now, "computer = c0 AND computer = c2"), Names{});
  // Where it is not asked for in any case, the others are looked at too.
  EXPECT_EQ(computers_of(*now, "computer = c0 OR computer = c3"), (Names{"c0", "c3"}));
  EXPECT_EQ(computers_of(*now, "NOT computer = c0"), (Names{"c2", "c3", "c4"}));
  ListQuery behind_it = filtered("computer = c0");
  behind_it.after = "c0";
  EXPECT_TRUE(list_computers(*now, behind_it)->items.empty());
}

TEST(Computers, AreFoundByTheirNameAlsoWhereOthersHaveItAndAfterItChanged) {
  Fold fold = five_computers();
  const std::uint64_t events_before = fold.log.size();
  ChangeComputerFacts renamed;
  renamed.computer = {"c3"};
  renamed.name = "Host c1";
  renamed.platform = {"linux"};
  ASSERT_TRUE(fold.submit(renamed));
  const Viewed viewed(fold.log);
  const auto now = viewed.now();
  EXPECT_EQ(computers_of(*now, "name = \"Host c1\""), (Names{"c1", "c3"}));
  EXPECT_EQ(computers_of(*now, "name = \"Host c3\""), Names{});
  EXPECT_EQ(computers_of(*now, "name = \"Host c1\" AND status = out_of_date"), Names{});
  EXPECT_EQ(computers_of(*now, "name = \"host c1\""), Names{});
  EXPECT_EQ(computers_of(*now, "name:\"HOST C1\" AND NOT computer = c3"), Names{"c1"});
  EXPECT_EQ(computers_of(*now, "name = \"Host c1\" OR computer = c0"), (Names{"c0", "c1", "c3"}));
  const auto before = viewed.at(events_before - 1);
  EXPECT_EQ(computers_of(*before, "name = \"Host c1\""), Names{"c1"});
  EXPECT_EQ(computers_of(*before, "name = \"Host c3\""), Names{"c3"});

  ListQuery one_at_a_time = filtered("name = \"Host c1\"");
  one_at_a_time.max = 1;
  const auto first = list_computers(*now, one_at_a_time);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->next, "c1");
  one_at_a_time.after = first->next;
  const auto second = list_computers(*now, one_at_a_time);
  ASSERT_TRUE(second.has_value());
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].computer.value, "c3");
  EXPECT_TRUE(second->next.empty());
}

TEST(Computers, SayWhyTheyAreWhatTheyAre) {
  const Viewed viewed(five_computers().log);
  const auto page = list_computers(*viewed.now(), filtered("computer = c0"));
  ASSERT_TRUE(page.has_value());
  const ComputerItem& item = page->items.at(0);
  EXPECT_EQ(item.reason, "Out of date: virus-pattern is at 1, not at 2.");
  EXPECT_EQ(item.behind, std::vector<ComponentName>{{"virus-pattern"}});
  EXPECT_EQ(item.since.position.value, viewed.views.size().value - 3);
}

TEST(Computers, AreAsTheyWereAtThatPosition) {
  const Fold fold = five_computers();
  const Viewed viewed(fold.log);
  EXPECT_EQ(computers_of(*viewed.at(1), ""), Names{});
  EXPECT_EQ(computers_of(*viewed.at(3), ""), (Names{"c0", "c1"}));
  EXPECT_EQ(computers_of(*viewed.at(3), "status = unknown"), (Names{"c0", "c1"}));
}

TEST(Computers, AreCountedAsTheyAreListed) {
  const Viewed viewed(five_computers().log);
  for (const std::string filter :
       {"", "status = up_to_date", "name = c1", "name:c", "computer = c2", "name:c AND NOT name:c3",
        "status = unknown AND name:c", "status = failed AND name:c", "name = nobody"}) {
    const auto counted = count_computers(*viewed.now(), filter);
    ASSERT_TRUE(counted.has_value()) << filter;
    EXPECT_EQ(counted->computers, computers_of(*viewed.now(), filter).size()) << filter;
  }
  EXPECT_EQ(count_computers(*viewed.now(), "status = unknown")->passed, 0U);
  EXPECT_EQ(count_computers(*viewed.now(), "name:c")->passed, 5U);
  // Of the first two one is even, so about half are.
  const auto about = count_computers(*viewed.now(), "labels:even", 2);
  EXPECT_EQ(about->passed, 2U);
  EXPECT_EQ(about->computers, 2U);
}

TEST(Computers, AreFoundByTheirLastContactOnlyIfSomebodyKnowsIt) {
  const Viewed viewed(five_computers().log);
  const LastContact known = [](std::string_view id) -> std::optional<Time> {
    if (id == "c4") return std::nullopt;
    return Time{1'800'000'000'000'000 + (id == "c1" ? 0 : 60'000'000)};
  };
  const auto page = list_computers(
      *viewed.now(), filtered("last_contact < " + rfc3339({1'800'000'000'001'000})), known);
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].computer.value, "c1");
  const auto unknown = list_computers(*viewed.now(), filtered("last_contact:*"));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().reason, "filter-field-not-recorded");
}

TEST(Computers, RefuseFieldsThatThereAreNot) {
  const Viewed viewed(five_computers().log);
  const auto page = list_computers(*viewed.now(), filtered("statis = failed"));
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().reason, "filter-field-unknown");
  EXPECT_NE(page.error().detail.find("Did you mean status?"), std::string::npos);
  EXPECT_EQ(list_computers(*viewed.now(), filtered("status =")).error().reason, "filter-invalid");
}

TEST(Computers, AreCountedOnlyByWhatTheyShare) {
  const Viewed viewed(five_computers().log);
  const auto facets = computer_facets(*viewed.now(), "NOT status = unknown");
  ASSERT_TRUE(facets.has_value());
  EXPECT_EQ(facets->total, 3U);
  EXPECT_EQ(facets->by_status.up_to_date, 2U);
  EXPECT_EQ(facets->by_status.out_of_date, 1U);
  EXPECT_EQ(facets->platforms, (std::vector<FacetCount>{{"linux", 3}}));
  EXPECT_EQ(facets->policies, (std::vector<FacetCount>{{"", 3}}));
  EXPECT_EQ(computer_facets(*viewed.now(), "name:host").error().reason, "filter-field-not-counted");
}

TEST(Computers, ThatAreNamedByAnInstructionArePending) {
  Fold fold = five_computers();
  Instruct instruct;
  instruct.scope.kind = ScopeKind::computers;
  instruct.scope.computers = {{"c1"}, {"c2"}};
  ASSERT_TRUE(fold.submit(instruct));
  ASSERT_TRUE(fold.submit(CancelInstruction{{"i1"}}));
  const Viewed viewed(fold.log);
  const auto given = viewed.at(viewed.views.size().value - 2);
  EXPECT_EQ(computers_of(*given, "status = pending"), (Names{"c1", "c2"}));
  EXPECT_EQ(computers_of(*viewed.now(), "status = pending"), Names{});
  const auto detail = find_computer(*given, {"c2"});
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->owed, std::vector<InstructionId>{{"i1"}});
}

TEST(Computers, ThatLeftAreShownButNotListed) {
  Fold fold = five_computers();
  ASSERT_TRUE(fold.submit(RemoveComputer{{"c1"}}));
  const Viewed viewed(fold.log);
  EXPECT_EQ(computers_of(*viewed.now(), "").size(), 4U);
  EXPECT_TRUE(find_computer(*viewed.now(), {"c1"}).value().removed);
  EXPECT_EQ(find_computer(*viewed.now(), {"c9"}).error().reason, "computer-unknown");
}

TEST(Patterns, SayHowManyRunThem) {
  const Viewed viewed(five_computers().log);
  const auto page = list_patterns(*viewed.now(), filtered("behind > 0"));
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].version, "2");
  EXPECT_EQ(page->items[0].current, 2U);
  EXPECT_EQ(page->items[0].behind, 1U);
  EXPECT_EQ(page->items[0].unknown, 2U);
  EXPECT_EQ(page->items[0].versions.size(), 2U);
  EXPECT_EQ(find_pattern(*viewed.now(), {"virus-pattern"}, {"linux"}).error().reason,
            "pattern-unknown");
}

}  // namespace
}  // namespace projections

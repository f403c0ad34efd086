#include "projections/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "projections/keys.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace projections {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

const Actor ann{ActorKind::user, "alice", "", Authentication::session};
const Actor ben{ActorKind::user, "bob", "", Authentication::session};

// A policy that ann creates at 1, whose description ben changes at 2, which is deleted at 3.
Fold life_of_a_policy() {
  Fold fold;
  EXPECT_TRUE(fold.submit(CreatePolicy{{"base"}, std::nullopt, ""}, ann));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, PolicyId{"base"}, "old"}, ann));
  fold.reason = "A better name.";
  EXPECT_TRUE(fold.submit(ChangePolicy{{"web"}, PolicyId{"base"}, "new"}, ben));
  EXPECT_TRUE(fold.submit(DeletePolicy{{"web"}}, ann));
  return fold;
}

const FieldBlame& blamed(const std::vector<FieldBlame>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldBlame& each) { return each.field == name; });
  CHECK(found != fields.end(), "the row has the field");
  return *found;
}

TEST(History, TellsEveryVersionOfARowAndWhoMadeIt) {
  const Viewed viewed(life_of_a_policy().log);
  const auto page = row_history(viewed.views, viewed.log, View::policies, "web", {3}, {});
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 3U);
  EXPECT_TRUE(page->items[0].erased);
  EXPECT_EQ(page->items[0].row.text, "null");
  EXPECT_EQ(page->items[0].type, "policy.deleted");
  EXPECT_EQ(page->items[1].position.value, 2U);
  EXPECT_EQ(page->items[1].by, "user:bob");
  EXPECT_EQ(page->items[1].reason, "A better name.");
  EXPECT_NE(page->items[1].row.text.find(R"("description":"new")"), std::string::npos);
  EXPECT_EQ(page->items[2].type, "policy.created");
}

TEST(History, EndsAtThePositionThatIsAsked) {
  const Viewed viewed(life_of_a_policy().log);
  const auto page = row_history(viewed.views, viewed.log, View::policies, "web", {1}, {});
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].position.value, 1U);
}

TEST(History, ComesInPages) {
  const Viewed viewed(life_of_a_policy().log);
  ListQuery query;
  query.max = 1;
  std::string positions;
  do {
    const auto page = row_history(viewed.views, viewed.log, View::policies, "web", {3}, query);
    ASSERT_TRUE(page.has_value());
    for (const auto& step : page->items) positions += std::to_string(step.position.value);
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(positions, "321");
}

TEST(Blame, NamesTheEventThatSetEachField) {
  const Viewed viewed(life_of_a_policy().log);
  const auto fields = blame(viewed.views, viewed.log, View::policies, "web", {2});
  ASSERT_TRUE(fields.has_value());
  const auto& description = blamed(*fields, "description");
  EXPECT_EQ(description.value.text, R"("new")");
  EXPECT_EQ(description.position.value, 2U);
  EXPECT_EQ(description.by, "user:bob");
  EXPECT_EQ(description.type, "policy.changed");
  const auto& parent = blamed(*fields, "parent");
  EXPECT_EQ(parent.value.text, R"("base")");
  EXPECT_EQ(parent.position.value, 1U);
  EXPECT_EQ(parent.by, "user:alice");
  EXPECT_FALSE(parent.is_oldest_seen);
}

TEST(Blame, DoesNotLookBeyondATimeWhenTheRowWasGone) {
  Fold fold = life_of_a_policy();
  ASSERT_TRUE(fold.submit(CreatePolicy{{"web"}, PolicyId{"base"}, "new"}, ben));
  const Viewed viewed(fold.log);
  const auto fields = blame(viewed.views, viewed.log, View::policies, "web", {4});
  ASSERT_TRUE(fields.has_value());
  for (const auto& field : *fields) EXPECT_EQ(field.position.value, 4U) << field.field;
}

TEST(Blame, KnowsNoRowThatIsNotThere) {
  const Viewed viewed(life_of_a_policy().log);
  for (const std::uint64_t position : {0U, 3U}) {
    const auto fields = blame(viewed.views, viewed.log, View::policies, "web", {position});
    ASSERT_FALSE(fields.has_value());
    EXPECT_EQ(fields.error().reason, "row-unknown");
    const bool says_since_when = fields.error().detail.find("event 3 removed") != std::string::npos;
    EXPECT_EQ(says_since_when, position == 3) << fields.error().detail;
  }
}

TEST(ChangesOfEvent, ShowEachRowBeforeAndAfter) {
  const Viewed viewed(life_of_a_policy().log);
  const auto changed = changes_of_event(viewed.views, {2}, {});
  ASSERT_TRUE(changed.has_value());
  ASSERT_EQ(changed->items.size(), 1U);
  EXPECT_EQ(changed->items[0].view, "policies");
  EXPECT_EQ(changed->items[0].key, "web");
  EXPECT_NE(changed->items[0].before.text.find(R"("old")"), std::string::npos);
  EXPECT_NE(changed->items[0].after.text.find(R"("new")"), std::string::npos);
  const auto first = changes_of_event(viewed.views, {0}, {});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->items.at(0).before.text, "null");
}

TEST(ChangesOfEvent, ComeInPages) {
  Fold fold;
  EnrolComputer enrol;
  enrol.computer = {"c1"};
  enrol.platform = {"linux"};
  ASSERT_TRUE(fold.submit(enrol));
  const Viewed viewed(fold.log);
  const auto all = changes_of_event(viewed.views, {0}, {});
  ASSERT_TRUE(all.has_value());
  ASSERT_GE(all->items.size(), 3U);  // The computer, its bucket, its place in it.
  std::vector<RowChange> paged;
  ListQuery query;
  query.max = 1;
  do {
    const auto page = changes_of_event(viewed.views, {0}, query);
    ASSERT_TRUE(page.has_value());
    paged.insert(paged.end(), page->items.begin(), page->items.end());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(paged, all->items);
}

TEST(RowJson, RefusesBytesThatAreNoRow) {
  for (const auto& [view, name] : all_views) {
    const auto json = row_json(view, std::string(3, '\xff'));
    ASSERT_FALSE(json.has_value()) << name;
    EXPECT_EQ(json.error().kind, ledger::ErrorKind::corrupt) << name;
  }
}

TEST(Views, HaveNamesThatLeadBackToThem) {
  for (const auto& [view, name] : all_views) EXPECT_EQ(view_from(name), view);
  EXPECT_EQ(view_from("computer"), std::nullopt);
}

TEST(ShownKeys, ReadAsPeopleCountAndLeadBackToTheKey) {
  struct Case {
    View view;
    std::string key;
    std::string shown;
  };
  const Case cases[] = {
      {View::policies, "web", "web"},
      {View::instructions, number_key(12), "12"},
      {View::buckets, number_key(300), "300"},
      {View::bucket_members, number_key(7) + "c1", "7/c1"},
      {View::task_runs, "nightly/" + number_key(5), "nightly/5"},
      {View::tokens_by_secret, std::string(2, '\x0a') + std::string(30, '\0'),
       "0a0a" + std::string(60, '0')},
  };
  for (const auto& [view, key, shown] : cases) {
    EXPECT_EQ(shown_key(view, key), shown);
    EXPECT_EQ(key_from(view, shown), key) << shown;
  }
  EXPECT_EQ(key_from(View::instructions, "twelve"), std::nullopt);
  EXPECT_EQ(key_from(View::bucket_members, "c1"), std::nullopt);
  EXPECT_EQ(key_from(View::tokens_by_secret, "0a"), std::nullopt);
}

}  // namespace
}  // namespace projections

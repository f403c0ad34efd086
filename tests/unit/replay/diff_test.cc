#include "replay/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ledger/limits.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;
using projections::View;
using tests::Fold;
using tests::Viewed;

const Actor ann{ActorKind::user, "alice", "", Authentication::session};
const Actor ben{ActorKind::user, "bob", "", Authentication::session};

// 0: base, 1: web is created; 2: ben describes it anew; 3: db; 4: web as it was; 5: base is gone.
Fold policies() {
  Fold fold;
  EXPECT_TRUE(fold.submit(CreatePolicy{{"base"}, std::nullopt, ""}, ann));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, std::nullopt, "old"}, ann));
  fold.reason = "A better name.";
  EXPECT_TRUE(fold.submit(ChangePolicy{{"web"}, std::nullopt, "new"}, ben));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"db"}, std::nullopt, ""}, ann));
  EXPECT_TRUE(fold.submit(ChangePolicy{{"web"}, std::nullopt, "old"}, ben));
  EXPECT_TRUE(fold.submit(DeletePolicy{{"base"}}, ann));
  return fold;
}

std::vector<RowDiff> policies_between(const Viewed& viewed, std::uint64_t from, std::uint64_t to) {
  DiffQuery query{{from}, {to}, {View::policies}, "", 100};
  const auto page = diff(viewed.views, viewed.log, query);
  EXPECT_TRUE(page.has_value());
  EXPECT_EQ(page->next, "");
  return page->items;
}

TEST(Diff, NamesTheFieldsThatChangedAndTheEventThatChangedThem) {
  const Viewed viewed(policies().log);
  const auto rows = policies_between(viewed, 1, 2);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].change, "changed");
  EXPECT_EQ(rows[0].key, "web");
  EXPECT_EQ(rows[0].by, "user:bob");
  EXPECT_EQ(rows[0].type, "policy.changed");
  EXPECT_EQ(rows[0].reason, "A better name.");
  EXPECT_EQ(rows[0].events, std::vector<Position>{Position{2}});
  ASSERT_EQ(rows[0].changed_fields.size(), 1U);
  EXPECT_EQ(rows[0].changed_fields[0], (FieldDiff{"description", {R"("old")"}, {R"("new")"}}));
}

TEST(Diff, TellsWhatCameAndWentThatOfTheNewestEventFirst) {
  const Viewed viewed(policies().log);
  const auto rows = policies_between(viewed, 2, 5);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].change + " " + rows[0].key, "removed base");
  EXPECT_EQ(rows[0].after.text, "null");
  EXPECT_EQ(rows[1].change + " " + rows[1].key, "changed web");
  EXPECT_EQ(rows[2].change + " " + rows[2].key, "added db");
  EXPECT_EQ(rows[2].before.text, "null");
}

TEST(Diff, LeavesOutWhatWasChangedBack) {
  const Viewed viewed(policies().log);
  const auto rows = policies_between(viewed, 1, 4);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].key, "db");
}

TEST(Diff, IsTurnedAroundWhenTheLaterMomentComesFirst) {
  const Viewed viewed(policies().log);
  const auto rows = policies_between(viewed, 5, 2);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].change + " " + rows[0].key, "added base");
  EXPECT_EQ(rows[2].change + " " + rows[2].key, "removed db");
  EXPECT_EQ(rows[1].changed_fields[0].before.text, R"("old")");
}

TEST(Diff, OfOneMomentIsEmpty) {
  const Viewed viewed(policies().log);
  EXPECT_TRUE(policies_between(viewed, 3, 3).empty());
}

TEST(Diff, ComesInPagesThatTogetherTellEachRowOnce) {
  const Viewed viewed(policies().log);
  DiffQuery query{{0}, {5}, {}, "", 100};
  const auto whole = diff(viewed.views, viewed.log, query);
  ASSERT_TRUE(whole.has_value());
  std::vector<RowDiff> rows;
  query.max = 1;
  do {
    const auto page = diff(viewed.views, viewed.log, query);
    ASSERT_TRUE(page.has_value());
    ASSERT_LE(page->items.size(), 1U);
    rows.insert(rows.end(), page->items.begin(), page->items.end());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(rows, whole->items);
  EXPECT_GE(rows.size(), 3U);
}

TEST(Diff, RefusesAPageThatIsNone) {
  const Viewed viewed(policies().log);
  for (const char* after : {"x", "3", "3.", "3.x", "-1.0"}) {
    const auto page = diff(viewed.views, viewed.log, {{0}, {5}, {}, after, 100});
    ASSERT_FALSE(page.has_value()) << after;
    EXPECT_EQ(page.error().reason, "page-invalid");
  }
}

TEST(Diff, NamesTheNewestEventsOfARowThatManyChanged) {
  Fold fold = policies();
  for (std::size_t i = 0; i <= ledger::limits::diff_row_events_max; ++i) {
    ASSERT_TRUE(fold.submit(ChangePolicy{{"web"}, std::nullopt, std::to_string(i)}, ben));
  }
  const Viewed viewed(fold.log);
  const auto rows = policies_between(viewed, 5, fold.log.size() - 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].events.size(), ledger::limits::diff_row_events_max);
  EXPECT_TRUE(rows[0].more_events);
  EXPECT_EQ(rows[0].events.front().value, fold.log.size() - 1);
}

}  // namespace
}  // namespace replay

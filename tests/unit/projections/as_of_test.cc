#include "projections/as_of.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace projections {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

Rule rule(std::uint32_t id, std::uint32_t version) {
  Rule made;
  made.id = {id};
  made.module = Module::intrusion_prevention;
  made.name = "rule " + std::to_string(id);
  made.version = version;
  made.application_type = "web";
  made.body.bytes[0] = static_cast<std::uint8_t>(version);
  return made;
}

ImportRuleUpdate update(std::uint32_t number) {
  ImportRuleUpdate import;
  import.update = {26, number};
  import.digest.bytes[0] = static_cast<std::uint8_t>(number);
  import.rules = {rule(1'000'001, number)};
  return import;
}

// Three groups, a minute apart: positions 0, 1, 2.
Fold three_minutes() {
  Fold fold;
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_TRUE(fold.submit(CreateGroup{{name}, std::nullopt}));
    fold.now = fold.now + minutes(1);
  }
  return fold;
}

std::uint64_t position_of(const Viewed& viewed, std::string_view text, Time now) {
  const auto found = resolve_as_of(text, now, viewed.log, viewed.views);
  EXPECT_TRUE(found.has_value()) << text << ": " << (found ? "" : found.error().detail);
  return found ? found->value : 999;
}

std::string reason_of(const Viewed& viewed, std::string_view text, Time now) {
  const auto found = resolve_as_of(text, now, viewed.log, viewed.views);
  return found ? "position " + std::to_string(found->value) : found.error().reason;
}

TEST(AsOf, TakesPositionsAsTheyAre) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  EXPECT_EQ(position_of(viewed, "0", fold.now), 0U);
  EXPECT_EQ(position_of(viewed, "2", fold.now), 2U);
  EXPECT_EQ(position_of(viewed, "now", fold.now), 2U);
  EXPECT_EQ(position_of(viewed, "event:1", fold.now), 1U);
  EXPECT_EQ(position_of(viewed, "before:1", fold.now), 0U);
}

TEST(AsOf, TakesTheLastEventThatWasRecordedByATime) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  const Time first = fold.log[0].recorded_at;
  EXPECT_EQ(position_of(viewed, rfc3339(first), fold.now), 0U);
  EXPECT_EQ(position_of(viewed, rfc3339(first + seconds(59)), fold.now), 0U);
  EXPECT_EQ(position_of(viewed, rfc3339(first + seconds(60)), fold.now), 1U);
  EXPECT_EQ(position_of(viewed, rfc3339(first + seconds(170)), fold.now), 2U);
}

TEST(AsOf, CountsDurationsBackFromNow) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  EXPECT_EQ(position_of(viewed, "-PT0S", fold.now), 2U);
  EXPECT_EQ(position_of(viewed, "-PT1M1S", fold.now), 1U);
  EXPECT_EQ(position_of(viewed, "-PT2M", fold.now), 1U);
}

TEST(AsOf, KnowsBookmarks) {
  Fold fold = three_minutes();
  ASSERT_TRUE(fold.submit(SetBookmark{{"audit"}, {1}}));
  const Viewed viewed(fold.log);
  EXPECT_EQ(position_of(viewed, "bookmark:audit", fold.now), 1U);
  EXPECT_EQ(reason_of(viewed, "bookmark:other", fold.now), "bookmark-unknown");
}

TEST(AsOf, FindsWhatWasBeforeTheLastRollback) {
  Fold fold;
  ASSERT_TRUE(fold.submit(update(1)));
  ASSERT_TRUE(fold.submit(update(2)));
  {
    const Viewed viewed(fold.log);
    EXPECT_EQ(reason_of(viewed, "last-rollback", fold.now), "rollback-unknown");
  }
  const auto rolled_back = fold.submit(RollBackRuleUpdate{{26, 1}, false, std::nullopt});
  ASSERT_EQ(tests::types(rolled_back).front(), "rule_update.rolled_back");
  ASSERT_TRUE(fold.submit(ApplyRuleUpdate{{26, 2}}));
  const Viewed viewed(fold.log);
  EXPECT_EQ(position_of(viewed, "last-rollback", fold.now),
            rolled_back->front().position.value - 1);
}

TEST(AsOf, RefusesTheFuture) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  EXPECT_EQ(reason_of(viewed, "3", fold.now), "as-of-in-future");
  EXPECT_EQ(reason_of(viewed, "event:3", fold.now), "as-of-in-future");
  EXPECT_EQ(reason_of(viewed, "before:3", fold.now), "as-of-in-future");
  EXPECT_EQ(reason_of(viewed, rfc3339(fold.now + seconds(1)), fold.now), "as-of-in-future");
}

TEST(AsOf, RefusesWhatWasBeforeTheFirstEvent) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  EXPECT_EQ(reason_of(viewed, "before:0", fold.now), "as-of-before-genesis");
  EXPECT_EQ(reason_of(viewed, "1999-12-31T00:00:00Z", fold.now), "as-of-before-genesis");
  EXPECT_EQ(reason_of(viewed, "-P30D", fold.now), "as-of-before-genesis");
}

TEST(AsOf, SaysWhenTheViewsAreBehindTheLog) {
  const Fold fold = three_minutes();
  Viewed viewed(std::span(fold.log).first(2));
  tests::append_to(viewed.log, std::span(fold.log).subspan(2));
  EXPECT_EQ(reason_of(viewed, "2", fold.now), "views-behind");
  EXPECT_EQ(reason_of(viewed, "3", fold.now), "as-of-in-future");
  EXPECT_EQ(position_of(viewed, "1", fold.now), 1U);
}

TEST(AsOf, RefusesWhatIsNoMoment) {
  const Fold fold = three_minutes();
  const Viewed viewed(fold.log);
  for (const char* text : {"", "yesterday", "-", "-2h", "-PT", "1.5", "0x1", "event:", "event:one",
                           "before:-1", "2026-13-01T00:00:00Z", "99999999999999999999"}) {
    EXPECT_EQ(reason_of(viewed, text, fold.now), "as-of-malformed") << text;
  }
}

}  // namespace
}  // namespace projections

#include "projections/activity.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/limits.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace projections {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

using Positions = std::vector<std::uint64_t>;

const Actor alice{ActorKind::user, "alice", "", Authentication::session};
const Actor bob{ActorKind::user, "bob", "", Authentication::session};

// Positions 0..3: group a by alice, policy p by bob, group a within b by alice, group a deleted.
Fold small_history() {
  Fold fold;
  fold.reason = "first";
  EXPECT_TRUE(fold.submit(CreateGroup{{"a"}, std::nullopt}, alice));
  fold.now = fold.now + minutes(1);
  EXPECT_TRUE(fold.submit(CreatePolicy{{"p"}, std::nullopt, ""}, bob));
  fold.now = fold.now + minutes(1);
  EXPECT_TRUE(fold.submit(CreateGroup{{"b"}, std::nullopt}, alice));
  fold.reason = "Ticket 42 asks";
  fold.now = fold.now + minutes(1);
  EXPECT_TRUE(fold.submit(ChangeGroup{{"a"}, GroupId{"b"}}, bob));
  return fold;
}

Positions found_by(const Viewed& viewed, const ActivityQuery& query) {
  Positions positions;
  const auto page = list_events(viewed.log, query);
  EXPECT_TRUE(page.has_value()) << (page ? "" : page.error().detail);
  if (!page) return positions;
  for (const auto& item : page->items) positions.push_back(item.position.value);
  return positions;
}

TEST(Activity, ShowsTheNewestFirstUnlessAskedOtherwise) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 2, 1, 0}));
  query.direction = Direction::oldest_first;
  EXPECT_EQ(found_by(viewed, query), (Positions{0, 1, 2, 3}));
}

TEST(Activity, ShowsWhoDidWhatAndWhy) {
  const Fold fold = small_history();
  const Viewed viewed(fold.log);
  const auto page = list_events(viewed.log, {});
  ASSERT_TRUE(page.has_value());
  const EventItem& newest = page->items.front();
  EXPECT_EQ(newest.type, "group.changed");
  EXPECT_EQ(newest.stream, "group/a");
  EXPECT_EQ(newest.stream_version, 1U);
  EXPECT_EQ(newest.actor, bob);
  EXPECT_EQ(newest.reason, "Ticket 42 asks");
  EXPECT_EQ(newest.data.text, R"({"group":"a","parent":"b"})");
  EXPECT_EQ(newest.recorded_at, fold.log.back().recorded_at);
}

TEST(Activity, IsSearchedByType) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.types = {"group."};
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 2, 0}));
  query.types = {"policy.created", "group.changed"};
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 1}));
  query.types = {"-group.changed"};
  EXPECT_EQ(found_by(viewed, query), (Positions{2, 1, 0}));
  query.types = {"-group.changed", "group."};
  EXPECT_EQ(found_by(viewed, query), (Positions{2, 0}));
}

TEST(Activity, IsFilteredByAnyOfItsFields) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.filter = R"(actor.id = "bob" AND stream_version > 0)";
  EXPECT_EQ(found_by(viewed, query), (Positions{3}));
  query.filter = R"(stream = "group/a")";
  query.types = {"group.created"};
  EXPECT_EQ(found_by(viewed, query), (Positions{0}));
  query.filter = "colour = 1";
  const auto page = list_events(viewed.log, query);
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().reason, "filter-field-unknown");
}

TEST(Activity, RefusesTypesThatThereAreNot) {
  const Viewed viewed(small_history().log);
  for (const char* type : {"groop.", "-", "", "-nothing"}) {
    ActivityQuery query;
    query.types = {type};
    const auto page = list_events(viewed.log, query);
    ASSERT_FALSE(page.has_value()) << type;
    EXPECT_EQ(page.error().reason, "event-type-unknown");
  }
}

TEST(Activity, IsSearchedByActor) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.actor = "user:alice";
  EXPECT_EQ(found_by(viewed, query), (Positions{2, 0}));
  query.actor = "user/bob";
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 1}));
  query.actor = "user";
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 2, 1, 0}));
  query.actor = "token:alice";
  EXPECT_EQ(found_by(viewed, query), Positions{});
}

TEST(Activity, IsSearchedByStreamAndSubject) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.stream = "group/a";
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 0}));
  query.direction = Direction::oldest_first;
  EXPECT_EQ(found_by(viewed, query), (Positions{0, 3}));
  query.stream = "group/unheard-of";
  EXPECT_EQ(found_by(viewed, query), Positions{});
  query.stream.clear();
  query.subject = "group";
  EXPECT_EQ(found_by(viewed, query), (Positions{0, 2, 3}));
}

TEST(Activity, IsSearchedByReasonAndOutcome) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.reason = "ticket 42";
  EXPECT_EQ(found_by(viewed, query), Positions{3});
  query.reason.clear();
  query.outcome = Outcome::refused;
  EXPECT_EQ(found_by(viewed, query), Positions{});
  query.outcome = Outcome::done;
  EXPECT_EQ(found_by(viewed, query).size(), 4U);
}

TEST(Activity, IsSearchedByTimeAndPosition) {
  const Fold fold = small_history();
  const Viewed viewed(fold.log);
  ActivityQuery query;
  query.after = fold.log[1].recorded_at;
  EXPECT_EQ(found_by(viewed, query), (Positions{3, 2}));
  query.before = fold.log[3].recorded_at;
  EXPECT_EQ(found_by(viewed, query), Positions{2});
  ActivityQuery by_position;
  by_position.from = {1};
  by_position.to = Position{2};
  EXPECT_EQ(found_by(viewed, by_position), (Positions{2, 1}));
  by_position.before = fold.log[0].recorded_at;
  EXPECT_EQ(found_by(viewed, by_position), Positions{});
}

// Pages of every kind of query put together are the one long page.
TEST(Activity, ComesInPagesThatLeaveNothingOut) {
  Fold fold;
  ASSERT_TRUE(fold.submit(CreateGroup{{"b"}, std::nullopt}));
  ASSERT_TRUE(fold.submit(CreateGroup{{"a"}, std::nullopt}));
  for (int i = 0; i < 700; ++i) {
    const bool inside = i % 2 == 0;
    ASSERT_TRUE(fold.submit(ChangeGroup{{"a"}, inside ? std::optional(GroupId{"b"}) : std::nullopt},
                            i % 3 == 0 ? alice : bob));
  }
  const Viewed viewed(fold.log);
  for (const Direction direction : {Direction::oldest_first, Direction::newest_first}) {
    for (const char* stream : {"", "group/a"}) {
      for (const char* actor : {"", "user:alice"}) {
        ActivityQuery query;
        query.direction = direction;
        query.stream = stream;
        query.actor = actor;
        query.from = {5};
        query.to = Position{650};
        query.max = 1'000;
        const Positions all = found_by(viewed, query);
        EXPECT_EQ(all.size(), *actor == '\0' ? 646U : 216U);
        Positions paged;
        query.max = 7;
        do {
          const auto page = list_events(viewed.log, query);
          ASSERT_TRUE(page.has_value());
          for (const auto& item : page->items) paged.push_back(item.position.value);
          query.page = page->next;
        } while (!query.page.empty());
        EXPECT_EQ(paged, all) << stream << ' ' << actor;
      }
    }
  }
}

TEST(Activity, RefusesAPageThatIsNone) {
  const Viewed viewed(small_history().log);
  ActivityQuery query;
  query.page = "next";
  const auto page = list_events(viewed.log, query);
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().reason, "page-invalid");
}

Rule rule(std::uint32_t id) {
  Rule made;
  made.id = {id};
  made.module = Module::intrusion_prevention;
  made.name = "rule";
  made.version = 1;
  made.application_type = "web";
  return made;
}

// An import that is applied by itself and changes a policy: one command, a tree of causes.
Fold applied_import() {
  Fold fold;
  ImportRuleUpdate first;
  first.update = {26, 1};
  first.rules = {rule(1'000'001)};
  EXPECT_TRUE(fold.submit(first));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"p"}, std::nullopt, ""}));
  EXPECT_TRUE(fold.submit(AssignRules{{"p"}, {{1'000'001}}, {}, {}}));
  ImportRuleUpdate second;
  second.update = {26, 2};
  second.digest.bytes[0] = 2;
  second.rules = {rule(1'000'001)};
  second.rules[0].version = 2;
  EXPECT_TRUE(fold.submit(second));
  return fold;
}

TEST(Activity, TellsWhatAnEventBroughtAboutAndWhatCausedIt) {
  const Fold fold = applied_import();
  const Viewed viewed(fold.log);
  ActivityQuery imports;
  imports.types = {"rule_update.imported"};
  const Position imported{found_by(viewed, imports).front()};
  const auto effects = effects_of(viewed.log, imported, {});
  ASSERT_TRUE(effects.has_value());
  std::vector<std::string> types;
  for (const auto& item : effects->items) types.push_back(item.type);
  EXPECT_EQ(types, (std::vector<std::string>{"rules.recorded", "rule_update.applied",
                                             "policy.ruleset_changed"}));
  const auto causes = causes_of(viewed.log, effects->items.back().position);
  ASSERT_TRUE(causes.has_value());
  ASSERT_EQ(causes->size(), 2U);
  EXPECT_EQ((*causes)[0].type, "rule_update.applied");
  EXPECT_EQ((*causes)[1].position, imported);

  ListQuery one_by_one;
  one_by_one.max = 1;
  std::vector<std::string> paged;
  do {
    const auto page = effects_of(viewed.log, imported, one_by_one);
    ASSERT_TRUE(page.has_value());
    for (const auto& item : page->items) paged.push_back(item.type);
    one_by_one.after = page->next;
  } while (!one_by_one.after.empty());
  EXPECT_EQ(paged, types);
}

TEST(Activity, KnowsNoEventsBeyondTheHead) {
  const Viewed viewed(small_history().log);
  EXPECT_EQ(read_event(viewed.log, {4}).error().reason, "event-unknown");
  EXPECT_EQ(causes_of(viewed.log, {4}).error().reason, "event-unknown");
  EXPECT_EQ(effects_of(viewed.log, {9}, {}).error().reason, "event-unknown");
  EXPECT_EQ(read_event(viewed.log, {3}).value().position.value, 3U);
}

TEST(PositionAt, IsTheLastEventRecordedByThen) {
  const Fold fold = small_history();
  const Viewed viewed(fold.log);
  for (std::size_t i = 0; i < fold.log.size(); ++i) {
    EXPECT_EQ(position_at(viewed.log, fold.log[i].recorded_at).value(), Position{i});
  }
  EXPECT_EQ(position_at(viewed.log, fold.log[0].recorded_at - Duration{1}).value(), std::nullopt);
  EXPECT_EQ(position_at(viewed.log, fold.now + days(1)).value(), Position{3});
}

}  // namespace
}  // namespace projections

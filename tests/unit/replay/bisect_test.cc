#include "replay/bisect.h"

#include <gtest/gtest.h>

#include <string>

#include "ledger/limits.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

// Policies p0, p1, ... one an event, with the last `removed` of them deleted again.
Fold grown(std::size_t made, std::size_t removed = 0) {
  Fold fold;
  for (std::size_t i = 0; i < made; ++i) {
    EXPECT_TRUE(fold.submit(CreatePolicy{{"p" + std::to_string(i)}, std::nullopt, "x"}));
  }
  for (std::size_t i = made; i-- > made - removed;) {
    EXPECT_TRUE(fold.submit(DeletePolicy{{"p" + std::to_string(i)}}));
  }
  return fold;
}

Bisection found(const Viewed& viewed, const std::string& where, bool all = false) {
  const auto told =
      bisect(viewed.views, viewed.log, {where, {0}, {viewed.views.size().value - 1}, all});
  EXPECT_TRUE(told.has_value());
  return told ? *told : Bisection{};
}

std::string refused(const std::string& where) {
  const auto predicate = Predicate::parse(where);
  return predicate ? std::string("taken") : predicate.error().detail;
}

TEST(Bisect, FindsTheEventInLogarithmicallyManyReads) {
  const Viewed viewed(grown(500).log);
  const auto told = found(viewed, "policies[description = x].count > 300");
  ASSERT_EQ(told.flips.size(), 1U);
  EXPECT_EQ(told.flips[0].position.value, 300U);
  EXPECT_TRUE(told.flips[0].holds);
  EXPECT_EQ(told.flips[0].count_before, 300U);
  EXPECT_EQ(told.flips[0].count, 301U);
  EXPECT_EQ(told.flips[0].event.type, "policy.created");
  EXPECT_FALSE(told.flips[0].changes.empty());
  EXPECT_LE(told.reads, 2U + 9U);
  EXPECT_LE(told.checks, ledger::limits::bisect_checks_max);
  EXPECT_FALSE(told.not_monotone_at.has_value());
}

TEST(Bisect, OfEndsThatSayTheSameFindsNothing) {
  const Viewed viewed(grown(20).log);
  const auto told = found(viewed, "policies.count > 1000");
  EXPECT_TRUE(told.flips.empty());
  EXPECT_FALSE(told.holds_at_from);
  EXPECT_FALSE(told.holds_at_to);
  EXPECT_EQ(told.count_at_to, 20U);
}

TEST(Bisect, SaysWhenTheAnswerChangedMoreThanOnce) {
  const Viewed viewed(grown(200, 150).log);
  const auto told = found(viewed, "policies.count > 100");
  EXPECT_EQ(told.holds_at_from, told.holds_at_to);
  ASSERT_TRUE(told.not_monotone_at.has_value());
  ASSERT_EQ(told.flips.size(), 1U);
  EXPECT_EQ(told.flips[0].position.value, 100U);
}

TEST(Bisect, RefusesAQuestionThatLooksAtTooManyRows) {
  const Viewed viewed(grown(200).log);
  const auto asked = [&](bool all, std::uint64_t rows_max) {
    return bisect(viewed.views, viewed.log, {"policies.count > 100", {0}, {199}, all, rows_max});
  };
  for (const bool all : {false, true}) {
    const auto told = asked(all, 1'000);
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().reason, "predicate-costly");
    EXPECT_TRUE(asked(all, 1'000'000).has_value());
  }
  // What can be found, but not looked at beside that.
  EXPECT_LT(asked(false, 2'000)->checks, asked(false, 1'000'000)->checks);
}

TEST(Bisect, TellsEveryChangeWhenAsked) {
  const Viewed viewed(grown(200, 150).log);
  const auto told = found(viewed, "policies.count > 100", true);
  ASSERT_EQ(told.flips.size(), 2U);
  EXPECT_EQ(told.flips[0].position.value, 100U);
  EXPECT_TRUE(told.flips[0].holds);
  EXPECT_EQ(told.flips[1].position.value, 299U);
  EXPECT_FALSE(told.flips[1].holds);
  EXPECT_EQ(told.not_monotone_at, Position{299});
}

TEST(Bisect, TellsHowFarItIsAndEndsWhenItIsToEnd) {
  const Viewed viewed(grown(200, 150).log);
  BisectQuery query{"policies.count > 100", {0}, {349}, true};
  std::uint64_t done = 0;
  query.go_on = [&](const Progress& progress) {
    EXPECT_EQ(progress.size.value, 349U);
    done = progress.done.value;
    return true;
  };
  ASSERT_TRUE(bisect(viewed.views, viewed.log, query).has_value());
  EXPECT_EQ(done, 349U);
  query.go_on = [](const Progress&) { return false; };
  const auto told = bisect(viewed.views, viewed.log, query);
  ASSERT_FALSE(told.has_value());
  EXPECT_EQ(told.error().reason, "bisect-ended");
}

TEST(Bisect, SaysByWhereThereWereMoreChangesThanAreTold) {
  Fold fold;
  for (std::size_t i = 0; i <= ledger::limits::bisect_flips_max; i += 2) {
    EXPECT_TRUE(fold.submit(CreatePolicy{{"p"}, std::nullopt, "x"}));
    EXPECT_TRUE(fold.submit(DeletePolicy{{"p"}}));
  }
  const Viewed viewed(fold.log);
  const Position last{viewed.views.size().value - 1};
  const auto told =
      bisect(viewed.views, viewed.log, {"policies[policy = p].exists", {0}, last, true});
  ASSERT_FALSE(told.has_value());
  EXPECT_EQ(told.error().reason, "range-too-large");
  EXPECT_NE(told.error().detail.find("by event 100;"), std::string::npos) << told.error().detail;
}

TEST(Bisect, RefusesARangeThatRunsBackward) {
  const Viewed viewed(grown(5).log);
  const auto told = bisect(viewed.views, viewed.log, {"policies.exists", {3}, {1}, false});
  ASSERT_FALSE(told.has_value());
  EXPECT_EQ(told.error().reason, "range-backward");
}

TEST(Predicate, CountsAndCompares) {
  const Viewed viewed(grown(5).log);
  const auto holds = [&](const std::string& where) {
    return Predicate::parse(where).value().ask(*viewed.now()).value().holds;
  };
  EXPECT_TRUE(holds("policies.count = 5"));
  EXPECT_FALSE(holds("policies.count != 5"));
  EXPECT_TRUE(holds(" policies [ policy = \"p1\" or policy = p2 ] .count >= 2 "));
  EXPECT_FALSE(holds("policies.count < 5"));
  EXPECT_TRUE(holds("policies.count <= 5"));
  EXPECT_TRUE(holds("policies[policy = p3].exists"));
  EXPECT_FALSE(holds("policies[policy = \"]\"].exists"));
  EXPECT_FALSE(holds("computers[state = \"failed\" and policy = \"web\"].count > 10"));
}

TEST(Predicate, SaysWhereItIsWrongAndWhatWasExpected) {
  EXPECT_EQ(refused("polcies.count > 1"),
            "At byte 0 of the predicate: expected the name of a view, as computers, alerts or "
            "policies, found \"polcies.coun\".");
  EXPECT_EQ(refused("policies.cont > 1"),
            "At byte 8 of the predicate: expected .count or .exists, found \".cont > 1\".");
  EXPECT_EQ(refused("policies.count ~ 1"),
            "At byte 15 of the predicate: expected one of = != < <= > >=, found \"~ 1\".");
  EXPECT_EQ(refused("policies.count > x"),
            "At byte 17 of the predicate: expected a whole number, found \"x\".");
  EXPECT_EQ(refused("policies.count > 1 x"),
            "At byte 19 of the predicate: expected the end, found \"x\".");
  EXPECT_EQ(refused("policies[policy = p1"),
            "At byte 20 of the predicate: expected ] after the filter, found the end.");
  EXPECT_EQ(refused("policies[policy ~ p1].exists"),
            "At byte 16 of the predicate: expected one of = != < <= > >= :, found \"~ p1\".");
  EXPECT_NE(refused("policies[colour = red].exists").find("colour"), std::string::npos);
  EXPECT_NE(refused("policies.count > 99999999999999999999999").find("a smaller number"),
            std::string::npos);
  EXPECT_NE(refused(std::string(9000, 'x')).find("at most"), std::string::npos);
}

}  // namespace
}  // namespace replay

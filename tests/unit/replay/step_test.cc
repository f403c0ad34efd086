#include "replay/step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "replay/limits.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

// 0 to 4: policies p0 to p4; 5: a group; 6: p4 is deleted.
Fold five_policies() {
  Fold fold;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(fold.submit(CreatePolicy{{"p" + std::to_string(i)}, std::nullopt, "x"}));
  }
  EXPECT_TRUE(fold.submit(CreateGroup{{"g1"}, std::nullopt}));
  EXPECT_TRUE(fold.submit(DeletePolicy{{"p4"}}));
  return fold;
}

StepView taken(const ledger::Result<StepView>& view) {
  EXPECT_TRUE(view) << view.error().detail;
  return view ? *view : StepView{};
}

class Step : public testing::Test {
 protected:
  Viewed viewed{five_policies().log};
  Stepper stepper{viewed.views, viewed.log, {{1}, {6}}};

  std::string stop_error(const Stop& stop) const {
    const auto view = stepper.go_on({1}, {stop}, {}, Way::forward);
    return view ? std::string() : view.error().reason;
  }
};

TEST_F(Step, ShowsTheEventAndTheRowsThatItChanged) {
  const auto view = taken(stepper.step({1}, 1, Way::forward));
  EXPECT_EQ(view.position, Position{2});
  EXPECT_EQ(view.hit.why, "step");
  EXPECT_EQ(view.event.type, "policy.created");
  const auto policy = std::find_if(view.changes.begin(), view.changes.end(),
                                   [](const auto& row) { return row.view == "policies"; });
  ASSERT_NE(policy, view.changes.end());
  EXPECT_EQ(policy->key, "p2");
  EXPECT_EQ(policy->before.text, "null");
}

TEST_F(Step, GoesBackAsItCameAndNoFurtherThanItsRange) {
  EXPECT_EQ(taken(stepper.step({1}, 3, Way::forward)).position, Position{4});
  EXPECT_EQ(taken(stepper.step({4}, 3, Way::back)).position, Position{1});
  EXPECT_EQ(taken(stepper.step({3}, 99, Way::back)).position, Position{1});
  const auto beginning = taken(stepper.step({1}, 1, Way::back));
  EXPECT_EQ(beginning.position, Position{1});
  EXPECT_EQ(beginning.hit.why, "beginning");
  EXPECT_EQ(taken(stepper.step({5}, 99, Way::forward)).position, Position{6});
  EXPECT_EQ(taken(stepper.step({6}, 1, Way::forward)).hit.why, "end");
}

TEST_F(Step, StopsAtATypeOfEvent) {
  const auto view = taken(stepper.go_on({1}, {{"group.", "", ""}}, {}, Way::forward));
  EXPECT_EQ(view.position, Position{5});
  EXPECT_EQ(view.hit.why, "break");
  EXPECT_EQ(view.hit.stop, 0U);
  EXPECT_EQ(view.passed, 4U);
  const auto back = taken(stepper.go_on({6}, {{"policy.created", "", ""}}, {}, Way::back));
  EXPECT_EQ(back.position, Position{4});
}

TEST_F(Step, StopsWhereAPredicateComesToHold) {
  const std::vector<Stop> stops = {{"", "policies.count > 3", ""}};
  const auto view = taken(stepper.go_on({1}, stops, {}, Way::forward));
  EXPECT_EQ(view.position, Position{3});
  EXPECT_EQ(view.hit.count_before, 3U);
  EXPECT_EQ(view.hit.count, 4U);
  const auto both =
      taken(stepper.go_on({1}, {{"policy.", "policies.count = 5", ""}}, {}, Way::forward));
  EXPECT_EQ(both.position, Position{4});
}

TEST_F(Step, StopsWhereWhatIsWatchedBecomesAnother) {
  const std::vector<Stop> stops = {{"", "", "groups.count"}, {"", "", "policies.count"}};
  const auto first = taken(stepper.go_on({4}, stops, {}, Way::forward));
  EXPECT_EQ(first.position, Position{5});
  EXPECT_EQ(first.hit, (StopHit{"watch", 0, 0, 1}));
  const auto second = taken(stepper.go_on({5}, stops, {}, Way::forward));
  EXPECT_EQ(second.position, Position{6});
  EXPECT_EQ(second.hit, (StopHit{"watch", 1, 5, 4}));
  // Backwards it is the state before the event.
  const auto back = taken(stepper.go_on({6}, stops, {}, Way::back));
  EXPECT_EQ(back.position, Position{5});
  EXPECT_EQ(back.hit, (StopHit{"watch", 1, 4, 5}));
}

TEST_F(Step, StopsWhereItIsToldAndAtItsEnds) {
  EXPECT_EQ(taken(stepper.go_on({1}, {}, Position{4}, Way::forward)).hit.why, "until");
  EXPECT_EQ(taken(stepper.go_on({1}, {}, {}, Way::forward)).position, Position{6});
  EXPECT_EQ(taken(stepper.go_on({6}, {}, {}, Way::back)).hit.why, "beginning");
}

TEST_F(Step, PassesOverAWholeCommand) {
  Fold fold = five_policies();
  for (std::size_t i = 2; i < 5; ++i) {
    fold.log[i].correlation = Position{2};
    fold.log[i].recorded_at = fold.log[2].recorded_at;
  }
  const Viewed grouped(fold.log);
  const Stepper whole(grouped.views, grouped.log, {{0}, {6}});
  EXPECT_EQ(taken(whole.next({1}, Way::forward)).position, Position{2});
  EXPECT_EQ(taken(whole.next({2}, Way::forward)).position, Position{5});
  EXPECT_EQ(taken(whole.next({5}, Way::back)).position, Position{2});
  EXPECT_EQ(taken(whole.next({2}, Way::back)).position, Position{1});
  EXPECT_EQ(taken(whole.next({6}, Way::forward)).hit.why, "end");
}

TEST_F(Step, RefusesStopsThatAreNone) {
  EXPECT_EQ(stop_error({"", "", ""}), "replay-stop-invalid");
  EXPECT_EQ(stop_error({"policy.", "", "policies.count"}), "replay-stop-invalid");
  EXPECT_EQ(stop_error({"", "nonsense", ""}), "predicate-invalid");
  EXPECT_EQ(stop_error({"polcy.", "", ""}), "event-type-unknown");
  const std::vector<Stop> many(ledger::limits::replay_stops_max + 1, Stop{"policy.", "", ""});
  const auto view = stepper.go_on({1}, many, {}, Way::forward);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().reason, "replay-stops-too-many");
}

}  // namespace
}  // namespace replay

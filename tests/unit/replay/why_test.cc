#include "replay/why.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/given.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;

// A computer that falls silent, which an alert is raised for, that somebody sees.
tests::Fold silence() {
  tests::Fold fold;
  tests::given(fold, tests::enrolment("pc-1"));
  fold.pass(minutes(2), {{{"pc-1"}, fold.now}}).value();
  fold.pass(seconds(61)).value();
  const AlertId alert = fold.world.alerts.by_key.at({AlertType::computer_silent, ""});
  fold.submit(AcknowledgeAlert{alert, "Seen."}).value();
  return fold;
}

std::vector<std::string> told(const std::vector<Reason>& reasons) {
  std::vector<std::string> lines;
  for (const auto& each : reasons) lines.push_back(each.part + " " + each.event.type);
  return lines;
}

std::vector<Reason> reasons_of(const tests::Viewed& viewed, Position at) {
  const auto alerts =
      viewed.now()
          ->rows<projections::AlertRow>(projections::View::alerts, "", "", projections::every)
          .value();
  CHECK(alerts.size() == 1, "one alert was raised");
  return why(viewed.log, alerts.front().row, at).value();
}

TEST(Why, TellsWhatMadeTheConditionHoldAndWhatBecameOfTheAlert) {
  const tests::Viewed viewed(silence().log);
  const auto lines = told(reasons_of(viewed, {viewed.views.size().value - 1}));
  EXPECT_EQ(lines, (std::vector<std::string>{"condition computer.silent", "alert alert.raised",
                                             "alert alert.acknowledged"}));
}

TEST(Why, EndsAtTheMomentThatIsAsked) {
  const tests::Viewed viewed(silence().log);
  const auto lines = told(reasons_of(viewed, {viewed.views.size().value - 2}));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "alert alert.raised");
}

}  // namespace
}  // namespace replay

// What the record tells of those who cosign its heads.
#include "ledger/domain/witnesses.h"

#include <gtest/gtest.h>

#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

RecordWitnessCosigned cosigned(std::uint64_t size) { return {"w1", {size}, digest(1)}; }
RecordWitnessRefused refused(const std::string& why) { return {"w1", {7}, why}; }
RecordWitnessUnreachable unreachable() { return {"w1", {5}, "It does not answer."}; }

TEST(Witnesses, AreToldOfWhenTheyBeginToCosignAndOnceADay) {
  Fold fold;
  EXPECT_EQ(types(fold.submit(cosigned(1))), TypeNames{"witness.cosigned"});
  EXPECT_EQ(types(fold.submit(cosigned(2))), TypeNames{});
  fold.now = fold.now + hours(23);
  EXPECT_EQ(types(fold.submit(cosigned(3))), TypeNames{});
  fold.now = fold.now + hours(1);
  EXPECT_EQ(types(fold.submit(cosigned(4))), TypeNames{"witness.cosigned"});
  EXPECT_EQ(types(fold.submit(RecordWitnessCosigned{"w2", {4}, digest(1)})),
            TypeNames{"witness.cosigned"});
}

TEST(Witnesses, ThatDoNotCosignForLongRaiseAnAlertUntilTheyDo) {
  Fold fold;
  given(fold, cosigned(1));
  EXPECT_EQ(types(fold.submit(unreachable())), TypeNames{"witness.unreachable"});
  EXPECT_EQ(types(fold.submit(unreachable())), TypeNames{}) << "that is known";
  given(fold, Tick{fold.now, {}});
  const auto* alert = open_alert(fold, AlertType::witness_unreachable, "w1");
  ASSERT_NE(alert, nullptr);
  EXPECT_EQ(alert->facts.severity, AlertSeverity::warning);
  EXPECT_EQ(alert->summary, "Witness w1 has not cosigned for long: It does not answer.");
  EXPECT_EQ(types(fold.submit(cosigned(2))), TypeNames{"witness.cosigned"});
  given(fold, Tick{fold.now, {}});
  EXPECT_EQ(open_alert(fold, AlertType::witness_unreachable, "w1"), nullptr);
}

TEST(Witnesses, ThatRefuseAreEquivocationOfTheLedger) {
  Fold fold;
  EXPECT_EQ(types(fold.submit(refused("It saw another log."))), TypeNames{"witness.refused"});
  EXPECT_EQ(types(fold.submit(refused("It still did."))), TypeNames{});
  given(fold, Tick{fold.now, {}});
  const auto* alert = open_alert(fold, AlertType::equivocation, "witness/w1");
  ASSERT_NE(alert, nullptr);
  EXPECT_EQ(alert->facts.severity, AlertSeverity::critical);
  EXPECT_EQ(alert->summary, "Witness w1 refuses the heads of this ledger: It saw another log.");
  EXPECT_EQ(types(fold.submit(unreachable())), TypeNames{"witness.unreachable"})
      << "that it is gone is another matter";
  given(fold, cosigned(8));
  given(fold, Tick{fold.now, {}});
  EXPECT_EQ(open_alert(fold, AlertType::equivocation, "witness/w1"), nullptr);
}

}  // namespace
}  // namespace tests

#include "ledger/domain/instructions.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

constexpr auto download = InstructionAction::download_update;

Scope scope_of(ScopeKind kind, const std::string& name = "") { return {kind, name, {}, {}}; }
Scope named(std::vector<ComputerId> computers) {
  return {ScopeKind::computers, "", std::move(computers), {}};
}

// pc-1 and pc-2 are in the office, pc-3 is not; all use policy "site".
Fold a_fleet() {
  Fold fold;
  given(fold, release("1.1"));
  given_policy(fold, "site");
  given(fold, CreateGroup{{"house"}, std::nullopt});
  given(fold, CreateGroup{{"office"}, GroupId{"house"}});
  for (const auto* name : {"pc-1", "pc-2", "pc-3"}) given(fold, enrolment(name, "site"));
  given(fold, MoveComputer{{"pc-1"}, GroupId{"office"}});
  given(fold, MoveComputer{{"pc-2"}, GroupId{"office"}});
  return fold;
}

ReportInstructionFinished finished(const std::string& computer, const std::string& instruction,
                                   bool succeeded = true) {
  return {{computer}, {instruction}, succeeded, UpdateFault::none, ""};
}

TEST(Instructions, AreOneEventHoweverManyComputersTheyConcern) {
  Fold fold = a_fleet();
  const auto events = fold.submit(Instruct{download, scope_of(ScopeKind::all)});
  EXPECT_EQ(types(events), TypeNames{"instruction.given"});
  EXPECT_EQ(first_of<Instructed>(events)->computers, 3U);
  EXPECT_EQ(first_of<Instructed>(events)->instruction, InstructionId{"i1"});
  EXPECT_EQ(unanswered(fold.world, 1), 3U);
  EXPECT_EQ(status_of(fold, "pc-3").status, ComputerStatus::pending);
}

TEST(Instructions, FollowTheirScope) {
  Fold fold = a_fleet();
  const auto told = [&](const Scope& scope) {
    const auto events = fold.submit(Instruct{download, scope});
    return events ? first_of<Instructed>(events)->computers : 0U;
  };
  EXPECT_EQ(told(scope_of(ScopeKind::group, "office")), 2U);
  EXPECT_EQ(told(scope_of(ScopeKind::group_tree, "house")), 2U);
  EXPECT_EQ(told(scope_of(ScopeKind::policy, "site")), 3U);
  EXPECT_EQ(told(scope_of(ScopeKind::policy_tree, "site")), 3U);
  EXPECT_EQ(told(scope_of(ScopeKind::relay_group, "default")), 3U);
  EXPECT_EQ(told(named({{"pc-3"}, {"pc-1"}, {"pc-3"}})), 2U);  // Each once.
}

TEST(Instructions, RefuseScopesThatAreNotThere) {
  Fold fold = a_fleet();
  const auto refusal = [&](const Scope& scope) { return fold.refusal(Instruct{download, scope}); };
  EXPECT_EQ(refusal(scope_of(ScopeKind::group, "house")), "scope-empty");
  EXPECT_EQ(refusal(named({})), "scope-empty");
  EXPECT_EQ(refusal(named({{"nobody"}})), "computer-unknown");
  EXPECT_EQ(refusal(named(std::vector<ComputerId>(1'001, {"pc-1"}))), "scope-too-long");
  EXPECT_EQ(refusal(scope_of(ScopeKind::group, "nowhere")), "group-unknown");
  EXPECT_EQ(refusal(scope_of(ScopeKind::policy, "nowhere")), "policy-unknown");
  EXPECT_EQ(refusal(scope_of(ScopeKind::relay_group, "nowhere")), "relay-group-unknown");
  EXPECT_EQ(refusal({ScopeKind::all, "", {{"pc-1"}}, {}}), "scope-ambiguous");
}

TEST(Instructions, GoFromPendingToProgressToTheEnd) {
  Fold fold = a_fleet();
  report_up_to_date(fold, "pc-1", 1);
  given(fold, Instruct{download, scope_of(ScopeKind::all)});
  const ReportInstructionTaken taken{{"pc-1"}, {"i1"}};
  EXPECT_EQ(types(fold.submit(taken)), TypeNames{"instruction.taken"});
  EXPECT_EQ(types(fold.submit(taken)), TypeNames{});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::in_progress);
  EXPECT_EQ(types(fold.submit(finished("pc-1", "i1"))), TypeNames{"instruction.finished"});
  EXPECT_EQ(types(fold.submit(finished("pc-1", "i1"))), TypeNames{});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
  EXPECT_EQ(unanswered(fold.world, 1), 2U);
}

TEST(Instructions, ThatFailSayWhyUntilALaterOneSucceeds) {
  Fold fold = a_fleet();
  report_up_to_date(fold, "pc-1", 1);
  given(fold, Instruct{download, named({{"pc-1"}})});
  const auto events = fold.submit(finished("pc-1", "i1", false));
  EXPECT_EQ(first_of<InstructionFinished>(events)->cause, UpdateFault::other);
  EXPECT_EQ(events->back().outcome, Outcome::failed);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::failed);
  given(fold, Instruct{download, named({{"pc-1"}})});
  given(fold, finished("pc-1", "i2"));
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
}

TEST(Instructions, AreOwedOnlyByThoseTheyAreFor) {
  Fold fold = a_fleet();
  given(fold, Instruct{download, scope_of(ScopeKind::group, "office")});
  EXPECT_EQ(fold.refusal(ReportInstructionTaken{{"pc-3"}, {"i1"}}), "instruction-not-owed");
  EXPECT_EQ(fold.refusal(finished("pc-3", "i1")), "instruction-not-owed");
  EXPECT_EQ(fold.refusal(finished("pc-1", "i7")), "instruction-unknown");
  EXPECT_EQ(fold.refusal(finished("pc-1", "one")), "instruction-unknown");
  EXPECT_EQ(fold.refusal(finished("nobody", "i1")), "computer-unknown");
  EXPECT_EQ(fold.refusal(ReportInstructionTaken{{"nobody"}, {"i1"}}), "computer-unknown");
}

TEST(Instructions, AreNotForThoseWhoJoinLater) {
  Fold fold = a_fleet();
  given(fold, Instruct{download, scope_of(ScopeKind::all)});
  given(fold, enrolment("pc-4", "site"));
  EXPECT_EQ(unanswered(fold.world, 1), 3U);
  EXPECT_EQ(status_of(fold, "pc-4").status, ComputerStatus::unknown);
}

TEST(Instructions, ThatAreCancelledAskNobodyAnyMore) {
  Fold fold = a_fleet();
  given(fold, Instruct{download, named({{"pc-1"}, {"pc-2"}})});
  EXPECT_EQ(types(fold.submit(CancelInstruction{{"i1"}})), TypeNames{"instruction.cancelled"});
  EXPECT_EQ(unanswered(fold.world, 1), 0U);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::unknown);
  EXPECT_EQ(fold.refusal(CancelInstruction{{"i1"}}), "instruction-closed");
  EXPECT_EQ(fold.refusal(CancelInstruction{{"i9"}}), "instruction-unknown");
  EXPECT_EQ(fold.refusal(ReportInstructionTaken{{"pc-1"}, {"i1"}}), "instruction-closed");
  EXPECT_EQ(types(fold.submit(finished("pc-1", "i1"))), TypeNames{});  // Nobody waits for it.
}

TEST(Instructions, AnsweredByARemovedComputerAreOwedByTheRest) {
  Fold fold = a_fleet();
  given(fold, Instruct{download, scope_of(ScopeKind::all)});
  given(fold, RemoveComputer{{"pc-2"}});
  EXPECT_EQ(unanswered(fold.world, 1), 2U);
}

TEST(Instructions, AnswersOfASilentComputerMeanThatItIsBack) {
  Fold fold = a_fleet();
  given(fold, Instruct{download, scope_of(ScopeKind::all)});
  fold.pass(minutes(20), {{{"pc-1"}, fold.now}, {{"pc-2"}, fold.now}}).value();
  EXPECT_EQ(types(fold.submit(ReportInstructionTaken{{"pc-1"}, {"i1"}})),
            (TypeNames{"computer.returned", "instruction.taken"}));
  EXPECT_EQ(types(fold.submit(finished("pc-2", "i1"))),
            (TypeNames{"computer.returned", "instruction.finished"}));
}

TEST(Instructions, AreLimitedWhileAnswersAreOwed) {
  Fold fold = a_fleet();
  for (std::size_t i = 0; i < ledger::limits::open_instructions_max; ++i) {
    given(fold, Instruct{download, named({{"pc-1"}})});
  }
  EXPECT_EQ(fold.refusal(Instruct{download, named({{"pc-1"}})}), "too-many-open-instructions");
  given(fold, finished("pc-1", "i64"));  // It has caught up with all of them.
  EXPECT_EQ(fold.refusal(Instruct{download, named({{"pc-1"}})}), "");
}

}  // namespace
}  // namespace tests

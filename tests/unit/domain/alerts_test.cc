#include "ledger/domain/alerts.h"

#include <gtest/gtest.h>

#include "ledger/domain/alert_conditions.h"
#include "ledger/domain/world.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

constexpr std::uint64_t plenty = 50'000'000'000;

Fold with_computers(std::uint32_t many) {
  Fold fold;
  for (std::uint32_t i = 1; i <= many; ++i) {
    given(fold, enrolment("pc-" + std::to_string(i)));
    report_up_to_date(fold, "pc-" + std::to_string(i), 1);
  }
  return fold;
}

void fall_silent(Fold& fold, const std::string& computer) {
  fold.pass(minutes(2), {{{computer}, fold.now}}).value();
  fold.pass(seconds(61)).value();
}

TEST(Alerts, BeginWhenTheConditionDoesAndEndWithIt) {
  Fold fold = with_computers(1);
  const Time fell = fold.now + minutes(2);
  fall_silent(fold, "pc-1");
  const OpenAlert* alert = open_alert(fold, AlertType::computer_silent);
  ASSERT_NE(alert, nullptr);
  EXPECT_EQ(alert->facts.first_true_at, fell);
  EXPECT_EQ(alert->summary, "1 computer is silent: pc-1.");
  report_up_to_date(fold, "pc-1", 2);
  const auto ended = fold.pass(seconds(1));
  EXPECT_EQ(types(ended), TypeNames{"alert.ended"});
  EXPECT_FALSE(first_of<AlertEnded>(ended)->dismissed);
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent), nullptr);
}

TEST(Alerts, KeepTheFirstTimeWhileTheyAreOpen) {
  Fold fold = with_computers(7);
  fall_silent(fold, "pc-1");
  const Time first = open_alert(fold, AlertType::computer_silent)->facts.first_true_at;
  for (std::uint32_t i = 2; i <= 7; ++i) fall_silent(fold, "pc-" + std::to_string(i));
  const OpenAlert* alert = open_alert(fold, AlertType::computer_silent);
  EXPECT_EQ(alert->facts.first_true_at, first);
  EXPECT_EQ(alert->count, 7U);
  EXPECT_EQ(alert->summary, "7 computers are silent: pc-1, pc-2, pc-3, pc-4, pc-5 and 2 more.");
}

TEST(Alerts, ChangeTheirSummaryAtMostOnceAMinute) {
  Fold fold = with_computers(3);
  fall_silent(fold, "pc-1");
  fold.pass(seconds(1), {{{"pc-2"}, fold.now}}).value();
  fold.pass(seconds(1), {{{"pc-3"}, fold.now}}).value();
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent)->count, 1U);
  EXPECT_EQ(types(fold.pass(seconds(60))), TypeNames{"alert.changed"});
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent)->count, 3U);
}

TEST(Alerts, ThatAreDismissedStayAwayForWhatWasDismissed) {
  Fold fold = with_computers(3);
  fall_silent(fold, "pc-1");
  fall_silent(fold, "pc-2");
  const AlertId alert = fold.world.alerts.by_key.at({AlertType::computer_silent, ""});
  const auto dismissed = fold.submit(DismissAlert{alert});
  EXPECT_TRUE(first_of<AlertEnded>(dismissed)->dismissed);
  EXPECT_EQ(types(fold.pass(days(1))), TypeNames{});
  fall_silent(fold, "pc-3");
  const OpenAlert* again = open_alert(fold, AlertType::computer_silent);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->summary, "1 computer is silent: pc-3.");
  fold.pass(days(1)).value();
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent)->count, 1U);
  report_up_to_date(fold, "pc-3", 2);
  fold.pass(seconds(61)).value();
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent), nullptr);
}

TEST(Alerts, ComeAgainWhenADismissedConditionEndedAndReturned) {
  Fold fold = with_computers(1);
  fall_silent(fold, "pc-1");
  given(fold, DismissAlert{fold.world.alerts.open.begin()->first});
  report_up_to_date(fold, "pc-1", 2);
  const Time fell = fold.now + minutes(2);
  fall_silent(fold, "pc-1");
  ASSERT_NE(open_alert(fold, AlertType::computer_silent), nullptr);
  EXPECT_EQ(open_alert(fold, AlertType::computer_silent)->facts.first_true_at, fell);
}

TEST(Alerts, AreAcknowledgedWithANote) {
  Fold fold = with_computers(1);
  fall_silent(fold, "pc-1");
  const AlertId alert = fold.world.alerts.open.begin()->first;
  EXPECT_EQ(fold.refusal(AcknowledgeAlert{alert, std::string(2'001, 'x')}), "note-too-long");
  given(fold, AcknowledgeAlert{alert, "On holiday."});
  EXPECT_TRUE(fold.world.alerts.open.begin()->second.acknowledged);
  EXPECT_EQ(fold.refusal(AcknowledgeAlert{{"alert-9"}, ""}), "alert-not-open");
  EXPECT_EQ(fold.refusal(DismissAlert{{"alert-9"}}), "alert-not-open");
}

TEST(AlertTypes, AreSwitchedOffAndMadeLouder) {
  Fold fold = with_computers(1);
  const ConfigureAlertType off{AlertType::computer_silent, false, AlertSeverity::warning};
  fall_silent(fold, "pc-1");
  given(fold, off);
  EXPECT_EQ(types(fold.submit(off)), TypeNames{});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
  given(fold, ConfigureAlertType{AlertType::computer_silent, true, AlertSeverity::critical});
  const auto raised = fold.pass(seconds(1));
  EXPECT_EQ(first_of<AlertRaised>(raised)->severity, AlertSeverity::critical);
}

TEST(AlertConditions, TellOfPatternsUnusedForAnHour) {
  Fold fold = with_computers(1);
  given(fold, release("1.1"));
  report_up_to_date(fold, "pc-1", 2);
  given(fold, release("1.2"));
  EXPECT_EQ(types(fold.pass(minutes(59))), TypeNames{});
  fold.pass(minutes(1)).value();
  ASSERT_NE(open_alert(fold, AlertType::patterns_unused), nullptr);
  report_up_to_date(fold, "pc-1", 3);
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

TEST(AlertConditions, TellOfARuleUpdateUnappliedForHalfAnHour) {
  Fold fold;
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(1, {{1}}));
  EXPECT_EQ(types(fold.pass(minutes(29))), TypeNames{});
  fold.pass(minutes(1)).value();
  ASSERT_NE(open_alert(fold, AlertType::rule_update_unapplied), nullptr);
  given(fold, ApplyRuleUpdate{update(1)});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

TEST(AlertConditions, TellOfAHoldOnlyWhileUpdatesAreAppliedByThemselves) {
  Fold fold;
  given(fold, PlaceHold{HoldId{"freeze"}, std::nullopt, std::nullopt});
  fold.pass(seconds(1)).value();
  ASSERT_NE(open_alert(fold, AlertType::auto_apply_held, "freeze"), nullptr);
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

TEST(AlertConditions, TellOfAnInstructionPendingForAWeek) {
  Fold fold = with_computers(2);
  given(fold, Instruct{InstructionAction::download_update, {}});
  EXPECT_EQ(types(fold.pass(seconds(7 * 86'400 - 1))), TypeNames{});
  fold.pass(seconds(1)).value();
  const OpenAlert* alert = open_alert(fold, AlertType::instruction_overdue, "i1");
  ASSERT_NE(alert, nullptr);
  given(fold, CancelInstruction{{"i1"}});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

TEST(AlertConditions, TellOfFailuresAndOldAgentsApart) {
  Fold fold = with_computers(2);
  given(fold, ReportUpdateFailed{{"pc-1"}, "patterns", UpdateFault::disk_full, ""});
  given(fold, ReportUpdateFailed{{"pc-2"}, "patterns", UpdateFault::agent_too_old, ""});
  fold.pass(seconds(1)).value();
  EXPECT_EQ(open_alert(fold, AlertType::update_failed)->summary,
            "The security update failed on 1 computer: pc-1.");
  EXPECT_EQ(open_alert(fold, AlertType::agent_too_old)->summary,
            "1 computer has an agent too old for an update: pc-2.");
}

TEST(AlertConditions, TellOfPoliciesWhoseRulesCouldNotBePutIntoEffect) {
  Fold fold = with_computers(2);
  given(fold, import_of_update(1, {{1, 1, "web"}}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, AssignPolicy{{"pc-1"}, PolicyId{"site"}});
  for (const char* computer : {"pc-1", "pc-2"}) {
    given(fold, ReportUpdateFailed{{computer}, "rules", UpdateFault::disk_full, ""});
  }
  fold.pass(seconds(1)).value();
  EXPECT_EQ(open_alert(fold, AlertType::policy_send_failed)->summary,
            "The rules of their policy could not be put into effect on 1 computer: pc-1.");
  given(fold, AssignPolicy{{"pc-1"}, std::nullopt});
  fold.pass(seconds(1)).value();
  EXPECT_EQ(open_alert(fold, AlertType::policy_send_failed), nullptr);
}

TEST(AlertConditions, TellOfRelaysAndDoNotLetThemBeDismissedWhileAway) {
  Fold fold = with_computers(1);
  given(fold, RegisterRelay{{"pc-1"}, {}, "https://pc-1"});
  fold.pass(seconds(1)).value();
  EXPECT_NE(open_alert(fold, AlertType::relay_out_of_sync), nullptr);
  given(fold, ReportRelay{{"pc-1"}, 0, {}, {}, {}, {}, 1'000});
  fold.pass(seconds(1)).value();
  EXPECT_EQ(open_alert(fold, AlertType::relay_out_of_sync), nullptr);
  EXPECT_NE(open_alert(fold, AlertType::disk_low), nullptr);
  given(fold, ReportRelayUnavailable{{"pc-1"}, "no answer"});
  fold.pass(seconds(1)).value();
  ASSERT_NE(open_alert(fold, AlertType::relay_unavailable), nullptr);
  const AlertId alert = fold.world.alerts.by_key.at({AlertType::relay_unavailable, ""});
  EXPECT_EQ(fold.refusal(DismissAlert{alert}), "alert-not-dismissible");
  given(fold, ReportRelay{{"pc-1"}, 0, {}, {}, {}, {}, plenty});
  fold.pass(seconds(1)).value();
  EXPECT_TRUE(fold.world.alerts.open.empty());
}

TEST(AlertConditions, TellOfSourcesThatAreAwayExpiringOrNotAuthentic) {
  Fold fold;
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  const auto checked = [&](Duration left) {
    given(fold, ReportSourceChecked{{"vendor"}, {"check-1"}, 1, {}, fold.now + left, {}, 0});
  };
  checked(seconds(30 * 86'400 + 1));
  EXPECT_EQ(types(fold.pass(Duration{0})), TypeNames{});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"metadata.expiring"});
  fold.pass(seconds(1)).value();
  EXPECT_NE(open_alert(fold, AlertType::metadata_expiring, "vendor"), nullptr);
  EXPECT_EQ(count_of<MetadataExpiring>(*fold.pass(days(16))), 1U);
  fold.pass(days(14)).value();
  fold.pass(seconds(1)).value();
  EXPECT_NE(open_alert(fold, AlertType::metadata_expired, "vendor"), nullptr);
  given(fold, ReportSourceCheckFailed{{"vendor"}, {"c"}, SourceFault::timed_out, "30 s"});
  given(fold, ReportVerificationFailed{{"vendor"}, "a.json", "targets", "manager", "digest"});
  fold.pass(seconds(1)).value();
  EXPECT_NE(open_alert(fold, AlertType::source_unreachable, "vendor"), nullptr);
  EXPECT_NE(open_alert(fold, AlertType::content_verification_failed, "vendor"), nullptr);
  checked(days(90));
  fold.pass(seconds(1)).value();
  EXPECT_TRUE(fold.world.alerts.open.empty());
}

TEST(AlertConditions, OfASourceEndWhenItIsSwitchedOff) {
  Fold fold;
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  given(fold, ReportSourceCheckFailed{{"vendor"}, {"c"}, SourceFault::timed_out, "30 s"});
  fold.pass(seconds(1)).value();
  ASSERT_NE(open_alert(fold, AlertType::source_unreachable, "vendor"), nullptr);
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", false});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

TEST(AlertConditions, TellOfALedgerThatDidNotVerify) {
  Fold fold;
  given(fold, RecordVerification{fold.world.size, {}, false, {"Record 7 differs."}});
  fold.pass(seconds(1)).value();
  const OpenAlert* alert = open_alert(fold, AlertType::ledger_verification_failed);
  ASSERT_NE(alert, nullptr);
  EXPECT_EQ(alert->facts.severity, AlertSeverity::critical);
  given(fold, RecordVerification{fold.world.size, {}, true, {}});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.ended"});
}

}  // namespace
}  // namespace tests

#include "ledger/domain/world.h"

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

TEST(Commands, HaveReasonsAndTicketsOfBoundedLength) {
  Fold fold;
  Command command = fold.command_of(CreatePolicy{{"site"}, std::nullopt, ""});
  command.reason = std::string(ledger::limits::reason_bytes_max + 1, 'x');
  EXPECT_EQ(fold.submit_command(command).error().reason, "reason-too-long");
  command.reason.clear();
  command.ticket = std::string(ledger::limits::ticket_bytes_max + 1, 'x');
  EXPECT_EQ(fold.submit_command(command).error().reason, "ticket-too-long");
  command.ticket = "CHG-1";
  EXPECT_EQ(fold.submit_command(command)->front().ticket, "CHG-1");
}

TEST(Commands, MayNameTheVersionTheyExpect) {
  Fold fold;
  given_policy(fold, "site");
  Command command = fold.command_of(ChangePolicy{{"site"}, std::nullopt, "one"});
  command.expected_version = 1;
  EXPECT_TRUE(fold.submit_command(command));
  command.payload = ChangePolicy{{"site"}, std::nullopt, "two"};
  const auto stale = fold.submit_command(command);
  EXPECT_EQ(stale.error().reason, "version-stale");
  EXPECT_EQ(stale.error().kind, ledger::ErrorKind::conflict);
}

TEST(Commands, OfTooManyEventsAreRefusedWhole) {
  Fold fold;
  given(fold, import_of_update(1, {{1}}));
  // One rule for each of many policies that inherit it: each gets an event.
  given_policy(fold, "top");
  Policies& policies = fold.world.policies;
  for (std::size_t i = 0; i < ledger::limits::command_events_max; ++i) {
    Policy& child = policies.policies[{"child-" + std::to_string(i)}];
    child.parent = PolicyId{"top"};
    child.ruleset.ruleset = ruleset_digest({});
  }
  EXPECT_EQ(fold.refusal(AssignRules{{"top"}, {rule_id(1)}, {}, {}}), "command-too-large");
  EXPECT_TRUE(fold.world.policies.find({"top"})->rules.empty());
}

TEST(Bookmarks, NamePositionsThatAreThere) {
  Fold fold;
  given_policy(fold, "site");
  EXPECT_EQ(types(fold.submit(SetBookmark{{"start"}, Position{0}})), TypeNames{"bookmark.set"});
  EXPECT_EQ(types(fold.submit(SetBookmark{{"start"}, Position{0}})), TypeNames{});
  EXPECT_EQ(fold.refusal(SetBookmark{{"start"}, Position{1}}), "bookmark-exists");
  EXPECT_EQ(fold.refusal(SetBookmark{{"later"}, Position{2}}), "position-beyond-head");
  EXPECT_EQ(fold.refusal(SetBookmark{{"No"}, Position{0}}), "bookmark-name-invalid");
  EXPECT_EQ(types(fold.submit(RemoveBookmark{{"start"}})), TypeNames{"bookmark.removed"});
  EXPECT_EQ(fold.refusal(RemoveBookmark{{"start"}}), "bookmark-unknown");
  for (std::size_t i = 0; i < ledger::limits::bookmarks_max; ++i) {
    fold.world.service.bookmarks[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(SetBookmark{{"more"}, Position{0}}), "too-many-bookmarks");
}

TEST(Service, KnowsWhetherItStoppedInOrder) {
  Fold fold;
  given(fold, RecordServiceStarted{"0.1.0", 1, Position{0}, 0});
  EXPECT_TRUE(fold.world.service.running);
  given(fold, RecordServiceStopped{"asked to"});
  EXPECT_FALSE(fold.world.service.running);
  EXPECT_EQ(fold.world.service.starts, 1U);
}

TEST(Service, IntroducesASigningKeyOnce) {
  Fold fold;
  const RecordSigningKey key{"k1", "ledger", "AAAA"};
  EXPECT_EQ(types(fold.submit(key)), TypeNames{"signing_key.introduced"});
  EXPECT_EQ(types(fold.submit(key)), TypeNames{});
}

TEST(Service, RetiresASigningKeyOnceAndNeverTheLastOne) {
  Fold fold;
  given(fold, RecordSigningKey{"k1", "ledger", "AAAA"});
  EXPECT_EQ(fold.refusal(RetireSigningKey{"k1"}), "signing-key-last");
  given(fold, RecordSigningKey{"k2", "ledger", "BBBB"});
  EXPECT_EQ(types(fold.submit(RetireSigningKey{"k1"})), TypeNames{"signing_key.retired"});
  EXPECT_EQ(types(fold.submit(RetireSigningKey{"k1"})), TypeNames{});
  EXPECT_EQ(fold.refusal(RetireSigningKey{"k2"}), "signing-key-last");
}

TEST(Service, RemembersWhatEvidenceWasTaken) {
  Fold fold;
  const auto taken = fold.submit(RecordEvidence{"stream policy/web", Position{0}, Position{9}, {}});
  EXPECT_EQ(types(taken), TypeNames{"evidence.issued"});
}

TEST(Service, RemembersWhichReportsWereKept) {
  Fold fold;
  const auto kept = fold.submit(RecordReport{"coverage", Position{0}, Position{9}, {}});
  EXPECT_EQ(types(kept), TypeNames{"report.made"});
}

TEST(Clock, GoingBackIsToldOnce) {
  Fold fold;
  fold.pass(seconds(10)).value();
  given_policy(fold, "site");
  fold.now = fold.now - minutes(1);
  const auto events = fold.pass(Duration{0});
  ASSERT_EQ(types(events), TypeNames{"clock.stepped"});
  EXPECT_EQ(events->front().recorded_at - fold.now, minutes(1));  // Recorded time stands still.
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{});
}

TEST(Clock, SetBackFarIsAnAlertUntilItHasCaughtUp) {
  Fold fold;
  given_policy(fold, "site");
  fold.pass(hours(1)).value();
  given_policy(fold, "web");
  fold.now = fold.now - minutes(5);
  EXPECT_EQ(types(fold.pass(Duration{0})), TypeNames{"clock.stepped"});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.raised"});
  const auto* alert = open_alert(fold, AlertType::recorded_time_ahead, "");
  ASSERT_NE(alert, nullptr);
  EXPECT_EQ(alert->facts.severity, AlertSeverity::critical);
  EXPECT_NE(alert->summary.find("stands still at " + rfc3339(fold.world.now)), std::string::npos)
      << alert->summary;
  given_policy(fold, "mail");
  EXPECT_EQ(types(fold.pass(minutes(4))), TypeNames{}) << "it stands still, whoever writes";
  EXPECT_EQ(types(fold.pass(minutes(1))), TypeNames{"alert.ended"});
}

TEST(Clock, SetBackALittleIsNoAlert) {
  Fold fold;
  given_policy(fold, "site");
  fold.now = fold.now - minutes(5) + seconds(1);
  EXPECT_EQ(types(fold.pass(Duration{0})), TypeNames{"clock.stepped"});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{});
}

TEST(Clock, AnAlertOfItThatWasDismissedIsRaisedByTheNextStep) {
  Fold fold;
  given_policy(fold, "site");
  fold.now = fold.now - hours(2);
  fold.pass(Duration{0}).value();
  fold.pass(seconds(1)).value();
  const AlertKey key{AlertType::recorded_time_ahead, ""};
  given(fold, DismissAlert{fold.world.alerts.by_key.at(key)});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{});
  fold.now = fold.world.now + hours(2);
  given_policy(fold, "web");
  fold.now = fold.now - hours(3);
  EXPECT_EQ(types(fold.pass(Duration{0})), TypeNames{"clock.stepped"});
  EXPECT_EQ(types(fold.pass(seconds(1))), TypeNames{"alert.raised"});
}

TEST(Evolve, CountsEveryStreamsVersions) {
  Fold fold;
  given_policy(fold, "site");
  given(fold, ChangePolicy{{"site"}, std::nullopt, "x"});
  given(fold, enrolment("pc-1"));
  EXPECT_EQ(next_stream_version(fold.world, "policy/site"), 2U);
  EXPECT_EQ(next_stream_version(fold.world, "computer/pc-1"), 1U);
  EXPECT_EQ(next_stream_version(fold.world, "computer/nobody"), 0U);
  EXPECT_EQ(next_stream_version(fold.world, "policy/nowhere"), 0U);
}

}  // namespace
}  // namespace tests

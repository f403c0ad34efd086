#include "ledger/domain/computers.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

TEST(Enrolment, PutsAComputerIntoTheFleet) {
  Fold fold;
  given_policy(fold, "site");
  auto enrol = enrolment("pc-1", "site");
  enrol.labels = {"b", "a", "b"};
  const auto events = fold.submit(enrol);
  EXPECT_EQ(types(events), TypeNames{"computer.enrolled"});
  EXPECT_EQ(events->front().stream, "computer/pc-1");
  EXPECT_EQ(first_of<ComputerEnrolled>(events)->labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(first_of<ComputerEnrolled>(events)->name, "pc-1");  // For want of another.
  EXPECT_EQ(facts_of(fold, "pc-1").relay_group, default_relay_group());
}

TEST(Enrolment, RefusesWhatIsNoComputer) {
  Fold fold;
  const auto refusal = [&](auto change) {
    auto enrol = enrolment("pc-1");
    change(enrol);
    return fold.refusal(enrol);
  };
  EXPECT_EQ(refusal([](auto& e) { e.computer.value = "PC 1"; }), "computer-name-invalid");
  EXPECT_EQ(refusal([](auto& e) { e.name = std::string(256, 'x'); }), "text-too-long");
  EXPECT_EQ(refusal([](auto& e) { e.agent_version = std::string(256, 'x'); }), "text-too-long");
  EXPECT_EQ(refusal([](auto& e) { e.platform.value = "all"; }), "platform-invalid");
  EXPECT_EQ(refusal([](auto& e) { e.platform.value = ""; }), "platform-invalid");
  EXPECT_EQ(refusal([](auto& e) { e.labels = {""}; }), "labels-invalid");
  EXPECT_EQ(refusal([](auto& e) {
              for (int i = 0; i < 33; ++i) e.labels.push_back(std::to_string(i));
            }),
            "labels-invalid");
  EXPECT_EQ(refusal([](auto& e) { e.policy = PolicyId{"nowhere"}; }), "policy-unknown");
  EXPECT_EQ(refusal([](auto& e) { e.group = GroupId{"nowhere"}; }), "group-unknown");
  EXPECT_EQ(refusal([](auto& e) { e.relay_group = RelayGroupId{"nowhere"}; }),
            "relay-group-unknown");
  EXPECT_EQ(refusal([](auto& e) { e.token.value = "No Name"; }), "token-name-invalid");
  EXPECT_EQ(refusal([](auto& e) { e.token.value = "agent"; }), "token-expiry-past");
  EXPECT_EQ(refusal([](auto&) {}), "");
  EXPECT_EQ(refusal([](auto&) {}), "computer-exists");
}

TEST(Enrolment, ByATokenTakesItsDefaultsAndCountsItsUses) {
  Fold fold;
  given_policy(fold, "site");
  given(fold, CreateGroup{{"office"}, std::nullopt});
  given(fold, CreateRelayGroup{{"branch"}, std::nullopt, false, ""});
  given(fold, IssueEnrolmentToken{{"join"},
                                  digest(1),
                                  2,
                                  fold.now + days(1),
                                  PolicyId{"site"},
                                  GroupId{"office"},
                                  RelayGroupId{"branch"}});
  const auto join = [&](const std::string& name) {
    auto enrol = enrolment(name);
    enrol.enrolment = TokenId{"join"};
    enrol.token = TokenId{"agent-" + name};
    enrol.token_expires_at = fold.now + days(30);
    return fold.submit(enrol);
  };
  EXPECT_EQ(types(join("pc-1")), (TypeNames{"computer.enrolled", "token.issued"}));
  EXPECT_EQ(facts_of(fold, "pc-1").policy, PolicyId{"site"});
  EXPECT_EQ(facts_of(fold, "pc-1").group, GroupId{"office"});
  EXPECT_EQ(facts_of(fold, "pc-1").relay_group, RelayGroupId{"branch"});
  EXPECT_TRUE(join("pc-2"));
  EXPECT_EQ(join("pc-3").error().reason, "enrolment-token-used-up");
}

TEST(Enrolment, AgainAfterRemovalContinuesTheHistoryButNotTheState) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  report_up_to_date(fold, "pc-1", 7);
  given(fold, RemoveComputer{{"pc-1"}});
  EXPECT_FALSE(is_enrolled(fold.world.computers, {"pc-1"}));
  const auto events = given(fold, enrolment("pc-1"));
  EXPECT_EQ(events.front().stream_version, 3U);
  EXPECT_FALSE(facts_of(fold, "pc-1").reported);
  EXPECT_EQ(types(report_up_to_date(fold, "pc-1", 1)), TypeNames{"computer.reported"});
}

TEST(Reports, AreRecordedOnlyWhenTheyBringNews) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, enrolment("pc-1"));
  EXPECT_EQ(types(report_up_to_date(fold, "pc-1", 1)), TypeNames{"computer.reported"});
  EXPECT_EQ(types(report_up_to_date(fold, "pc-1", 2)), TypeNames{});
  given(fold, release("1.2"));
  EXPECT_EQ(types(report_up_to_date(fold, "pc-1", 3)), TypeNames{"computer.reported"});
}

TEST(Reports, SayWhichDecisionTheyCarryOut) {
  Fold fold;
  given_policy(fold, "site");
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  const auto first = fold.submit(release("1.1")).value().front().position;
  given(fold, enrolment("pc-1", "site"));
  EXPECT_EQ(report_up_to_date(fold, "pc-1", 1).front().causation, first);
  const auto second = fold.submit(release("1.2")).value().front().position;
  given(fold, import_of_update(1, {{1}}));
  given(fold, AssignRules{{"site"}, {rule_id(1)}, {}, {}});
  const auto applied = fold.submit(ApplyRuleUpdate{update(1)}).value().front().position;
  const auto report = [&](std::uint64_t sequence, const std::string& version,
                          std::optional<Digest> ruleset) {
    return fold
        .submit(ReportComputer{{"pc-1"}, sequence, {{{"virus-pattern"}, version}}, ruleset, {}})
        ->front()
        .causation;
  };
  const auto expected = fold.world.policies.find({"site"})->ruleset.ruleset;
  EXPECT_EQ(report(2, "1.2", std::nullopt), second);
  EXPECT_GE(report(3, "1.2", expected), applied) << "the ruleset that the update made";
  EXPECT_EQ(report(4, "0.9", expected), std::nullopt) << "nobody decided that";
  EXPECT_EQ(report(5, "1.2", expected), second);
  EXPECT_EQ(report(6, "1.1", expected), std::nullopt) << "nor that it goes back";
}

TEST(Reports, ThatWereOvertakenSayNothing) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  const auto report = [&](std::uint64_t sequence, const std::string& version) {
    return fold.submit(ReportComputer{{"pc-1"}, sequence, {{{"virus-pattern"}, version}}, {}, {}});
  };
  EXPECT_EQ(types(report(5, "1.2")), TypeNames{"computer.reported"});
  EXPECT_EQ(types(report(4, "1.1")), TypeNames{});
  EXPECT_EQ(facts_of(fold, "pc-1").components.front().version, "1.2");
}

TEST(Reports, RefuseImpossibleComponents) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  const auto refusal = [&](std::vector<ComponentVersion> components) {
    return fold.refusal(ReportComputer{{"pc-1"}, 1, std::move(components), {}, {}});
  };
  EXPECT_EQ(refusal({{{"a"}, "1"}, {{"a"}, "2"}}), "component-twice");
  EXPECT_EQ(refusal({{{"a"}, ""}}), "component-invalid");
  EXPECT_EQ(refusal({{{"A"}, "1"}}), "component-invalid");
  EXPECT_EQ(refusal({{{"a"}, std::string(64, '1')}}), "component-invalid");
  std::vector<ComponentVersion> many;
  for (int i = 0; i < 65; ++i) many.push_back({{"c" + std::to_string(i)}, "1"});
  EXPECT_EQ(refusal(many), "too-many-components");
  EXPECT_EQ(fold.refusal(ReportComputer{{"nobody"}, 1, {}, {}, {}}), "computer-unknown");
}

TEST(Silence, BeginsWhenTheContactBookSaysSoAndEndsWhenItSpeaks) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  const Time heard = fold.now;
  const auto silent = fold.pass(minutes(20), {{{"pc-1"}, heard}});
  EXPECT_EQ(first_of<ComputerSilent>(silent)->last_contact, heard);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::silent);
  EXPECT_EQ(count_of<ComputerSilent>(*fold.pass(seconds(1), {{{"pc-1"}, heard}})), 0U);
  const auto returned = report_up_to_date(fold, "pc-1", 1);
  EXPECT_EQ(types(returned), (TypeNames{"computer.returned", "computer.reported"}));
  EXPECT_FALSE(facts_of(fold, "pc-1").silent);
}

TEST(Silence, EndsAlsoWithAReportThatSaysNothingNew) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  report_up_to_date(fold, "pc-1", 1);
  fold.pass(minutes(20), {{{"pc-1"}, fold.now}, {{"nobody"}, fold.now}}).value();
  EXPECT_EQ(types(report_up_to_date(fold, "pc-1", 2)), TypeNames{"computer.returned"});
}

TEST(Failures, AreToldOnceAndEndWhenTheComputerRunsWhatItShould) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, enrolment("pc-1"));
  const ReportUpdateFailed failed{{"pc-1"}, "virus-pattern", UpdateFault::disk_full, "0 bytes"};
  EXPECT_EQ(types(fold.submit(failed)), TypeNames{"computer.update_failed"});
  EXPECT_EQ(types(fold.submit(failed)), TypeNames{});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::failed);
  report_up_to_date(fold, "pc-1", 1);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
}

// What it could not install is not expected of it any more.
TEST(Failures, EndWithTheNextReportAfterARollbackToWhatTheComputerRuns) {
  Fold fold;
  given(fold, import_of_update(1, {{1, 1, "web"}}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, enrolment("pc-1", "site"));
  report_up_to_date(fold, "pc-1", 1);
  given(fold, import_of_update(2, {{1, 2, "web"}}));
  given(fold, ReportUpdateFailed{{"pc-1"}, "rules", UpdateFault::disk_full, ""});
  const auto says_the_same = [&](std::uint64_t sequence) {
    const auto& known = facts_of(fold, "pc-1");
    return given(fold, ReportComputer{{"pc-1"}, sequence, known.components, known.ruleset, {}});
  };
  EXPECT_EQ(types(says_the_same(2)), TypeNames{});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::failed);
  given(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  EXPECT_EQ(types(says_the_same(3)), TypeNames{"computer.reported"});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
  // A failure that concerns nothing it is to run stands until what is expected changes.
  given(fold, ReportUpdateFailed{{"pc-1"}, "rules", UpdateFault::disk_full, ""});
  EXPECT_EQ(types(says_the_same(4)), TypeNames{});
}

TEST(Failures, HaveACauseAndAShortText) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  EXPECT_EQ(fold.refusal(ReportUpdateFailed{{"pc-1"}, "x", UpdateFault::none, ""}),
            "cause-missing");
  EXPECT_EQ(
      fold.refusal(ReportUpdateFailed{{"pc-1"}, std::string(256, 'x'), UpdateFault::other, ""}),
      "text-too-long");
  EXPECT_EQ(fold.refusal(ReportUpdateFailed{{"nobody"}, "x", UpdateFault::other, ""}),
            "computer-unknown");
  std::string detail;
  while (detail.size() <= ledger::limits::detail_bytes_max) detail += "\xc3\xa4";
  const auto events =
      fold.submit(ReportUpdateFailed{{"pc-1"}, "x", UpdateFault::other, "x" + detail});
  const auto& told = first_of<ComputerUpdateFailed>(events)->detail;
  EXPECT_LE(told.size(), ledger::limits::detail_bytes_max);
  EXPECT_EQ(told.back(), '\xa4');  // Never cut within a character.
}

TEST(Computers, ChangeTheirFactsOnlyWhenTheyDiffer) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  ChangeComputerFacts change{{"pc-1"}, "Front desk", {"windows"}, "2.0", {Module::firewall}, {}};
  EXPECT_EQ(types(fold.submit(change)), TypeNames{"computer.facts_changed"});
  EXPECT_EQ(facts_of(fold, "pc-1").platform, Platform{"windows"});
  EXPECT_EQ(types(fold.submit(change)), TypeNames{});
  change.platform = {"all"};
  EXPECT_EQ(fold.refusal(change), "platform-invalid");
  change.computer = {"nobody"};
  EXPECT_EQ(fold.refusal(change), "computer-unknown");
}

TEST(Computers, AreAssignedPoliciesGroupsAndRelayGroups) {
  Fold fold;
  given_policy(fold, "site");
  given(fold, CreateGroup{{"office"}, std::nullopt});
  given(fold, CreateRelayGroup{{"branch"}, std::nullopt, false, ""});
  given(fold, enrolment("pc-1"));
  const ComputerId pc{"pc-1"};
  EXPECT_EQ(types(fold.submit(AssignPolicy{pc, PolicyId{"site"}})), TypeNames{"policy.assigned"});
  EXPECT_EQ(types(fold.submit(AssignPolicy{pc, PolicyId{"site"}})), TypeNames{});
  EXPECT_EQ(types(fold.submit(MoveComputer{pc, GroupId{"office"}})), TypeNames{"computer.moved"});
  EXPECT_EQ(types(fold.submit(MoveComputer{pc, GroupId{"office"}})), TypeNames{});
  EXPECT_EQ(types(fold.submit(AssignRelayGroup{pc, RelayGroupId{"branch"}})),
            TypeNames{"relay_group.assigned"});
  EXPECT_EQ(types(fold.submit(AssignRelayGroup{pc, RelayGroupId{"branch"}})), TypeNames{});
  given(fold, AssignRelayGroup{pc, std::nullopt});
  EXPECT_EQ(facts_of(fold, "pc-1").relay_group, default_relay_group());
  EXPECT_EQ(fold.refusal(AssignPolicy{pc, PolicyId{"nowhere"}}), "policy-unknown");
  EXPECT_EQ(fold.refusal(MoveComputer{pc, GroupId{"nowhere"}}), "group-unknown");
  EXPECT_EQ(fold.refusal(AssignRelayGroup{pc, RelayGroupId{"nowhere"}}), "relay-group-unknown");
  EXPECT_EQ(fold.refusal(AssignPolicy{{"nobody"}, std::nullopt}), "computer-unknown");
}

TEST(Computers, ThatAreRelaysAreNotRemoved) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  given(fold, RegisterRelay{{"pc-1"}, std::nullopt, "https://pc-1"});
  EXPECT_EQ(fold.refusal(RemoveComputer{{"pc-1"}}), "computer-is-relay");
  given(fold, RemoveRelay{{"pc-1"}});
  EXPECT_EQ(types(fold.submit(RemoveComputer{{"pc-1"}})), TypeNames{"computer.removed"});
  EXPECT_EQ(fold.refusal(RemoveComputer{{"pc-1"}}), "computer-unknown");
  EXPECT_EQ(count(fold.world).total, 0U);
}

TEST(Names, GrowShrinkAndStayWithTheirComputer) {
  ComputerTable table;
  const auto one = table.obtain("one");
  const auto two = table.obtain("two");
  table.set_name(one, "First");
  table.set_name(two, "Second");
  table.set_name(one, std::string(255, 'x'));
  table.set_name(two, "2");
  table.set_name(two, "Second again");
  EXPECT_EQ(table.id(one), "one");
  EXPECT_EQ(table.name(one), std::string(255, 'x'));
  EXPECT_EQ(table.id(two), "two");
  EXPECT_EQ(table.name(two), "Second again");
  EXPECT_EQ(table.find("two"), two);
  EXPECT_EQ(table.find("three"), std::nullopt);
}

TEST(ComputerTable, FindsEveryComputerWhicheverIsExpected) {
  ComputerTable table;
  table.expect("nobody");
  EXPECT_EQ(table.find("nobody"), std::nullopt);
  std::vector<ComputerIndex> all;
  for (int i = 0; i < 3'000; ++i) all.push_back(table.obtain("computer-" + std::to_string(i)));
  table.expect("computer-2999");
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_EQ(table.find("computer-" + std::to_string(i)), all[static_cast<std::size_t>(i)]);
    table.expect("computer-" + std::to_string(i));
    table.set_name(all[static_cast<std::size_t>(i)], "pc-" + std::to_string(i));
  }
  table.expect("nobody");  // Whoever was expected before still is.
  EXPECT_EQ(table.find("nobody"), std::nullopt);
  EXPECT_EQ(table.find("computer-2999"), all.back());
  const ComputerTable copy = table;
  EXPECT_EQ(copy.name(all.front()), "pc-0");
  EXPECT_EQ(copy.find("computer-1500"), all[1'500]);
}

}  // namespace
}  // namespace tests

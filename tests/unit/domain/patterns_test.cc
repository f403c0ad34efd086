#include "ledger/domain/patterns.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

TEST(Patterns, TheLastReleasedVersionIsTheCurrentOne) {
  Fold fold;
  given(fold, release("19.123.00"));
  given(fold, release("22.600-1005"));  // Dotted numbers are no order; releases are.
  given(fold, release("9.1"));
  const Pattern* pattern = fold.world.patterns.find({"virus-pattern"}, {"all"});
  EXPECT_EQ(pattern->current().version, "9.1");
  EXPECT_EQ(pattern->versions.size(), 3U);
}

TEST(Patterns, NeverChangeUnderTheirVersionNorGoBack) {
  Fold fold;
  auto first = release("1.1");
  first.released_at = fold.now;
  given(fold, first);
  EXPECT_EQ(types(fold.submit(first)), TypeNames{});
  auto other = first;
  other.digest = digest(99);
  EXPECT_EQ(fold.refusal(other), "pattern-version-differs");
  auto older = release("1.0");
  older.released_at = fold.now - hours(1);
  EXPECT_EQ(fold.refusal(older), "pattern-not-newer");
}

TEST(Patterns, RefuseWhatIsNoComponentPlatformOrVersion) {
  Fold fold;
  for (const auto* version : {"", ".1", "1.", "1..2", "1.2a", "v1", "1 2"}) {
    ReleasePattern bad = release("1.1");
    bad.version = version;
    EXPECT_EQ(fold.refusal(bad), "pattern-version-invalid") << version;
  }
  EXPECT_EQ(fold.refusal(release("1.1", "Virus Pattern")), "component-name-invalid");
  EXPECT_EQ(fold.refusal(release("1.1", "a", "")), "platform-invalid");
  auto verbose = release("1.1");
  verbose.product = std::string(256, 'x');
  EXPECT_EQ(fold.refusal(verbose), "product-name-too-long");
  for (std::size_t i = 0; i < ledger::limits::pattern_components_max; ++i) {
    fold.world.patterns.patterns[{{"filler-" + std::to_string(i)}, {"all"}}];
  }
  EXPECT_EQ(fold.refusal(release("1.1")), "too-many-components");
}

TEST(Patterns, AreRetiredButForTheCurrentVersion) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, release("1.2"));
  const auto retire = [](const std::string& version) {
    return RetirePattern{{"virus-pattern"}, {"all"}, version};
  };
  EXPECT_EQ(fold.refusal(retire("1.2")), "pattern-current");
  EXPECT_EQ(fold.refusal(retire("1.9")), "pattern-unknown");
  EXPECT_EQ(types(fold.submit(retire("1.1"))), TypeNames{"pattern.retired"});
  EXPECT_EQ(types(fold.submit(retire("1.1"))), TypeNames{});
}

TEST(Patterns, AreSaidToBeGoneOnce) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, release("1.2"));
  given(fold, RetirePattern{{"virus-pattern"}, {"all"}, "1.1"});
  const auto* retired = fold.world.patterns.find({"virus-pattern"}, {"all"})->find("1.1");
  const RecordContentPruned gone{retired->digest, retired->bytes, PruneCause::retention};
  EXPECT_EQ(types(fold.submit(gone)), TypeNames{"content.pruned"});
  EXPECT_EQ(types(fold.submit(gone)), TypeNames{});
}

TEST(Expectations, PreferAComputersOwnPlatform) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, release("2.1", "virus-pattern", "linux"));
  given(fold, release("3.1", "virus-pattern", "windows"));
  given(fold, enrolment("pc-1"));
  report_up_to_date(fold, "pc-1", 1);
  EXPECT_EQ(facts_of(fold, "pc-1").components,
            (std::vector<ComponentVersion>{{{"virus-pattern"}, "2.1"}}));
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
}

// A source that answers, asked long ago, and a computer that runs what it should.
Fold a_watched_fleet() {
  Fold fold;
  given(fold, ConfigureSource{{"vendor"}, "https://a", "", digest(7), "", true});
  given(fold, ReportSourceChecked{{"vendor"}, {"check-1"}, 3, digest(3), {}, {}, 1});
  given(fold, release("1.9"));
  given(fold, release("1.10"));
  given(fold, enrolment("pc-1"));
  report_up_to_date(fold, "pc-1", 1);
  fold.now = fold.now + hours(1);
  return fold;
}

ReportComputer running(std::uint64_t sequence, const std::string& version) {
  ReportComputer report;
  report.computer = {"pc-1"};
  report.sequence = sequence;
  report.components = {{{"virus-pattern"}, version}};
  return report;
}

TEST(Status, OfAComputerAheadOfTheLedgerIsUpToDate) {
  Fold fold = a_watched_fleet();
  const auto events = fold.submit(running(2, "1.11"));
  EXPECT_EQ(types(events), (TypeNames{"computer.reported", "source.check_requested"}));
  EXPECT_EQ((*events)[1].causation, (*events)[0].position);
  const auto status = status_of(fold, "pc-1");
  EXPECT_EQ(status.status, ComputerStatus::up_to_date);
  EXPECT_EQ(status.reason,
            "It runs what it should, virus-pattern at 1.11, newer than this ledger knows.");
  // The source is asked already, and then not again so soon.
  EXPECT_EQ(types(fold.submit(running(3, "1.12"))), TypeNames{"computer.reported"});
  given(fold, ReportSourceChecked{{"vendor"}, {"check-1"}, 3, digest(3), {}, {}, 0});
  EXPECT_EQ(types(fold.submit(running(4, "1.13"))), TypeNames{"computer.reported"});
}

TEST(Status, OfAComputerWithOlderNumbersOrAKnownVersionIsOutOfDate) {
  Fold fold = a_watched_fleet();
  given(fold, release("1.3"));  // Releases are the order of what is known.
  std::uint64_t sequence = 1;
  for (const char* version : {"1.9", "1.10", "1.2", "01.002", "0.99", "none"}) {
    EXPECT_EQ(types(fold.submit(running(++sequence, version))), TypeNames{"computer.reported"});
    EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::out_of_date) << version;
  }
}

TEST(Status, SaysSinceWhenAComputerIsBehind) {
  Fold fold;
  given(fold, release("1.1"));
  given(fold, enrolment("pc-1"));
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::unknown);
  report_up_to_date(fold, "pc-1", 1);
  fold.now = fold.now + hours(1);
  const auto superseded = given(fold, release("1.2"));
  fold.now = fold.now + hours(1);
  given(fold, release("1.3"));
  const auto status = status_of(fold, "pc-1");
  EXPECT_EQ(status.status, ComputerStatus::out_of_date);
  EXPECT_EQ(status.since.position, superseded.front().position);
  EXPECT_EQ(status.behind, (std::vector<ComponentName>{{"virus-pattern"}}));
  EXPECT_EQ(status.reason, "Out of date: virus-pattern is at 1.1, not at 1.3.");
}

TEST(Status, IsNotApplicableToAComputerOfWhichNothingIsExpected) {
  Fold fold;
  given(fold, release("1.1"));
  auto enrol = enrolment("pc-1");
  enrol.modules = {};
  given(fold, enrol);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::not_applicable);
  // A module of rules without a policy that has any expects nothing either.
  given(fold, ChangeComputerFacts{{"pc-1"}, "", {"linux"}, "", {Module::firewall}, {}});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::not_applicable);
}

TEST(Status, FollowsTheRulesetOfThePolicy) {
  Fold fold;
  given(fold, import_of_update(1, {{1, 1, "web"}}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  given(fold, enrolment("pc-1", "site"));
  report_up_to_date(fold, "pc-1", 1);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
  given(fold, import_of_update(2, {{1, 2, "web"}}));
  const auto behind = status_of(fold, "pc-1");
  EXPECT_EQ(behind.status, ComputerStatus::out_of_date);
  EXPECT_TRUE(behind.rules_behind);
  // A rollback makes those right again that never took the bad update.
  given(fold, RollBackRuleUpdate{update(1), false, std::nullopt});
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::up_to_date);
}

TEST(Status, IsOutOfDateWhileRulesRunThatNoPolicyGives) {
  Fold fold;
  given(fold, import_of_update(1, {{1, 1, "web"}}));
  given_policy(fold, "site");
  given(fold, AssignRules{{"site"}, {}, {"web"}, {}});
  auto enrol = enrolment("pc-1", "site");
  enrol.modules = {Module::intrusion_prevention};
  given(fold, enrol);
  report_up_to_date(fold, "pc-1", 1);
  const auto unassigned = given(fold, UnassignRules{{"site"}, {}, {"web"}, {}});
  const auto emptied = status_of(fold, "pc-1");
  EXPECT_EQ(emptied.status, ComputerStatus::out_of_date);
  EXPECT_EQ(type_name(unassigned.back().payload), "policy.ruleset_changed");
  EXPECT_EQ(emptied.since.position, unassigned.back().position);
  EXPECT_TRUE(emptied.rules_behind);
  EXPECT_EQ(emptied.reason, "Out of date: it runs rules and policy site has none.");
  given(fold, AssignPolicy{{"pc-1"}, std::nullopt});
  EXPECT_EQ(status_of(fold, "pc-1").reason,
            "Out of date: it runs rules and has no policy that gives it any.");
  report_up_to_date(fold, "pc-1", 2);
  EXPECT_EQ(status_of(fold, "pc-1").status, ComputerStatus::not_applicable);
}

}  // namespace
}  // namespace tests

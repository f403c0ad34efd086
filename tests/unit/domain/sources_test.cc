#include "ledger/domain/sources.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

ConfigureSource source(const std::string& id, const std::string& url, bool enabled = true) {
  return {{id}, url, "", std::nullopt, "", enabled};
}

ReportSourceChecked checked(const std::string& id, std::uint64_t metadata) {
  return {{id}, {"check-1"}, metadata, std::nullopt, std::nullopt, {}, 0};
}

Fold a_source() {
  Fold fold;
  given(fold, source("vendor", "https://updates.example"));
  return fold;
}

TEST(Sources, AreConfiguredByUrl) {
  Fold fold = a_source();
  EXPECT_EQ(types(fold.submit(source("vendor", "https://updates.example"))), TypeNames{});
  EXPECT_EQ(types(fold.submit(source("vendor", "file:///srv/updates"))),
            TypeNames{"source.configured"});
  EXPECT_EQ(fold.refusal(source("Vendor", "https://a")), "source-name-invalid");
  EXPECT_EQ(fold.refusal(source("x", "ftp://a")), "source-url-invalid");
  auto other = source("x", "https://a");
  other.alternative_url = "gopher://a";
  EXPECT_EQ(fold.refusal(other), "source-url-invalid");
  for (std::size_t i = 0; i < ledger::limits::sources_max; ++i) {
    fold.world.sources.sources[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(source("more", "https://a")), "too-many-sources");
}

TEST(Checks, AreUnderWayOneAtATimeForEachSource) {
  Fold fold = a_source();
  const RequestSourceCheck request{{"vendor"}, DownloadMode::check_only};
  const auto events = fold.submit(request);
  EXPECT_EQ(first_of<SourceCheckRequested>(events)->check, OperationId{"check-1"});
  EXPECT_EQ(fold.refusal(request), "check-under-way");
  given(fold, checked("vendor", 1));
  EXPECT_EQ(fold.refusal(request), "");
  EXPECT_EQ(fold.refusal(RequestSourceCheck{{"nowhere"}, {}}), "source-unknown");
  given(fold, source("vendor", "https://updates.example", false));
  EXPECT_EQ(fold.refusal(request), "source-disabled");
}

TEST(Checks, NoticeWhenASourceIsAwayAndWhenItIsBack) {
  Fold fold = a_source();
  const auto failed = [&](SourceFault cause) {
    return fold.submit(ReportSourceCheckFailed{{"vendor"}, {"check-1"}, cause, "why"});
  };
  EXPECT_EQ(types(failed(SourceFault::disk_full)), TypeNames{"source.check_failed"});
  EXPECT_EQ(types(failed(SourceFault::timed_out)),
            (TypeNames{"source.check_failed", "source.unreachable"}));
  EXPECT_EQ(types(failed(SourceFault::timed_out)), TypeNames{"source.check_failed"});
  EXPECT_EQ(types(fold.submit(checked("vendor", 1))),
            (TypeNames{"source.checked", "source.reachable"}));
}

TEST(Checks, ApplyTheNewestUpdateIfThatIsToHappenByItself) {
  Fold fold = a_source();
  given_setting(fold, SettingName::auto_apply_rule_updates, "false");
  given(fold, import_of_update(1, {{1}}));
  given(fold, import_of_update(2, {{1}}));
  EXPECT_EQ(types(fold.submit(checked("vendor", 1))), TypeNames{"source.checked"});
  given_setting(fold, SettingName::auto_apply_rule_updates, "true");
  const auto events = fold.submit(checked("vendor", 1));
  EXPECT_EQ(types(events), (TypeNames{"source.checked", "rule_update.applied"}));
  EXPECT_EQ(first_of<RuleUpdateApplied>(events)->update, update(2));
}

TEST(Checks, RememberTheNewestMetadataOfEnabledSources) {
  Fold fold = a_source();
  given(fold, source("mirror", "https://mirror.example"));
  given(fold, checked("vendor", 3));
  given(fold, checked("mirror", 5));
  EXPECT_EQ(fold.world.sources.latest_metadata_version(), 5U);
  given(fold, source("mirror", "https://mirror.example", false));
  EXPECT_EQ(fold.world.sources.latest_metadata_version(), 3U);
}

TEST(Metadata, ExpiryIsWarnedOfAtFourStepsOnceEach) {
  Fold fold = a_source();
  auto report = checked("vendor", 1);
  report.expires_at = fold.now + days(40);
  given(fold, report);
  std::vector<std::uint32_t> warned;
  std::size_t expired = 0;
  for (int day = 1; day <= 42; ++day) {
    const auto events = fold.pass(days(1));
    if (const auto* expiring = first_of<MetadataExpiring>(events)) {
      warned.push_back(expiring->days_left);
    }
    expired += count_of<MetadataExpired>(*events);
  }
  EXPECT_EQ(warned, (std::vector<std::uint32_t>{30, 14, 7, 1}));
  EXPECT_EQ(expired, 1U);
}

TEST(Sources, HaveTheirBundlesRecorded) {
  Fold fold = a_source();
  const RecordBundleCreated made{{"vendor"}, {}, 1'000, 7};
  EXPECT_EQ(types(fold.submit(made)), TypeNames{"bundle.created"});
  EXPECT_EQ(fold.refusal(RecordBundleCreated{{"nobody"}, {}, 1'000, 7}), "source-unknown");
}

TEST(Sources, TakeBundlesOfRepositoriesOnly) {
  Fold fold = a_source();
  const RecordBundleImported taken{{"vendor"}, digest(3), 1'000, 7, false};
  EXPECT_EQ(fold.refusal(taken), "trust-root-missing");
  EXPECT_EQ(fold.refusal(RecordBundleImported{{"nobody"}, {}, 1, 7, false}), "source-unknown");
  auto repository = source("vendor", "https://updates.example");
  repository.trust_root = digest(1);
  given(fold, repository);
  EXPECT_EQ(types(fold.submit(taken)), TypeNames{"bundle.imported"});
  EXPECT_EQ(types(fold.submit(RecordBundleRefused{{"vendor"}, digest(4), "why"})),
            TypeNames{"bundle.refused"});
}

TEST(Sources, AreNotReachedByABundle) {
  Fold fold = a_source();
  given(fold, ReportSourceCheckFailed{{"vendor"}, {"check-1"}, SourceFault::timed_out, "why"});
  auto report = checked("vendor", 1);
  report.check = {"bundle-1"};
  report.bundle = digest(3);
  EXPECT_EQ(types(fold.submit(report)), TypeNames{"source.checked"});
  EXPECT_TRUE(fold.world.sources.find({"vendor"})->unreachable_since);
}

TEST(Checks, EndByTheirOwnReportOnly) {
  Fold fold = a_source();
  given(fold, RequestSourceCheck{{"vendor"}, DownloadMode::check_only});
  auto report = checked("vendor", 1);
  report.check = {"bundle-1"};
  given(fold, report);
  EXPECT_TRUE(fold.world.sources.find({"vendor"})->check);
  report.check = {"check-1"};
  given(fold, report);
  EXPECT_FALSE(fold.world.sources.find({"vendor"})->check);
}

TEST(Metadata, ThatIsOverIsToldByItsRole) {
  Fold fold = a_source();
  const auto role_told = [&](const std::string& role) {
    ReportSourceCheckFailed failed{{"vendor"}, {"check-1"}, SourceFault::metadata_expired, "why"};
    failed.role = role;
    Fold again = fold;
    const auto events = again.submit(failed);
    const auto* expired = first_of<MetadataExpired>(events);
    return expired == nullptr ? "" : expired->role;
  };
  EXPECT_EQ(role_told("targets"), "targets");
  EXPECT_EQ(role_told(""), "timestamp");
}

// -- Repositories of TUF -----------------------------------------------------------------------

Fold a_repository() {
  Fold fold;
  auto configured = source("vendor", "https://updates.example");
  configured.trust_root = digest(1);
  given(fold, configured);
  return fold;
}

ReportSourceChecked seen(std::uint64_t version, std::uint32_t number) {
  auto report = checked("vendor", version);
  report.metadata_digest = digest(number);
  return report;
}

TEST(Repositories, WarnOfTheRolesThatPeopleSign) {
  Fold fold = a_repository();
  auto report = seen(1, 1);
  report.expires_at = fold.now + days(1);
  report.roles = {{"root", fold.now + days(200)}, {"targets", fold.now + days(12)}};
  const auto events = fold.submit(report);
  EXPECT_EQ(types(events), (TypeNames{"source.checked", "metadata.expiring"}));
  const auto* expiring = first_of<MetadataExpiring>(events);
  EXPECT_EQ(expiring->role, "targets");
  EXPECT_EQ(expiring->days_left, 14U);
  ASSERT_TRUE(fold.pass(hours(12)));
  ASSERT_EQ(fold.world.alerts.by_key.size(), 1U);
  EXPECT_EQ(fold.world.alerts.by_key.begin()->first.first, AlertType::metadata_expiring);
  report.roles[1].expires_at = fold.now + days(90);
  EXPECT_EQ(types(fold.submit(report)), TypeNames{"source.checked"});
  ASSERT_TRUE(fold.pass(hours(1)));
  EXPECT_TRUE(fold.world.alerts.by_key.empty());
}

TEST(Repositories, ExpireWhenACheckFindsThemSoOrAnOfflineRoleEnds) {
  Fold fold = a_repository();
  auto report = seen(1, 1);
  report.expires_at = fold.now + days(1);
  report.roles = {{"rules", fold.now + days(5)}};
  given(fold, report);
  // Nobody asked since: the timestamp may have been signed again.
  const auto passed = fold.pass(days(2));
  EXPECT_EQ(count_of<MetadataExpired>(*passed), 0U);
  const ReportSourceCheckFailed failed{
      {"vendor"}, {"check-1"}, SourceFault::metadata_expired, "The timestamp metadata expired."};
  EXPECT_EQ(types(fold.submit(failed)), (TypeNames{"source.check_failed", "metadata.expired"}));
  EXPECT_EQ(types(fold.submit(failed)), TypeNames{"source.check_failed"});
  ASSERT_TRUE(fold.pass(seconds(1)));
  EXPECT_TRUE(fold.world.alerts.by_key.contains({AlertType::metadata_expired, "vendor"}));
  given(fold, report);
  ASSERT_TRUE(fold.pass(seconds(1)));
  EXPECT_FALSE(fold.world.alerts.by_key.contains({AlertType::metadata_expired, "vendor"}));
  const auto later = fold.pass(days(4));
  EXPECT_EQ(first_of<MetadataExpired>(later)->role, "rules");
}

TEST(Repositories, ShowTwoFacesWhenOneVersionHasTwoDigests) {
  Fold fold = a_repository();
  given(fold, seen(3, 1));
  EXPECT_EQ(types(fold.submit(seen(3, 1))), TypeNames{"source.checked"});
  const auto events = fold.submit(seen(3, 2));
  EXPECT_EQ(types(events), (TypeNames{"source.checked", "equivocation.detected"}));
  const auto* detected = first_of<EquivocationDetected>(events);
  EXPECT_EQ(detected->first, digest(1));
  EXPECT_EQ(detected->second, digest(2));
  EXPECT_EQ(detected->observer, "manager");
  ASSERT_TRUE(fold.pass(seconds(1)));
  EXPECT_TRUE(fold.world.alerts.by_key.contains({AlertType::equivocation, "vendor"}));
}

TEST(Repositories, RelaysSayWhichFaceTheySee) {
  Fold fold = a_repository();
  for (const char* id : {"relay-1", "relay-2", "relay-3"}) {
    given(fold, enrolment(id));
    given(fold, RegisterRelay{{id}, {}, "https://relay.example"});
  }
  const auto said = [&](const char* id, std::uint64_t version, std::uint32_t number) {
    ReportRelay report;
    report.relay = {id};
    report.metadata_version = version;
    report.metadata_digest = digest(number);
    return fold.submit(report);
  };
  const auto told = fold.submit(seen(3, 1));
  EXPECT_EQ(types(told), (TypeNames{"source.checked", "relay_group.update_requested"}));
  EXPECT_EQ(first_of<RelayGroupUpdateRequested>(told)->relay_group, default_relay_group());
  EXPECT_EQ(count_of<EquivocationDetected>(*said("relay-1", 3, 1)), 0U);
  // Against the manager; said again, it is no news.
  const auto events = said("relay-2", 3, 2);
  EXPECT_EQ(first_of<EquivocationDetected>(events)->observer, "relay-2");
  EXPECT_EQ(count_of<EquivocationDetected>(*said("relay-2", 3, 2)), 0U);
  // Ahead of the manager, against each other, and then against the manager.
  EXPECT_EQ(count_of<EquivocationDetected>(*said("relay-1", 4, 4)), 0U);
  EXPECT_EQ(count_of<EquivocationDetected>(*said("relay-2", 4, 4)), 0U);
  EXPECT_EQ(count_of<EquivocationDetected>(*said("relay-3", 4, 5)), 1U);
  const auto later = fold.submit(seen(4, 4));
  EXPECT_EQ(first_of<EquivocationDetected>(later)->observer, "relay-3");
  EXPECT_EQ(count_of<EquivocationDetected>(*later), 1U);
}

TEST(Repositories, TellOfDownloadsAndOfNewRoots) {
  Fold fold = a_repository();
  const SourceId id{"vendor"};
  EXPECT_EQ(types(fold.submit(ReportTrustRoot{id, 2, digest(2)})),
            TypeNames{"trust_root.advanced"});
  // A check that was stopped tells it again; under another root, versions begin anew.
  EXPECT_EQ(types(fold.submit(ReportTrustRoot{id, 2, digest(2)})), TypeNames{});
  auto facts = fold.world.sources.find(id)->facts;
  given(fold, ConfigureSource{id, facts.url, "", digest(77), "", true});
  EXPECT_EQ(types(fold.submit(ReportTrustRoot{id, 2, digest(2)})),
            TypeNames{"trust_root.advanced"});
  EXPECT_EQ(types(fold.submit(ReportDownloadStarted{id, "rules/a", digest(3), 5})),
            TypeNames{"download.started"});
  EXPECT_EQ(types(fold.submit(ReportDownloadFinished{id, "rules/a", digest(3), 5, 2, 7})),
            TypeNames{"download.finished"});
  EXPECT_EQ(types(fold.submit(ReportDownloadFailed{id, "rules/a", SourceFault::other, "why"})),
            TypeNames{"download.failed"});
  const SourceId nowhere{"nowhere"};
  EXPECT_EQ(fold.refusal(ReportTrustRoot{nowhere, 2, {}}), "source-unknown");
  EXPECT_EQ(fold.refusal(ReportDownloadStarted{nowhere, "", {}, 0}), "source-unknown");
  EXPECT_EQ(fold.refusal(ReportDownloadFinished{nowhere, "", {}, 0, 0, 0}), "source-unknown");
  EXPECT_EQ(fold.refusal(ReportDownloadFailed{nowhere, "", {}, ""}), "source-unknown");
}

TEST(Sources, AreRemovedAndThenUnknown) {
  Fold fold = a_source();
  EXPECT_EQ(types(fold.submit(RemoveSource{{"vendor"}})), TypeNames{"source.removed"});
  EXPECT_EQ(fold.refusal(RemoveSource{{"vendor"}}), "source-unknown");
  EXPECT_EQ(fold.refusal(checked("vendor", 1)), "source-unknown");
  EXPECT_EQ(fold.refusal(ReportSourceCheckFailed{{"vendor"}, {}, {}, ""}), "source-unknown");
  EXPECT_EQ(fold.refusal(ReportVerificationFailed{{"vendor"}, "", "", "", ""}), "source-unknown");
}

}  // namespace
}  // namespace tests

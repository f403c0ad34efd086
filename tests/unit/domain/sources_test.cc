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

// A check of a repository: what came is told once, in order, and whatever is wrong is told too.
#include "updates/repository_check.h"

#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "tests/unit/mirror/published_site.h"
#include "updates/pattern_target.h"

namespace tests {
namespace {

using domain::DownloadMode;
using domain::SourceFault;

std::string rule_update(const std::string& id) {
  return R"({"format":"update-ledger/rule-update/1","id":")" + id +
         R"(","released_at":"2025-08-05T09:00:00Z","title":"t","rules":[{"id":1000123,)"
         R"("module":"firewall","name":"n","version":1,"severity":"low",)"
         R"("application_type":"network/x","cves":[],"auto_assignable":true,"body":"b"}]})";
}

// Hands the site on: the check owns the transports that it opens.
class ToSite final : public tuf::Transport {
 public:
  explicit ToSite(PublishedSite& site) : site_(site) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    return site_.get(path, bytes_max, sink);
  }

 private:
  PublishedSite& site_;
};

class CheckedRepository : public testing::Test {
 protected:
  CheckedRepository() {
    content = std::move(*updates::DirectoryContentStore::open(scratch / "content"));
    mirror = std::move(*updates::Mirror::open(scratch / "mirror", *content));
    request.source = {"vendor"};
    request.check = {"check-1"};
    request.trust_root = ledger::sha256(site.root());
    request.download = DownloadMode::check_and_download;
    request.urls = {"primary"};
    site.add("rules/26-001.json", rule_update("26-001"));
  }

  void release(const std::string& version, const std::string& bytes, std::int64_t day) {
    const domain::ReleasePattern release{
        {"virus"}, "Virus Pattern", {"linux"}, version, noon + domain::days(day), {}, 0, {}};
    site.add(updates::path_of_pattern(release, "virus.hdb"), bytes, noon,
             updates::custom_of_pattern(release));
  }

  // The commands by name, in order.
  std::vector<std::string> check() {
    commands.clear();
    opened.clear();
    updates::check_repository(
        request,
        {*mirror, *content,
         [this](const std::string& url) -> ledger::Result<std::unique_ptr<tuf::Transport>> {
           opened.push_back(url);
           if (url == "away") {
             return ledger::fail(ledger::ErrorKind::unavailable, "source-connection-refused",
                                 "It is away.");
           }
           return std::make_unique<ToSite>(site);
         },
         [this](domain::CommandPayload payload) { commands.push_back(std::move(payload)); },
         [this] { return now; }, [this](unsigned failures) { return failures < attempts; },
         stop.get_token()});
    std::vector<std::string> names;
    for (const auto& each : commands) names.emplace_back(command_name(each));
    return names;
  }

  // The same of what the copy got from a bundle.
  std::vector<std::string> take_bundle() {
    commands.clear();
    updates::report_bundle(
        request,
        {*mirror,
         *content,
         {},
         [this](domain::CommandPayload payload) { commands.push_back(std::move(payload)); },
         [] { return noon; },
         {},
         stop.get_token()},
        ledger::sha256("bundle"));
    std::vector<std::string> names;
    for (const auto& each : commands) names.emplace_back(command_name(each));
    return names;
  }

  template <class T>
  const T& last() const {
    const auto* found = get_if<T>(&commands.back());
    CHECK(found != nullptr, "the last command is of this type");
    return *found;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& each : commands) {
      if (const auto* one = get_if<T>(&each)) found.push_back(*one);
    }
    return found;
  }
  // As the world remembers what was told.
  void remember() {
    for (const auto& each : all<domain::ImportRuleUpdate>()) {
      request.imported.emplace(each.update, each.digest);
    }
    for (const auto& each : all<domain::ReleasePattern>()) {
      for (auto& known : request.patterns) known.current = false;
      request.patterns.push_back({each.component, each.platform, each.version, each.digest,
                                  each.released_at, false, true, each.source});
    }
    for (const auto& each : all<domain::ReportTrustRoot>()) request.root_version = each.version;
  }

  ScratchDirectory scratch;
  PublishedSite site;
  std::unique_ptr<updates::DirectoryContentStore> content;
  std::unique_ptr<updates::Mirror> mirror;
  updates::RepositoryCheckRequest request;
  std::vector<domain::CommandPayload> commands;
  std::vector<std::string> opened;
  std::stop_source stop;
  unsigned attempts = 1;
  domain::Time now = noon;
};

using Names = std::vector<std::string>;

TEST_F(CheckedRepository, TellsWhatCameOnce) {
  release("1.1", "two", 2);
  release("1.0", "one", 1);
  EXPECT_EQ(
      check(),
      (Names{"report_download_started", "report_download_finished", "report_download_started",
             "report_download_finished", "report_download_started", "report_download_finished",
             "import_rule_update", "release_pattern", "release_pattern", "report_source_checked"}));
  const auto state = mirror->state();
  const auto& report = last<domain::ReportSourceChecked>();
  EXPECT_EQ(report.metadata_version, state.snapshot_version);
  EXPECT_EQ(report.metadata_digest, state.snapshot_digest);
  EXPECT_EQ(report.expires_at, noon + tuf::timestamp_lifetime);
  EXPECT_EQ(report.rule_updates, std::vector<domain::RuleUpdateId>{(domain::RuleUpdateId{26, 1})});
  EXPECT_EQ(report.patterns, 2U);
  ASSERT_EQ(report.roles.size(), 4U);
  EXPECT_EQ(report.roles[1], (domain::RoleExpiry{"root", noon + tuf::root_lifetime}));
  const auto releases = all<domain::ReleasePattern>();
  EXPECT_EQ(releases[0].version, "1.0");
  EXPECT_EQ(releases[1].digest, ledger::sha256("two"));
  EXPECT_EQ(releases[1].source, request.source);
  const auto imports = all<domain::ImportRuleUpdate>();
  EXPECT_EQ(imports[0].metadata_version, state.snapshot_version);
  EXPECT_EQ(all<domain::ReportDownloadFinished>()[0].metadata_version, state.snapshot_version);
  EXPECT_EQ(all<domain::ReportDownloadFinished>()[0].root_version, 1U);
  remember();
  EXPECT_EQ(check(), Names{"report_source_checked"});
}

TEST_F(CheckedRepository, LooksOnly) {
  request.download = DownloadMode::check_only;
  release("1.0", "one", 1);
  EXPECT_EQ(check(), Names{"report_source_checked"});
  const auto& report = last<domain::ReportSourceChecked>();
  EXPECT_EQ(report.rule_updates.size(), 1U);
  EXPECT_EQ(report.patterns, 1U);
  EXPECT_EQ(report.metadata_version, 0U);  // Nothing of it is here.
  EXPECT_TRUE(content->list()->empty());
}

TEST_F(CheckedRepository, TellsNewRootsAndRetiredPatterns) {
  release("1.0", "one", 1);
  release("1.1", "two", 2);
  check();
  remember();
  site.rotate("timestamp", "timestamp-new");
  site.rotate("snapshot", "snapshot-new");
  site.retire("patterns/virus/linux/1.0/virus.hdb");
  site.retire("patterns/virus/linux/1.1/virus.hdb");
  // The current one is not retired: computers are to run it.
  EXPECT_EQ(check(), (Names{"report_trust_root", "report_trust_root", "retire_pattern",
                            "report_source_checked"}));
  EXPECT_EQ(all<domain::ReportTrustRoot>()[1].version, 3U);
  EXPECT_EQ(all<domain::ReportTrustRoot>()[1].digest, mirror->state().root_digest);
  EXPECT_EQ(all<domain::RetirePattern>()[0].version, "1.0");
  // The copy has it all; nothing of it was recorded, since the process ended.
  EXPECT_EQ(check(), (Names{"report_trust_root", "report_trust_root", "retire_pattern",
                            "report_source_checked"}));
  remember();
  request.patterns[0].retired = true;
  EXPECT_EQ(check(), Names{"report_source_checked"});
}

TEST_F(CheckedRepository, RetiresTheCurrentPatternOnceThereIsANewerOne) {
  release("1.0", "one", 1);
  check();
  remember();
  site.retire("patterns/virus/linux/1.0/virus.hdb");
  EXPECT_EQ(check(), Names{"report_source_checked"});
  release("1.1", "two", 2);
  check();
  EXPECT_EQ(all<domain::RetirePattern>()[0].version, "1.0");
}

TEST_F(CheckedRepository, TellsWhoseMetadataIsOver) {
  check();
  now = noon + domain::days(2);
  check();
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().role, "timestamp");
  now = noon + domain::days(8);
  site.renew("timestamp", now);
  check();
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().cause, SourceFault::metadata_expired);
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().role, "snapshot");
}

TEST_F(CheckedRepository, IsToldOfABundleAsOfItself) {
  release("1.0", "one", 1);
  updates::PullOptions options;
  options.now = noon;
  ASSERT_TRUE(mirror->pin(site.root()));
  ASSERT_TRUE(mirror->pull(site, options));
  EXPECT_EQ(take_bundle(),
            (Names{"import_rule_update", "release_pattern", "report_source_checked"}));
  EXPECT_EQ(all<domain::ImportRuleUpdate>()[0].origin, domain::ImportOrigin::bundle);
  EXPECT_EQ(last<domain::ReportSourceChecked>().bundle, ledger::sha256("bundle"));
  EXPECT_EQ(last<domain::ReportSourceChecked>().metadata_version, 3U);
  remember();
  site.rotate("timestamp", "timestamp-new");
  ASSERT_TRUE(mirror->pull(site, options));
  EXPECT_EQ(take_bundle(), (Names{"report_trust_root", "report_source_checked"}));
}

TEST_F(CheckedRepository, DoesNotFetchAgainWhatWasGivenUp) {
  check();
  remember();
  const auto digest = ledger::sha256(rule_update("26-001"));
  ASSERT_TRUE(content->remove(digest));
  request.given_up.insert(digest);
  EXPECT_EQ(check(), Names{"report_source_checked"});
  EXPECT_FALSE(*content->has(digest));
}

TEST_F(CheckedRepository, TellsWhatIsNotAuthentic) {
  const auto url = "targets/rules/" + hex(ledger::sha256(rule_update("26-001"))) + ".26-001.json";
  site.replaced[url] = "evil";
  EXPECT_EQ(check(), (Names{"report_download_started", "report_download_failed",
                            "report_verification_failed", "report_source_check_failed"}));
  const auto failed = all<domain::ReportVerificationFailed>()[0];
  EXPECT_EQ(failed.target, "rules/26-001.json");
  EXPECT_EQ(failed.role, "rules");
  EXPECT_EQ(failed.observer, "manager");
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().cause, SourceFault::verification_failed);
  site.replaced.clear();
  site.replaced["metadata/timestamp.json"] = "{}";
  EXPECT_EQ(check(), (Names{"report_verification_failed", "report_source_check_failed"}));
  EXPECT_EQ(all<domain::ReportVerificationFailed>()[0].target, "timestamp.json");
  request.trust_root = ledger::sha256("another");
  EXPECT_EQ(check(), (Names{"report_verification_failed", "report_source_check_failed"}));
  EXPECT_EQ(all<domain::ReportVerificationFailed>()[0].role, "root");
}

TEST_F(CheckedRepository, TellsWhatIsAuthenticAndStillWrong) {
  site.add("rules/26-002.json", "no rule update");
  site.add("rules/26-003.json", rule_update("26-004"));
  site.add("rules/other.json", rule_update("26-005"));
  site.add("patterns/virus/linux/1.0/virus.hdb", "says nothing of itself");
  check();
  std::vector<std::string> rejected;
  for (const auto& each : all<domain::ReportVerificationFailed>()) rejected.push_back(each.target);
  EXPECT_EQ(rejected, (Names{"rules/other.json", "rules/26-002.json", "rules/26-003.json",
                             "patterns/virus/linux/1.0/virus.hdb"}));
  EXPECT_EQ(all<domain::ImportRuleUpdate>().size(), 1U);
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().cause, SourceFault::verification_failed);
}

TEST_F(CheckedRepository, AsksTheAlternativeAndTriesAgain) {
  request.urls = {"away", "primary"};
  check();
  EXPECT_EQ(opened, (Names{"away", "primary"}));
  EXPECT_EQ(last<domain::ReportSourceChecked>().rule_updates.size(), 1U);
  request.urls = {"away", "away"};
  attempts = 3;
  EXPECT_EQ(check(), Names{"report_source_check_failed"});
  EXPECT_EQ(opened.size(), 6U);
  EXPECT_EQ(last<domain::ReportSourceCheckFailed>().cause, SourceFault::connection_refused);
}

TEST_F(CheckedRepository, IsKeptFreshBetweenChecks) {
  check();
  const auto served = [&] { return mirror->state().expires.at("timestamp"); };
  const auto before = served();
  const auto later = noon + domain::hours(5);
  site.renew("timestamp", later);
  EXPECT_EQ(updates::freshen(*mirror, site, later), true);
  EXPECT_EQ(served(), before + domain::hours(5));
  site.add("rules/26-002.json", rule_update("26-002"), later);
  EXPECT_EQ(updates::freshen(*mirror, site, later), false);
  EXPECT_EQ(mirror->state().targets.size(), 1U);
  EXPECT_FALSE(updates::freshen(*mirror, site, later + domain::days(2)));
}

TEST_F(CheckedRepository, IsNotEndedWhenItIsStopped) {
  stop.request_stop();
  EXPECT_EQ(check(), Names{});
}

}  // namespace
}  // namespace tests

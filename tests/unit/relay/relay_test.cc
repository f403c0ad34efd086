// A relay pulls, serves, prunes and reports, whatever fails on the way.
#include "updates/relay/relay.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "ledger/digest.h"
#include "tests/unit/mirror/published_site.h"
#include "updates/local_file.h"
#include "updates/tuf/paths.h"

namespace tests {
namespace {

namespace machine = ledger::updates::machine;
namespace relay = ledger::updates::relay;
using domain::SyncReason;
using domain::UpdateFault;
using Kind = relay::Upstream::Kind;

// The manager as a test wants it, and what it was told.
class FakeManager final : public machine::Manager {
 public:
  ledger::Result<domain::Duration> report(const machine::Report& report) override {
    if (is_away) return away();
    heartbeats.push_back(report.sequence);
    return domain::minutes(10);
  }
  ledger::Result<machine::Orders> orders() override {
    if (is_away) return away();
    return given;
  }
  ledger::Result<machine::OrderedRuleset> ruleset() override { return away(); }
  ledger::Result<void> take(const domain::InstructionId&) override { return {}; }
  ledger::Result<void> finish(const domain::InstructionId& instruction, UpdateFault cause,
                              const std::string&) override {
    finished[instruction.value] = cause;
    return {};
  }
  ledger::Result<void> failed(const machine::Failure&) override { return {}; }
  ledger::Result<void> hook_finished(std::int32_t, const std::string&) override { return {}; }
  ledger::Result<void> relay_report(const machine::RelayReport& report) override {
    if (is_away) return away();
    reports.push_back(report);
    return {};
  }
  ledger::Result<void> not_authentic(const domain::SourceId&, const std::string& target,
                                     const std::string& role, const std::string&) override {
    if (is_away) return away();
    lies.push_back(role + "|" + target);
    return {};
  }

  machine::Orders given;
  bool is_away = false;
  std::vector<machine::RelayReport> reports;
  std::vector<std::uint64_t> heartbeats;
  std::vector<std::string> lies;
  std::map<std::string, UpdateFault> finished;

 private:
  static tl::unexpected<ledger::Error> away() {
    return ledger::fail(ledger::ErrorKind::unavailable, "manager-unreachable", "It is away.");
  }
};

// A way to somebody else's transport.
class Way final : public tuf::Transport {
 public:
  explicit Way(tuf::Transport& to) : to_(to) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    return to_.get(path, bytes_max, sink);
  }

 private:
  tuf::Transport& to_;
};

// Its relay is asked to end as soon as a target comes.
class Ending final : public tuf::Transport {
 public:
  Ending(PublishedSite& site, std::stop_source& end) : site_(site), end_(end) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    if (path.starts_with("targets/")) end_.request_stop();
    return site_.get(path, bytes_max, sink);
  }

 private:
  PublishedSite& site_;
  std::stop_source& end_;
};

// What another relay serves.
class FromRelay final : public tuf::Transport {
 public:
  explicit FromRelay(const relay::Relay& relay) : relay_(relay) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    const auto found = relay_.find({"vendor"}, path);
    if (!found) return fail(found.error());
    const auto bytes = updates::read_local_file(found->file, bytes_max);
    if (!bytes) return fail(bytes.error());
    return sink(*bytes);
  }

 private:
  const relay::Relay& relay_;
};

constexpr const char* linux_file = "patterns/virus/linux/1.0/virus.hdb";
constexpr const char* windows_file = "patterns/virus/windows/1.0/virus.hdb";

class Relaying : public testing::Test {
 protected:
  Relaying() {
    site.add("rules/26-001.json", "one");
    site.add(linux_file, "two");
    site.add(windows_file, "three");
    manager.given.is_relay = true;
    manager.given.platforms = {{"linux"}};
    manager.given.sources = {{{"vendor"}, "https://source", "", "", ledger::sha256(site.root())}};
    open();
  }

  void open() {
    relay.reset();
    auto calls = updates::DirectoryContentStore::real_calls();
    calls.write = [this, real = calls.write](int file, const void* bytes, std::size_t size) {
      errno = ENOSPC;
      return disk_is_full ? ssize_t{-1} : real(file, bytes, size);
    };
    content = std::move(*updates::DirectoryContentStore::open(scratch / "content", calls));
    auto opened = relay::Relay::open(
        scratch / "state", {{"relay-1"},
                            manager,
                            *content,
                            [this](const relay::Upstream& upstream) { return open_way(upstream); },
                            [] { return std::uint64_t{5'000'000'000}; },
                            ledger::Random(1)});
    CHECK(opened.has_value(), "a relay opens");
    relay = std::move(*opened);
  }

  ledger::Result<std::unique_ptr<tuf::Transport>> open_way(const relay::Upstream& upstream) {
    asked.push_back(upstream);
    const auto found = ways.find(upstream.url);
    tuf::Transport* to = found != ways.end() ? found->second : nullptr;
    if (found == ways.end() && upstream.kind != Kind::manager) to = &site;
    if (to == nullptr) {
      return ledger::fail(ledger::ErrorKind::unavailable, "source-timed-out", "Nobody is there.");
    }
    return std::unique_ptr<tuf::Transport>(std::make_unique<Way>(*to));
  }

  relay::Round round(domain::Time now = noon) {
    asked.clear();
    return relay->round(now, {});
  }
  bool serves(const std::string& path, const std::string& bytes) const {
    const auto name = tuf::with_hash(path, hex(ledger::sha256(bytes)));
    const auto found = relay->find({"vendor"}, "targets/" + name);
    return found && *updates::read_local_file(found->file, 1'000) == bytes;
  }

  ScratchDirectory scratch;
  PublishedSite site;
  FakeManager manager;
  bool disk_is_full = false;
  std::map<std::string, tuf::Transport*> ways;
  std::vector<relay::Upstream> asked;
  std::unique_ptr<updates::DirectoryContentStore> content;
  std::unique_ptr<relay::Relay> relay;
};

TEST_F(Relaying, PullsWhatItsPlatformsNeedAndSaysWhatItServes) {
  const auto done = round();
  EXPECT_FALSE(done.manager);
  EXPECT_EQ(done.next, domain::minutes(10));
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
  EXPECT_TRUE(serves(linux_file, "two"));
  EXPECT_FALSE(serves(windows_file, "three"));
  ASSERT_EQ(manager.reports.size(), 1U);
  const auto& report = manager.reports[0];
  EXPECT_EQ(report.metadata_version, 4U);
  EXPECT_EQ(report.metadata_digest, ledger::sha256(site.bytes("metadata/4.snapshot.json")));
  EXPECT_EQ(report.reason, SyncReason::none);
  EXPECT_EQ(report.rule_update, (domain::RuleUpdateId{26, 1}));
  EXPECT_EQ(report.components, (std::vector<domain::ComponentVersion>{{{"virus"}, "1.0"}}));
  manager.given.platforms.push_back({"windows"});
  round();
  EXPECT_TRUE(serves(windows_file, "three"));
}

TEST_F(Relaying, SaysNothingOfAPullThatItsOwnEndEnded) {
  std::stop_source end;
  Ending way(site, end);
  ways["https://source"] = &way;
  relay->round(noon, end.get_token());
  EXPECT_TRUE(manager.reports.empty());
  ways.clear();
  open();
  round();
  EXPECT_EQ(manager.reports.at(0).reason, SyncReason::none);
  EXPECT_TRUE(serves(linux_file, "two"));
}

TEST_F(Relaying, GoesOnWithItsLastOrdersWhileItsManagerIsAway) {
  round();
  open();
  manager.is_away = true;
  site.add("rules/26-002.json", "new");
  const auto done = round();
  EXPECT_EQ(done.manager->reason, "manager-unreachable");
  EXPECT_TRUE(serves("rules/26-002.json", "new"));
  EXPECT_EQ(manager.reports.size(), 1U);
  manager.is_away = false;
  round();
  EXPECT_EQ(manager.reports.back().metadata_version, 5U);
  EXPECT_EQ(manager.heartbeats, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(Relaying, DoesNothingBeforeItIsARelay) {
  manager.given.is_relay = false;
  const auto done = round();
  EXPECT_TRUE(done.pulls.empty());
  EXPECT_TRUE(manager.reports.empty());
  EXPECT_EQ(manager.heartbeats.size(), 1U);
}

TEST_F(Relaying, ServesTheOldAndSaysWhyWhenItsSourceIsNotReached) {
  round();
  const ledger::Error error{ledger::ErrorKind::unavailable, "source-timed-out", "Too slow."};
  site.failing["metadata/timestamp.json"] = error;
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::source_unreachable);
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].kind, Kind::manager);
}

TEST_F(Relaying, IsNotAlarmedByAManagerWhoseCopyIsOlderThanTheSource) {
  PublishedSite copy;  // As of the manager's last check.
  ways[""] = &copy;
  site.add("rules/26-002.json", "new");
  round();
  site.failing["metadata/timestamp.json"] = {ledger::ErrorKind::unavailable, "source-timed-out",
                                             "Too slow."};
  round();
  EXPECT_EQ(asked.back().kind, Kind::manager);
  EXPECT_EQ(manager.reports.back().metadata_version, 5U);
  EXPECT_EQ(manager.reports.back().reason, SyncReason::source_unreachable);
  EXPECT_TRUE(manager.lies.empty());
}

TEST_F(Relaying, SaysThatItsDiskIsFullAndGoesOnWhenItIsNot) {
  round();
  site.add("rules/26-002.json", "new");
  disk_is_full = true;
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::disk_full);
  EXPECT_EQ(manager.reports.back().metadata_version, 4U);
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
  EXPECT_EQ(asked.size(), 1U);  // Another upstream would not help.
  disk_is_full = false;
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::none);
  EXPECT_EQ(manager.reports.back().metadata_version, 5U);
}

TEST_F(Relaying, TellsOnceWhatIsNotAuthenticAndAgainAfterItWasGood) {
  round();
  const std::string path = "patterns/virus/linux/1.1/virus.hdb";
  const auto evil = "targets/" + tuf::with_hash(path, hex(ledger::sha256("four")));
  site.add(path, "four");
  site.replaced[evil] = "evil";
  round();
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::verification_failed);
  EXPECT_EQ(manager.reports.back().metadata_version, 4U);
  EXPECT_EQ(manager.lies, std::vector<std::string>{"|" + path});
  site.replaced.clear();
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::none);
  EXPECT_EQ(manager.reports.back().metadata_version, 5U);
  EXPECT_TRUE(serves(path, "four"));
  site.replaced["metadata/timestamp.json"] = "{}";
  round();
  EXPECT_EQ(manager.lies.back(), "timestamp|");
  EXPECT_EQ(manager.lies.size(), 2U);
}

TEST_F(Relaying, FetchesAgainWhatItsDiskDamagedAndServesNothingOfItMeanwhile) {
  round();
  std::ofstream(content->path_of(ledger::sha256("two"))) << "tw0!";
  EXPECT_FALSE(serves(linux_file, "two"));
  ways["https://source"] = nullptr;
  manager.is_away = true;
  EXPECT_EQ(round().damaged, (std::vector<relay::DamagedTarget>{{{"vendor"}, linux_file}}));
  manager.is_away = false;
  EXPECT_TRUE(round().damaged.empty());  // It is not news any more.
  EXPECT_EQ(manager.reports.back().reason, SyncReason::verification_failed);
  ways.clear();
  round();
  EXPECT_TRUE(serves(linux_file, "two"));
  EXPECT_EQ(manager.lies, std::vector<std::string>{std::string("|") + linux_file});  // Told once.
}

TEST_F(Relaying, AsksAnotherUpstreamWhenOneLies) {
  PublishedSite liar;
  liar.replaced["metadata/timestamp.json"] = "{}";
  ways["https://liar"] = &liar;
  manager.given.sources[0].url = "https://liar";
  manager.given.sources[0].alternative_url = "https://honest";
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::none);
  EXPECT_EQ(manager.lies, std::vector<std::string>{"timestamp|"});
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
}

TEST_F(Relaying, OfASubGroupPullsFromItsParentAndIsNotAlarmedByAnOlderOne) {
  round();
  ScratchDirectory below;
  FakeManager its_manager;
  its_manager.given = manager.given;
  its_manager.given.parents = {{{"relay-1"}, "https://parent"}};
  auto its_content = std::move(*updates::DirectoryContentStore::open(below / "content"));
  FromRelay parent(*relay);
  tuf::Transport* way = &parent;
  auto child = std::move(*relay::Relay::open(
      below / "state",
      {{"relay-2"},
       its_manager,
       *its_content,
       [&](const relay::Upstream& upstream) -> ledger::Result<std::unique_ptr<tuf::Transport>> {
         EXPECT_EQ(upstream.url, "https://parent/repository/vendor");
         return std::unique_ptr<tuf::Transport>(std::make_unique<Way>(*way));
       },
       [] { return std::uint64_t{0}; },
       ledger::Random(2)}));
  child->round(noon, {});
  EXPECT_EQ(its_manager.reports.back().metadata_version, 4U);
  EXPECT_EQ(its_manager.reports.back().metadata_digest, manager.reports.back().metadata_digest);

  site.add("rules/26-002.json", "new");
  way = &site;
  child->round(noon, {});
  EXPECT_EQ(its_manager.reports.back().metadata_version, 5U);
  way = &parent;  // Which has not pulled the new one yet.
  child->round(noon, {});
  EXPECT_EQ(its_manager.reports.back().metadata_version, 5U);
  EXPECT_EQ(its_manager.reports.back().reason, SyncReason::behind_parent);
  EXPECT_TRUE(its_manager.lies.empty());
}

TEST_F(Relaying, RemovesWhatNobodyListsAnyMoreAfterAWhile) {
  round();
  site.retire(linux_file);
  round();
  EXPECT_TRUE(*content->has(ledger::sha256("two")));
  round(noon + domain::minutes(59));
  EXPECT_TRUE(*content->has(ledger::sha256("two")));
  EXPECT_EQ(round(noon + domain::minutes(60)).pruned, 1U);
  EXPECT_FALSE(*content->has(ledger::sha256("two")));
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
}

TEST_F(Relaying, KeepsWhatAFailedPullBroughtForTheNext) {
  round();
  site.add("rules/26-002.json", "four");
  site.add(linux_file + std::string("-next"), "five");
  const auto last = "targets/" + tuf::with_hash("rules/26-002.json", hex(ledger::sha256("four")));
  site.failing[last] = {ledger::ErrorKind::unavailable, "source-timed-out", "Too slow."};
  round();
  EXPECT_TRUE(*content->has(ledger::sha256("five")));
  round(noon + domain::hours(5));
  EXPECT_TRUE(*content->has(ledger::sha256("five")));
  EXPECT_EQ(manager.reports.back().metadata_version, 4U);
  site.failing.clear();
  EXPECT_EQ(round(noon + domain::hours(6)).pruned, 0U);
  EXPECT_EQ(manager.reports.back().metadata_version, 6U);
}

TEST_F(Relaying, ForgetsASourceThatIsNotOrderedAnyMoreAfterADay) {
  round();
  manager.given.sources.clear();
  round();
  EXPECT_TRUE(serves("rules/26-001.json", "one"));
  round(noon + domain::days(1));
  EXPECT_FALSE(serves("rules/26-001.json", "one"));
  EXPECT_EQ(relay->find({"vendor"}, "metadata/timestamp.json").error().reason, "source-unknown");
}

TEST_F(Relaying, StartsOverWhenAnotherRootIsTrusted) {
  round();
  PublishedSite other("other-");
  other.add("rules/26-009.json", "nine");
  ways["https://source"] = &other;
  manager.given.sources[0].trust_root = ledger::sha256(other.root());
  round();
  EXPECT_TRUE(serves("rules/26-009.json", "nine"));
  manager.given.sources[0].trust_root = ledger::sha256("of nobody");
  round();
  EXPECT_EQ(manager.reports.back().reason, SyncReason::verification_failed);
}

TEST_F(Relaying, AnswersInstructionsByWhatAPullCameTo) {
  manager.given.instructions = {{{"i-1"}, domain::InstructionAction::download_update},
                                {{"i-2"}, domain::InstructionAction::roll_back_patterns},
                                {{"i-3"}, domain::InstructionAction::send_policy}};
  round();
  EXPECT_EQ(manager.finished["i-1"], UpdateFault::none);
  EXPECT_EQ(manager.finished["i-2"], UpdateFault::other);
  EXPECT_EQ(manager.finished["i-3"], UpdateFault::none);
  site.replaced["metadata/timestamp.json"] = "{}";
  round();
  EXPECT_EQ(manager.finished["i-1"], UpdateFault::verification_failed);
}

TEST_F(Relaying, OfAnAirGappedGroupServesWhatItIsFed) {
  round();
  const auto bundle = scratch / "bundle.tar";
  {
    auto mirror =
        std::move(*updates::Mirror::open(scratch / "state/repositories/vendor", *content));
    ASSERT_TRUE(mirror->pull(site, {noon, {}, {}, {}, {}}));
    ASSERT_TRUE(updates::create_bundle(*mirror, bundle, {{"vendor"}, {}, {}}));
  }
  std::filesystem::remove_all(scratch / "state");
  std::filesystem::remove_all(scratch / "content");
  open();
  EXPECT_EQ(relay->import(bundle, {"vendor"}, {}, noon).error().reason, "source-unknown");
  manager.given.air_gapped = true;
  round();
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(manager.reports.back().reason, SyncReason::air_gapped);
  const auto taken = relay->import(bundle, {"vendor"}, {}, noon);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_FALSE(taken->already_newer);
  round();
  EXPECT_EQ(manager.reports.back().metadata_version, 4U);
  EXPECT_TRUE(serves(linux_file, "two"));
  EXPECT_FALSE(serves(windows_file, "three"));
}

}  // namespace
}  // namespace tests

// Each attack of the specification, by name, and that a client gets over it.
#include <gtest/gtest.h>

#include "tests/unit/tuf/signed_site.h"

namespace tests {
namespace {

using Asked = std::vector<std::string>;

TEST(Refresh, AsksForFourFilesAndThenForTwo) {
  SignedSite site;
  EXPECT_EQ(site.refresh(), "");
  EXPECT_EQ(site.asked,
            (Asked{"2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"}));
  EXPECT_EQ(site.refresh(), "");
  EXPECT_EQ(site.asked, (Asked{"2.root.json", "timestamp.json"}));
  EXPECT_EQ(site.directory().load("targets"), site.files.at("1.targets.json"));
  EXPECT_EQ(site.directory().load("root"), site.pinned);
}

TEST(Rollback, OfTheTimestampIsRefused) {
  SignedSite site;
  site.put_all(5);
  ASSERT_EQ(site.refresh(), "");
  site.put_all(4);
  EXPECT_EQ(site.refresh(), "tuf-rollback");
  // Also by a client that was away so long that what it keeps has expired.
  site.expires = today + domain::days(9);
  site.put_all(4);
  EXPECT_EQ(site.refresh(today + domain::days(2)), "tuf-rollback");
  site.put_targets("targets", 2, {"targets"});
  site.put_all(6);
  EXPECT_EQ(site.refresh(today + domain::days(2)), "");
}

TEST(Rollback, OfTheSnapshotIsRefused) {
  SignedSite site;
  site.put_all(5);
  ASSERT_EQ(site.refresh(), "");
  site.put_snapshot(4);
  site.put_timestamp(6, 4);
  EXPECT_EQ(site.refresh(), "tuf-rollback");
}

TEST(Rollback, OfTargetsIsRefusedAndSoIsTheirDisappearance) {
  SignedSite site;
  site.put_targets("targets", 3, {"targets"});
  site.listed["rules.json"] = facts(1);
  site.put_all(2);
  ASSERT_EQ(site.refresh(), "");
  site.listed["targets.json"] = facts(2);
  site.put_all(3);
  EXPECT_EQ(site.refresh(), "tuf-rollback");
  site.listed["targets.json"] = facts(3);
  site.listed.erase("rules.json");
  site.put_all(4);
  EXPECT_EQ(site.refresh(), "tuf-rollback");
}

TEST(Freeze, EndsWhenWhatIsServedExpires) {
  SignedSite site;
  ASSERT_EQ(site.refresh(), "");
  EXPECT_EQ(site.refresh(today + domain::days(1)), "tuf-expired");
  EXPECT_EQ(site.refresh(today + domain::days(400)), "tuf-expired");
  EXPECT_EQ(site.asked, Asked{"2.root.json"});  // An expired root ends it before the rest.
}

TEST(Freeze, OfEachRoleIsSeen) {
  SignedSite site;
  const auto fresh = site.expires;
  const auto stale = today;
  site.expires = stale;
  site.put_snapshot(2);
  site.expires = fresh;
  site.put_timestamp(2, 2);
  EXPECT_EQ(site.refresh(), "tuf-expired");
  site.expires = stale;
  site.put_targets("targets", 2, {"targets"});
  site.expires = fresh;
  site.put_all(3);
  EXPECT_EQ(site.refresh(), "tuf-expired");
}

TEST(MixAndMatch, OfVersionsIsRefused) {
  SignedSite site;
  site.put_snapshot(2);
  site.put_timestamp(2, 3);
  site.files["3.snapshot.json"] = site.files.at("2.snapshot.json");
  EXPECT_EQ(site.refresh(), "tuf-version");
  site.put_targets("targets", 2, {"targets"});
  site.put_all(4);
  site.files["2.targets.json"] = site.files.at("1.targets.json");
  EXPECT_EQ(site.refresh(), "tuf-version");
}

TEST(MixAndMatch, OfBytesIsRefusedWhereHashesAreListed) {
  SignedSite site;
  site.listed["targets.json"].hashes["sha256"] = std::string(64, '0');
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "tuf-hash");
  site.listed["targets.json"].hashes.clear();
  site.listed["targets.json"].length = site.files.at("1.targets.json").size() + 1;
  site.put_all(3);
  EXPECT_EQ(site.refresh(), "tuf-length");
}

TEST(FastForward, IsRecoveredFromByRotatingTheKeys) {
  SignedSite site;
  site.put_snapshot(9'000'000);
  site.put_timestamp(9'000'000, 9'000'000);
  ASSERT_EQ(site.refresh(), "");
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "tuf-rollback");
  site.root.keys.merge(keys_of({"snapshot-new", "timestamp-new"}));
  site.root.roles["snapshot"] = role_of({"snapshot-new"});
  site.root.roles["timestamp"] = role_of({"timestamp-new"});
  site.put_root(2, {"root-1", "root-3"});
  site.snapshot_signer = "snapshot-new";
  site.timestamp_signer = "timestamp-new";
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "");
}

TEST(FastForward, IsRecoveredFromWhenAnOldKeyStaysBesideTheNew) {
  SignedSite site;
  site.put_all(9'000'000);
  ASSERT_EQ(site.refresh(), "");
  site.root.keys.merge(keys_of({"timestamp-new"}));
  site.root.roles["timestamp"] = role_of({"timestamp", "timestamp-new"});
  site.put_root(2, {"root-1", "root-3"});
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "");
}

TEST(EndlessData, IsCutOffAtTheCapOfEachRole) {
  for (const auto& [name, bytes] :
       {std::pair<std::string, std::size_t>{"2.root.json", tuf::root_bytes_max},
        {"timestamp.json", tuf::timestamp_bytes_max},
        {"1.snapshot.json", tuf::snapshot_bytes_max},
        {"1.targets.json", tuf::targets_bytes_max}}) {
    SignedSite site;
    const std::string good = site.files[name];
    site.files[name] = std::string(bytes + 1, ' ');
    EXPECT_EQ(site.refresh(), "file-too-large") << name;
    if (good.empty()) continue;
    site.files[name] = good + std::string(bytes - good.size(), ' ');
    EXPECT_EQ(site.refresh(), "") << name;
  }
}

TEST(EndlessData, OfATargetIsCutOffAtItsLength) {
  SignedSite site;
  const tuf::FoundTarget found{"a", target_of("four"), {}, true};
  const std::string path = found.target.hashes.at("sha256") + ".a";
  const auto fetch = [&](const std::string& served) -> std::string {
    site.files[path] = served;
    const auto file = site.kept / "a";
    const auto done = tuf::fetch_target_to(site, found, file);
    EXPECT_EQ(std::filesystem::exists(file), done.has_value());
    return done ? "" : done.error().reason;
  };
  EXPECT_EQ(fetch("four and more"), "tuf-length");
  EXPECT_EQ(fetch("fou"), "tuf-length");
  EXPECT_EQ(fetch("flow"), "tuf-hash");
  EXPECT_EQ(fetch("four"), "");
  site.files.clear();  // What is there is not asked for again.
  EXPECT_EQ(*tuf::fetch_target_to(site, found, site.kept / "a"), tuf::Fetched::before);
}

// A transport that the clock of TUF stands in for: it gives up, as updates/source_http does.
class SlowTransport final : public tuf::Transport {
 public:
  ledger::Result<void> get(const std::string&, std::uint64_t, const tuf::Sink& sink) override {
    if (auto taken = sink("{"); !taken) return taken;
    return ledger::fail(ledger::ErrorKind::unavailable, "source-timed-out", "Too slow.");
  }
};

TEST(SlowRetrieval, EndsTheRunAndChangesNothingThatIsKept) {
  SignedSite site;
  ASSERT_EQ(site.refresh(), "");
  const auto before = site.directory().load("timestamp");
  SlowTransport slow;
  auto client = tuf::Client::open(site.directory(), slow, today);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->refresh().error().reason, "source-timed-out");
  EXPECT_EQ(site.directory().load("timestamp"), before);
  EXPECT_EQ(site.refresh(), "");
}

TEST(WrongKey, OfEachRoleIsRefused) {
  SignedSite site;
  site.timestamp_signer = "stranger";
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.timestamp_signer = "timestamp";
  site.snapshot_signer = "timestamp";  // A key of the repository, but of another role.
  site.put_all(3);
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.snapshot_signer = "snapshot";
  site.put_targets("targets", 2, {"snapshot"});
  site.put_all(4);
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
}

TEST(WrongKey, OverChangedBytesIsRefused) {
  SignedSite site;
  site.files["timestamp.json"] =
      replaced(site.files["timestamp.json"], "\"version\":1", "\"version\":2");
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
}

TEST(Threshold, OfARootIsOfTheOldKeysAndOfTheNew) {
  SignedSite site;
  site.put_root(2, {"root-1"});
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.root.keys.merge(keys_of({"new-1", "new-2"}));
  site.root.roles["root"] = role_of({"new-1", "new-2"}, 2);
  site.put_root(2, {"new-1", "new-2"});
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.put_root(2, {"root-1", "root-2"});
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.put_root(2, {"root-1", "root-2", "new-1", "new-2"});
  EXPECT_EQ(site.refresh(), "");
  EXPECT_EQ(site.directory().load("root"), site.files.at("2.root.json"));
}

TEST(Threshold, CountsAKeyOnceUnderHoweverManyIds) {
  // A member that nobody knows gives the same key another id.
  const auto& real = key("root-1").public_key();
  const std::string twin_json = replaced(tuf::json_of(real), "{", "{\"note\":\"x\",");
  tuf::PublicKey twin = real;
  twin.id = "twin";
  const tuf::Keys keys = {{real.id, real}, {twin.id, twin}};
  tuf::Metadata metadata;
  metadata.canonical = "text";
  metadata.signatures = {{real.id, key("root-1").sign("text")},
                         {twin.id, key("root-1").sign("text")}};
  EXPECT_EQ(tuf::signers_of(metadata, {{real.id, twin.id}, 2}, keys), 1U);
}

TEST(KeyCompromise, BelowTheThresholdGainsNothing) {
  SignedSite site;
  ASSERT_EQ(site.refresh(), "");
  // One root key and all online keys: no other root, no other targets.
  site.root.roles["targets"] = role_of({"timestamp"});
  site.put_root(2, {"root-1", "timestamp", "snapshot"});
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
  site.files.erase("2.root.json");
  site.put_targets("targets", 2, {"timestamp", "snapshot"});
  site.put_all(2);
  EXPECT_EQ(site.refresh(), "tuf-unsigned");
}

TEST(Roots, FollowEachOtherOneByOne) {
  SignedSite site;
  site.put_root(3, {"root-1", "root-2"});
  site.files["2.root.json"] = site.files["3.root.json"];
  EXPECT_EQ(site.refresh(), "tuf-version");
  site.put_root(2, {"root-1", "root-2"});
  EXPECT_EQ(site.refresh(), "");
  EXPECT_EQ(site.asked.size(), 6U);
  EXPECT_EQ(site.directory().load("root"), site.files.at("3.root.json"));
}

TEST(Recovery, FromWhateverIsKeptButTheRoot) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    for (const std::string rubbish : {"", "{", "{\"signed\":{},\"signatures\":[]}"}) {
      SignedSite site;
      ASSERT_EQ(site.refresh(), "");
      ASSERT_TRUE(site.directory().save(role, rubbish));
      EXPECT_EQ(site.refresh(), "") << role << " " << rubbish;
      EXPECT_NE(site.directory().load(role), rubbish);
    }
  }
}

}  // namespace
}  // namespace tests

// What the publisher makes is what the client takes.
#include <gtest/gtest.h>

#include "tests/unit/tuf/signed_site.h"
#include "updates/local_file.h"

namespace tests {
namespace {

tuf::KeyRing ring_of(const std::vector<std::string>& names) {
  tuf::KeyRing ring;
  for (const auto& name : names) ring.push_back(*tuf::PrivateKey::from_pem(*key(name).pem(""), ""));
  return ring;
}

class FileTransport final : public tuf::Transport {
 public:
  explicit FileTransport(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    const auto bytes = ledger::updates::read_local_file(folder_ / path, bytes_max);
    if (!bytes) return ledger::fail(bytes.error());
    return sink(*bytes);
  }

 private:
  std::filesystem::path folder_;
};

class Published : public testing::Test {
 protected:
  Published() {
    tuf::Root root;
    root.keys = keys_of({"root-1", "root-2", "root-3", "targets", "snapshot", "timestamp"});
    root.roles = {{"root", role_of({"root-1", "root-2", "root-3"}, 2)},
                  {"targets", role_of({"targets"})},
                  {"snapshot", role_of({"snapshot"})},
                  {"timestamp", role_of({"timestamp"})}};
    tuf::Delegations delegations{
        keys_of({"content"}), {{"rules", role_of({"content"}), true, {"rules/*"}, {}}}, {}};
    const auto made = tuf::Repository::create(
        directory(), root, delegations,
        ring_of({"root-1", "root-2", "targets", "content", "snapshot", "timestamp"}), today);
    CHECK(made.has_value(), "a repository is made");
    const auto pinned =
        ledger::updates::read_local_file(directory() / "metadata/1.root.json", tuf::root_bytes_max);
    CHECK(tuf::Client::pin(kept(), *pinned).has_value(), "its root is pinned");
  }

  std::filesystem::path directory() const { return scratch / "repository"; }
  tuf::MetadataDirectory kept() const { return tuf::MetadataDirectory(scratch / "kept"); }
  tuf::Repository open() const { return std::move(*tuf::Repository::open(directory())); }

  std::string find(const std::string& path, domain::Time now = today) {
    auto client = tuf::Client::open(kept(), metadata, now);
    if (!client) return client.error().reason;
    if (const auto done = client->refresh(); !done) return done.error().reason;
    const auto found = client->find(path);
    if (!found) return found.error().reason;
    const auto got = tuf::fetch_target_to(targets, *found, scratch / "got");
    return got ? *ledger::updates::read_local_file(scratch / "got", 100) : got.error().reason;
  }

  ScratchDirectory scratch;
  FileTransport metadata{scratch / "repository/metadata"};
  FileTransport targets{scratch / "repository/targets"};
};

TEST_F(Published, TargetsAreFoundAndRetiredOnesAreNot) {
  const auto online = ring_of({"content", "snapshot", "timestamp"});
  auto repository = open();
  ASSERT_TRUE(repository.add("rules/a.json", "rules", "{\"kind\":\"rules\"}"));
  ASSERT_TRUE(repository.publish(online, today));
  EXPECT_EQ(find("rules/a.json"), "rules");
  EXPECT_EQ(repository.add("rules/a.json", "others", "").error().reason, "target-exists");
  EXPECT_EQ(repository.add("else/a.json", "x", "").error().reason, "target-unclaimed");
  EXPECT_EQ(repository.add("rules/../a", "x", "").error().reason, "target-path");
  repository = open();
  ASSERT_TRUE(repository.retire("rules/a.json"));
  ASSERT_TRUE(repository.publish(online, today));
  EXPECT_EQ(find("rules/a.json"), "target-unknown");
  EXPECT_EQ(repository.retire("rules/a.json").error().reason, "target-unknown");
}

TEST_F(Published, AMissingKeyLeavesTheRepositoryAsItWas) {
  auto repository = open();
  ASSERT_TRUE(repository.add("rules/a.json", "rules", ""));
  EXPECT_EQ(repository.publish(ring_of({"snapshot", "timestamp"}), today).error().reason,
            "keys-missing");
  EXPECT_EQ(open().snapshot().version, 1U);
  EXPECT_EQ(find("rules/a.json"), "target-unknown");
}

TEST_F(Published, TheTimestampAloneIsSignedAgain) {
  const auto later = today + domain::days(2);
  EXPECT_EQ(find("rules/a.json", later), "tuf-expired");
  auto repository = open();
  ASSERT_TRUE(repository.renew("timestamp"));
  ASSERT_TRUE(repository.publish(ring_of({"timestamp"}), later));
  EXPECT_EQ(open().snapshot().version, 1U);
  EXPECT_EQ(open().timestamp().version, 2U);
  EXPECT_EQ(find("rules/a.json", later), "target-unknown");
}

TEST_F(Published, KeysOfEveryRoleAreRotated) {
  ASSERT_EQ(find("rules/a.json"), "target-unknown");
  const auto ring = ring_of({"root-1", "root-2", "targets", "content", "snapshot", "timestamp",
                             "new-1", "new-2", "new-3"});
  for (const std::string role : {"timestamp", "snapshot", "rules", "targets", "root"}) {
    auto repository = open();
    std::vector<tuf::PublicKey> keys = {key("new-1").public_key()};
    if (role == "root") keys = {key("new-2").public_key(), key("new-3").public_key()};
    ASSERT_TRUE(repository.rotate(role, keys)) << role;
    ASSERT_TRUE(repository.publish(ring, today)) << role;
    EXPECT_EQ(find("rules/a.json"), "target-unknown") << role;
  }
  EXPECT_EQ(open().root().version, 5U);  // The keys of rules stand in targets.
  EXPECT_FALSE(open().root().root.keys.contains(key("timestamp").public_key().id));
  EXPECT_EQ(open().rotate("nobody", {}).error().reason, "role-unknown");
}

}  // namespace
}  // namespace tests

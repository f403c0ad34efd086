// The attacks of TUF's specification, as a mirror meets them: each is told by its name, changes
// nothing that is served, and ends when the source is itself again.
#include <gtest/gtest.h>

#include "tests/unit/mirror/published_site.h"
#include "updates/local_file.h"
#include "updates/tuf/paced_transport.h"
#include "updates/tuf/told_transport.h"

namespace tests {
namespace {

using domain::SourceFault;

constexpr const char* timestamp_path = "metadata/timestamp.json";

class AttackedMirror : public testing::Test {
 protected:
  AttackedMirror() {
    site.add("rules/26-001.json", "one");
    content = std::move(*updates::DirectoryContentStore::open(scratch / "content"));
    mirror = std::move(*updates::Mirror::open(scratch / "mirror", *content));
    CHECK(mirror->pin(site.root()).has_value(), "a good root is pinned");
    CHECK(mirror->pull(site, {noon, {}, {}, {}, {}}).has_value(), "the site is good");
    before = mirror->state();
    first_timestamp = site.bytes(timestamp_path);
    site.add("rules/26-002.json", "two");
  }

  updates::PullFailure refused(domain::Time now = noon) {
    const auto pulled = mirror->pull(site, {now, {}, {}, {}, {}});
    EXPECT_FALSE(pulled);
    const auto found = mirror->find(timestamp_path);
    EXPECT_EQ(*updates::read_local_file(found->file, 100'000), first_timestamp);
    EXPECT_EQ(mirror->state().snapshot_version, before.snapshot_version);
    return pulled ? updates::PullFailure{} : pulled.error();
  }

  void expect_recovery(domain::Time now = noon) {
    site.replaced.clear();
    site.failing.clear();
    const auto pulled = mirror->pull(site, {now, {}, {}, {}, {}});
    EXPECT_TRUE(pulled) << pulled.error().detail;
    EXPECT_EQ(mirror->state().targets.size(), 2U);
  }

  ScratchDirectory scratch;
  PublishedSite site;
  std::unique_ptr<updates::DirectoryContentStore> content;
  std::unique_ptr<updates::Mirror> mirror;
  updates::MirrorState before;
  std::string first_timestamp;
};

TEST_F(AttackedMirror, Rollback) {
  ASSERT_TRUE(mirror->look(site, noon));
  site.replaced[timestamp_path] = first_timestamp;
  const auto failure = refused();
  EXPECT_EQ(failure.code, "tuf-rollback");
  EXPECT_EQ(failure.role, "timestamp");
  EXPECT_EQ(failure.cause, SourceFault::verification_failed);
  expect_recovery();
}

TEST_F(AttackedMirror, Freeze) {
  site.replaced[timestamp_path] = first_timestamp;
  const auto later = noon + domain::days(1);
  const auto failure = refused(later);
  EXPECT_EQ(failure.code, "tuf-expired");
  EXPECT_EQ(failure.role, "timestamp");
  EXPECT_EQ(failure.cause, SourceFault::metadata_expired);
  site.renew("timestamp", later);
  expect_recovery(later);
}

TEST_F(AttackedMirror, MixAndMatch) {
  site.replaced["metadata/3.snapshot.json"] = site.bytes("metadata/2.snapshot.json");
  EXPECT_EQ(refused().role, "snapshot");
  site.replaced.clear();
  site.replaced["metadata/3.rules.json"] = site.bytes("metadata/2.rules.json");
  const auto failure = refused();
  EXPECT_EQ(failure.role, "rules");
  EXPECT_EQ(failure.code, "tuf-length");
  expect_recovery();
}

TEST_F(AttackedMirror, EndlessData) {
  site.replaced[timestamp_path] = std::string(tuf::timestamp_bytes_max + 1, ' ');
  EXPECT_EQ(refused().code, "file-too-large");
  site.replaced.clear();
  site.replaced["metadata/2.root.json"] = std::string(tuf::root_bytes_max + 1, ' ');
  EXPECT_EQ(refused().role, "root");
  expect_recovery();
}

TEST_F(AttackedMirror, WrongKey) {
  PublishedSite other;
  other.rotate("timestamp", "timestamp-stolen");
  for (int i = 0; i < 5; ++i) other.renew("timestamp");
  site.replaced[timestamp_path] = other.bytes(timestamp_path);
  const auto failure = refused();
  EXPECT_EQ(failure.code, "tuf-unsigned");
  EXPECT_EQ(failure.role, "timestamp");
  expect_recovery();
}

TEST_F(AttackedMirror, RootBelowItsThreshold) {
  std::string root = site.root();
  const std::string version = "\"version\":1";
  const auto at = root.find(version);
  ASSERT_NE(at, std::string::npos);
  root.replace(at, version.size(), "\"version\":2");
  site.replaced["metadata/2.root.json"] = root;
  const auto failure = refused();
  EXPECT_EQ(failure.code, "tuf-unsigned");
  EXPECT_EQ(failure.role, "root");
  expect_recovery();
}

TEST_F(AttackedMirror, SlowRetrieval) {
  // What is too slow is the transport's to say; a mirror blames the way, not the repository.
  for (const std::string path : {timestamp_path, "metadata/3.snapshot.json"}) {
    site.failing[path] = {ledger::ErrorKind::unavailable, "source-timed-out", "It was too slow."};
    const auto failure = refused();
    EXPECT_EQ(failure.cause, SourceFault::timed_out);
    EXPECT_EQ(failure.role, "");
    site.failing.clear();
  }
  expect_recovery();
}

// -- Pace --------------------------------------------------------------------------------------

domain::Duration millis(std::int64_t count) { return {count * 1'000}; }

TEST(Pace, IsSharedByAllTransfers) {
  tuf::Pace pace(1'000);
  EXPECT_EQ(pace.after(500, noon), millis(500));
  EXPECT_EQ(pace.after(250, noon), millis(750));
  EXPECT_EQ(pace.after(100, noon + millis(700)), millis(150));
  // Time in which nothing came is not made up for.
  EXPECT_EQ(pace.after(100, noon + domain::seconds(60)), millis(100));
}

TEST(Pace, MakesATransferWait) {
  PublishedSite site;
  class OnSite final : public tuf::Transport {
   public:
    explicit OnSite(PublishedSite& on) : site_(on) {}
    ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                             const tuf::Sink& sink) override {
      return site_.get(path, bytes_max, sink);
    }

   private:
    PublishedSite& site_;
  };
  tuf::Pace pace(1'000);
  domain::Duration waited;
  tuf::PacedTransport paced(
      std::make_unique<OnSite>(site), pace, [] { return noon; },
      [&](domain::Duration duration) { waited = duration; });
  const auto root = tuf::get_whole(paced, "metadata/1.root.json", tuf::root_bytes_max);
  ASSERT_TRUE(root);
  EXPECT_EQ(waited, millis(static_cast<std::int64_t>(root->size())));
}

// -- How far it is -----------------------------------------------------------------------------

// Gives a file in pieces of 400 bytes.
class InPieces final : public tuf::Transport {
 public:
  explicit InPieces(PublishedSite& whole) : whole_(whole) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    const auto bytes = tuf::get_whole(whole_, path, bytes_max).value();
    for (std::size_t at = 0; at < bytes.size(); at += 400) {
      if (auto taken = sink(std::string_view(bytes).substr(at, 400)); !taken) return taken;
    }
    return {};
  }

 private:
  PublishedSite& whole_;
};

TEST(Told, IsHowFarAFileIsEveryTenSeconds) {
  PublishedSite site;
  site.put("a", std::string(1'000, 'a'));
  domain::Duration now;
  std::vector<std::string> told;
  tuf::ToldTransport transport(
      std::make_unique<InPieces>(site),  // Each takes twelve seconds.
      [&now] { return now = {now.micros + domain::seconds(12).micros}; },
      [&told](const tuf::Standing& standing) { told.push_back(text(standing)); });
  std::string got;
  ASSERT_TRUE(transport.get_from("a", 100, 900, [&](std::string_view piece) {
    got += piece;
    return ledger::Result<void>();
  }));
  EXPECT_EQ(got.size(), 900U);
  EXPECT_EQ(told, (std::vector<std::string>{"a: 400 of 1000 bytes, 25 a second",
                                            "a: 800 of 1000 bytes, 33 a second",
                                            "a: 1000 of 1000 bytes, 16 a second"}));
}

}  // namespace
}  // namespace tests

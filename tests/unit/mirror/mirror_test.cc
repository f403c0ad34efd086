// A mirror shows what its source has, all of it or as it was before.
#include "updates/mirror.h"

#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "tests/unit/mirror/published_site.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"

namespace tests {
namespace {

using Asked = std::vector<std::string>;
using domain::SourceFault;

class Mirrored : public testing::Test {
 protected:
  Mirrored() {
    site.add("rules/26-001.json", "one");
    site.add("patterns/virus/linux/1.0/virus.hdb", "two");
    content = std::move(*updates::DirectoryContentStore::open(scratch / "content"));
    reopen();
    CHECK(mirror->pin(site.root()).has_value(), "a good root is pinned");
  }

  void reopen() {
    mirror.reset();
    mirror = std::move(*updates::Mirror::open(scratch / "mirror", *content));
  }

  // "" or the code of the failure.
  std::string pull(domain::Time now = noon) {
    site.asked.clear();
    updates::PullOptions options;
    options.now = now;
    const auto pulled = mirror->pull(site, options);
    if (pulled) return "";
    failure = pulled.error();
    return failure.code;
  }

  // What is served of the paths that a client of the site needs.
  std::string served(const std::string& path) const {
    const auto found = mirror->find(path);
    if (!found) return found.error().reason;
    const auto bytes = updates::read_local_file(found->file, 100'000'000);
    EXPECT_EQ(bytes->size(), found->bytes);
    return *bytes;
  }
  std::string target_url(const std::string& folder, const std::string& bytes,
                         const std::string& name) const {
    return "targets/" + folder + "/" + hex(ledger::sha256(bytes)) + "." + name;
  }
  std::string rules_url() const { return target_url("rules", "one", "26-001.json"); }

  // Everything served is what the site has now.
  void expect_serves_the_site() const {
    const auto state = mirror->state();
    EXPECT_EQ(served("metadata/timestamp.json"), site.bytes("metadata/timestamp.json"));
    const std::string snapshot =
        "metadata/" + std::to_string(state.snapshot_version) + ".snapshot.json";
    EXPECT_EQ(served(snapshot), site.bytes(snapshot));
    EXPECT_EQ(state.snapshot_digest, ledger::sha256(site.bytes(snapshot)));
    EXPECT_EQ(served("metadata/1.root.json"), site.root());
  }

  ScratchDirectory scratch;
  PublishedSite site;
  std::unique_ptr<updates::DirectoryContentStore> content;
  std::unique_ptr<updates::Mirror> mirror;
  updates::PullFailure failure;
};

TEST_F(Mirrored, ServesWhatItPulledAlsoAfterARestart) {
  EXPECT_EQ(served("metadata/timestamp.json"), "file-unknown");
  ASSERT_EQ(pull(), "");
  for (int run = 0; run < 2; ++run) {
    expect_serves_the_site();
    EXPECT_EQ(served(rules_url()), "one");
    EXPECT_EQ(served(target_url("patterns/virus/linux/1.0", "two", "virus.hdb")), "two");
    const auto state = mirror->state();
    ASSERT_EQ(state.targets.size(), 2U);
    EXPECT_EQ(state.targets[0].path, "patterns/virus/linux/1.0/virus.hdb");
    EXPECT_EQ(state.targets[1].digest, ledger::sha256("one"));
    EXPECT_EQ(state.root_version, 1U);
    EXPECT_EQ(state.expires.at("rules"), noon + tuf::targets_lifetime);
    EXPECT_EQ(state.expires.at("timestamp"), noon + tuf::timestamp_lifetime);
    EXPECT_TRUE(mirror->find(rules_url())->immutable);
    EXPECT_FALSE(mirror->find("metadata/timestamp.json")->immutable);
    reopen();
  }
}

TEST_F(Mirrored, FetchesNothingTwice) {
  ASSERT_EQ(pull(), "");
  ASSERT_EQ(pull(), "");
  EXPECT_EQ(site.asked, (Asked{"metadata/2.root.json", "metadata/timestamp.json"}));
  site.add("rules/26-002.json", "three");
  ASSERT_EQ(pull(), "");
  EXPECT_EQ(site.asked,
            (Asked{"metadata/2.root.json", "metadata/timestamp.json", "metadata/4.snapshot.json",
                   "metadata/3.rules.json", target_url("rules", "three", "26-002.json")}));
  // Whoever began with the timestamp before still finds what it named.
  EXPECT_NE(served("metadata/3.snapshot.json"), "file-unknown");
  EXPECT_NE(served("metadata/2.rules.json"), "file-unknown");
}

TEST_F(Mirrored, TakesATimestampThatIsOnlySignedAgain) {
  ASSERT_EQ(pull(), "");
  const auto before = mirror->state();
  site.renew("timestamp", noon + domain::hours(1));
  ASSERT_EQ(pull(noon + domain::hours(1)), "");
  EXPECT_EQ(site.asked, (Asked{"metadata/2.root.json", "metadata/timestamp.json"}));
  expect_serves_the_site();
  EXPECT_EQ(mirror->state().snapshot_version, before.snapshot_version);
  EXPECT_GT(mirror->state().expires.at("timestamp"), before.expires.at("timestamp"));
}

TEST_F(Mirrored, TakesOnlyWantedTargetsAndMoreLater) {
  updates::PullOptions options;
  options.now = noon;
  options.wanted = [](const auto& target) { return target.path.starts_with("rules/"); };
  Asked stored;
  options.stored = [&](const auto& target) { stored.push_back(target.path); };
  std::uint64_t last = 0;
  options.progress = [&](const auto& target, std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, target.bytes);
    last = done;
  };
  ASSERT_TRUE(mirror->pull(site, options));
  EXPECT_EQ(stored, Asked{"rules/26-001.json"});
  EXPECT_EQ(last, 3U);
  EXPECT_EQ(mirror->state().targets.size(), 2U);
  const auto other = target_url("patterns/virus/linux/1.0", "two", "virus.hdb");
  EXPECT_EQ(served(other), "file-unknown");
  ASSERT_EQ(pull(), "");
  EXPECT_EQ(served(other), "two");
}

TEST_F(Mirrored, LooksWithoutTakingAnything) {
  const auto seen = mirror->look(site, noon);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->targets.size(), 2U);
  EXPECT_EQ(mirror->state().snapshot_version, 0U);
  EXPECT_EQ(served("metadata/timestamp.json"), "file-unknown");
  EXPECT_TRUE(content->list()->empty());
  ASSERT_EQ(pull(), "");
  EXPECT_EQ(mirror->state().snapshot_version, seen->snapshot_version);
}

TEST_F(Mirrored, FindsNothingOutsideItsLists) {
  ASSERT_EQ(pull(), "");
  for (const std::string path : {"",
                                 "/",
                                 "metadata",
                                 "metadata/",
                                 "targets/",
                                 "metadata/../pinned.root.json",
                                 "metadata/..%2F..%2F..%2Fpinned.root.json",
                                 "metadata/%2e%2e/current",
                                 "metadata/.",
                                 "targets/../../../etc/passwd",
                                 "targets//etc/passwd",
                                 "targets/%2e%2e/%2e%2e/etc/passwd",
                                 "/etc/passwd",
                                 "metadata/timestamp.json/",
                                 "metadata//timestamp.json",
                                 "metadata/timestamp.json%00",
                                 "metadata/%",
                                 "targets/rules/26-001.json",
                                 "metadata/timestamp.json.part",
                                 "metadata/2.root.json"}) {
    EXPECT_EQ(served(path), "file-unknown") << path;
  }
  EXPECT_EQ(served("metadata/timestamp%2Ejson"), site.bytes("metadata/timestamp.json"));
}

TEST_F(Mirrored, KeepsEveryRootSinceTheOnePinned) {
  ASSERT_EQ(pull(), "");
  site.rotate("timestamp", "timestamp-new");
  // Seen by a look, and by another, before it is served.
  ASSERT_TRUE(mirror->look(site, noon));
  EXPECT_EQ(served("metadata/2.root.json"), "file-unknown");
  site.rotate("snapshot", "snapshot-new");
  ASSERT_EQ(pull(), "");
  reopen();
  expect_serves_the_site();
  EXPECT_EQ(served("metadata/2.root.json"), site.bytes("metadata/2.root.json"));
  EXPECT_EQ(served("metadata/3.root.json"), site.bytes("metadata/3.root.json"));
  EXPECT_EQ(mirror->state().root_version, 3U);
  EXPECT_EQ(mirror->state().root_digest, ledger::sha256(site.bytes("metadata/3.root.json")));
}

TEST_F(Mirrored, StartsOverFromAnotherPin) {
  ASSERT_EQ(pull(), "");
  ASSERT_TRUE(mirror->pin(site.root()));
  expect_serves_the_site();
  PublishedSite other;
  other.renew("root");
  EXPECT_EQ(mirror->pin("{}").error().kind, ledger::ErrorKind::invalid);
  expect_serves_the_site();
  const std::string root = other.bytes("metadata/2.root.json");
  ASSERT_TRUE(mirror->pin(root));
  EXPECT_EQ(mirror->pinned(), ledger::sha256(root));
  EXPECT_EQ(mirror->state().snapshot_version, 0U);
  EXPECT_EQ(served("metadata/timestamp.json"), "file-unknown");
  EXPECT_EQ(served(rules_url()), "file-unknown");
  ASSERT_EQ(mirror->pull(other, {noon, {}, {}, {}, {}})->root_version, 2U);
  EXPECT_EQ(served("metadata/2.root.json"), root);
  reopen();
  EXPECT_EQ(mirror->pinned(), ledger::sha256(root));
}

TEST_F(Mirrored, WithoutAPinPullsNothing) {
  const auto fresh = std::move(*updates::Mirror::open(scratch / "fresh", *content));
  EXPECT_FALSE(fresh->pinned());
  EXPECT_EQ(fresh->pull(site, {noon, {}, {}, {}, {}}).error().code, "tuf-no-root");
  EXPECT_TRUE(site.asked.empty());
}

// Of each: what is served stays as it was, who is to blame is told, and the next pull recovers.
TEST_F(Mirrored, StaysAsItWasWhenATargetIsNotAuthenticOrDoesNotCome) {
  ASSERT_EQ(pull(), "");
  const std::string timestamp = served("metadata/timestamp.json");
  site.add("rules/26-002.json", "three");
  const std::string url = target_url("rules", "three", "26-002.json");
  site.replaced[url] = "evil!";
  EXPECT_EQ(pull(), "tuf-hash");
  EXPECT_EQ(failure.target, "rules/26-002.json");
  EXPECT_EQ(failure.cause, SourceFault::verification_failed);
  site.replaced[url] = "three and more";
  EXPECT_EQ(pull(), "tuf-length");
  site.replaced[url] = "thr";
  EXPECT_EQ(pull(), "tuf-length");
  site.replaced.clear();
  site.failing[url] = {ledger::ErrorKind::unavailable, "source-timed-out", "It was too slow."};
  EXPECT_EQ(pull(), "source-timed-out");
  EXPECT_EQ(failure.cause, SourceFault::timed_out);
  EXPECT_EQ(failure.target + failure.role, "");
  site.failing[url] = {ledger::ErrorKind::not_found, "file-unknown", "It is gone."};
  EXPECT_EQ(pull(), "file-unknown");
  EXPECT_EQ(failure.cause, SourceFault::not_found);
  EXPECT_EQ(served("metadata/timestamp.json"), timestamp);
  EXPECT_EQ(served("metadata/4.snapshot.json"), "file-unknown");
  EXPECT_EQ(mirror->state().targets.size(), 2U);
  reopen();
  EXPECT_EQ(served("metadata/timestamp.json"), timestamp);
  site.failing.clear();
  ASSERT_EQ(pull(), "");
  expect_serves_the_site();
}

// Breaks off after so many bytes of each answer for a target, and knows how to go on.
class BreakingOff final : public tuf::Transport {
 public:
  BreakingOff(PublishedSite& site, std::size_t at_most) : site_(site), at_most_(at_most) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    return site_.get(path, bytes_max, sink);
  }
  ledger::Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t,
                                const tuf::Sink& sink) override {
    begun.push_back(from);
    const auto whole = *tuf::get_whole(site_, path, 1'000);
    const auto rest = std::string_view(whole).substr(static_cast<std::size_t>(from));
    if (auto taken = sink(rest.substr(0, at_most_)); !taken) return taken;
    if (rest.size() <= at_most_) return {};
    return ledger::fail(ledger::ErrorKind::unavailable, "source-timed-out", "It broke off.");
  }
  std::vector<std::uint64_t> begun;

 private:
  PublishedSite& site_;
  std::size_t at_most_;
};

TEST_F(Mirrored, GoesOnWhereATransferBrokeOff) {
  site.add("rules/26-003.json", "0123456789");
  updates::PullOptions options;
  options.now = noon;
  options.wanted = [](const auto& target) { return target.bytes == 10; };
  BreakingOff transport(site, 4);
  EXPECT_EQ(mirror->pull(transport, options).error().code, "source-timed-out");
  options.again = [](unsigned failures) { return failures < 3; };
  transport.begun.clear();
  ASSERT_TRUE(mirror->pull(transport, options));
  EXPECT_EQ(transport.begun, (std::vector<std::uint64_t>{4, 8}));
  EXPECT_EQ(served(target_url("rules", "0123456789", "26-003.json")), "0123456789");
  // Whoever never sends anything is given up.
  site.add("rules/26-004.json", "9876543210");
  BreakingOff silent(site, 0);
  EXPECT_EQ(mirror->pull(silent, options).error().code, "source-timed-out");
  EXPECT_EQ(silent.begun.size(), 3U);
}

TEST_F(Mirrored, GoesOnInTheNextProcessWhereTheLastOneEnded) {
  ASSERT_EQ(pull(), "");
  site.add("rules/26-003.json", "0123456789");
  const auto in_a_new_process = [&](BreakingOff& transport) {
    content = std::move(*updates::DirectoryContentStore::open(scratch / "content"));
    reopen();
    updates::PullOptions options;
    options.now = noon;
    const auto pulled = mirror->pull(transport, options);
    return pulled ? std::string() : pulled.error().code;
  };
  BreakingOff breaking(site, 4);
  EXPECT_EQ(in_a_new_process(breaking), "source-timed-out");
  EXPECT_EQ(in_a_new_process(breaking), "source-timed-out");
  EXPECT_EQ(in_a_new_process(breaking), "");
  EXPECT_EQ(breaking.begun, (std::vector<std::uint64_t>{0, 4, 8}));
  EXPECT_EQ(served(target_url("rules", "0123456789", "26-003.json")), "0123456789");
}

// Of another place, or of a disk that lost its bytes: the place that is asked now is not blamed.
TEST_F(Mirrored, BeginsAnewWhenWhatItHadIsWrong) {
  ASSERT_EQ(pull(), "");
  site.add("rules/26-003.json", "0123456789");
  {
    auto writer = content->take_up(ledger::sha256("0123456789")).value();
    ASSERT_TRUE(writer->write("0129"));
  }
  BreakingOff whole(site, 10);
  updates::PullOptions options;
  options.now = noon;
  ASSERT_TRUE(mirror->pull(whole, options));
  EXPECT_EQ(whole.begun, (std::vector<std::uint64_t>{4, 0}));
  EXPECT_EQ(served(target_url("rules", "0123456789", "26-003.json")), "0123456789");
}

// A kill between the last target and the link that shows the new state: the new folder is there,
// half or whole, and nothing names it.
TEST_F(Mirrored, ServesTheOldStateWhenItWasKilledBeforeTheLastStep) {
  ASSERT_EQ(pull(), "");
  const std::string timestamp = served("metadata/timestamp.json");
  const auto current = mirror->find("metadata/timestamp.json")->file.parent_path();
  mirror.reset();
  const auto next = current.parent_path() / "2";
  std::filesystem::create_directory(next);
  std::filesystem::copy_file(current / "timestamp.json", next / "timestamp.json");
  site.add("rules/26-002.json", "three");
  reopen();
  EXPECT_EQ(served("metadata/timestamp.json"), timestamp);
  EXPECT_FALSE(std::filesystem::exists(next));
  ASSERT_EQ(pull(), "");
  expect_serves_the_site();
}

TEST_F(Mirrored, RecoversFromDamageToAnyFileOfItsOwn) {
  ASSERT_EQ(pull(), "");
  std::vector<std::filesystem::path> files;
  const auto all = std::filesystem::recursive_directory_iterator(scratch / "mirror");
  for (const auto& entry : all) {
    if (entry.is_regular_file() && entry.path().filename() != "pinned.root.json") {
      files.push_back(entry.path());
    }
  }
  ASSERT_GT(files.size(), 8U);
  for (const auto& file : files) {
    if (!std::filesystem::exists(file)) continue;  // Of a state that was replaced meanwhile.
    ASSERT_TRUE(tuf::replace_file(file, "damaged"));
    reopen();
    ASSERT_EQ(pull(), "") << file;
    expect_serves_the_site();
  }
}

TEST_F(Mirrored, FetchesRootsAgainThatWereDamaged) {
  site.rotate("timestamp", "timestamp-new");
  site.rotate("timestamp", "timestamp-newer");
  ASSERT_EQ(pull(), "");
  const auto roots = scratch / "mirror" / hex(ledger::sha256(site.root())) / "roots";
  ASSERT_TRUE(tuf::replace_file(roots / "2.root.json", "damaged"));
  site.add("rules/26-002.json", "three");
  EXPECT_EQ(pull(), "roots-damaged");
  EXPECT_EQ(served("metadata/2.root.json"), site.bytes("metadata/2.root.json"));
  EXPECT_EQ(pull(), "");
  expect_serves_the_site();
  EXPECT_EQ(served("metadata/2.root.json"), site.bytes("metadata/2.root.json"));
}

TEST_F(Mirrored, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  updates::PullOptions options{noon, {}, {}, {}, stop.get_token()};
  options.progress = [&](const auto&, std::uint64_t, std::uint64_t) { stop.request_stop(); };
  EXPECT_EQ(mirror->pull(site, options).error().code, "given-up");
  EXPECT_EQ(mirror->state().snapshot_version, 0U);
}

TEST_F(Mirrored, FindsThePinnedRootByItsDigest) {
  site.rotate("timestamp", "timestamp-new");
  const std::string second = site.bytes("metadata/2.root.json");
  EXPECT_EQ(updates::fetch_pinned_root(site, ledger::sha256(second)), second);
  EXPECT_EQ(updates::fetch_pinned_root(site, ledger::sha256("else")).error().reason,
            "root-unknown");
  site.failing["metadata/1.root.json"] = {ledger::ErrorKind::not_found, "file-unknown", ""};
  EXPECT_EQ(updates::fetch_pinned_root(site, ledger::sha256(second)), second);
  site.failing["metadata/1.root.json"] = {ledger::ErrorKind::unavailable, "source-tls-failed", ""};
  EXPECT_EQ(updates::fetch_pinned_root(site, ledger::sha256(second)).error().reason,
            "source-tls-failed");
}

// A URL that leads elsewhere is no attack.
TEST_F(Mirrored, TellsARepositoryWithAnotherRootFromNone) {
  class Empty final : public tuf::Transport {
    ledger::Result<void> get(const std::string& path, std::uint64_t, const tuf::Sink&) override {
      return ledger::fail(ledger::ErrorKind::not_found, "file-unknown", path + " is not there.");
    }
  };
  Empty empty;
  const auto found = updates::fetch_pinned_root(empty, ledger::sha256("else"));
  EXPECT_EQ(found.error().reason, "file-unknown");
  EXPECT_EQ(found.error().detail, "metadata/1.root.json is not there.");
}

}  // namespace
}  // namespace tests

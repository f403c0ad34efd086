// Repositories in files, and what a place makes of them.
#include "updates/bundle.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/digest.h"
#include "tests/unit/mirror/published_site.h"
#include "updates/local_file.h"

namespace tests {
namespace {

class Bundles : public testing::Test {
 protected:
  // A place with a mirror of its own.
  struct Place {
    Place() {
      content = std::move(*updates::DirectoryContentStore::open(scratch / "content"));
      mirror = std::move(*updates::Mirror::open(scratch / "mirror", *content));
    }
    ScratchDirectory scratch;
    std::unique_ptr<updates::DirectoryContentStore> content;
    std::unique_ptr<updates::Mirror> mirror;
  };

  Bundles() {
    site.add("rules/26-001.json", "one");
    CHECK(manager.mirror->pin(site.root()).has_value(), "a good root is pinned");
    trusted = ledger::sha256(site.root());
    first = make();
    site.add("rules/26-002.json", "two");
  }

  std::filesystem::path make(const std::filesystem::path& since = {}) {
    CHECK(manager.mirror->pull(site, {noon, {}, {}, {}, {}}).has_value(), "the site is good");
    auto file = scratch / ("bundle-" + std::to_string(++made) + ".tar");
    const auto created =
        updates::create_bundle(*manager.mirror, file, {{"vendor"}, since, "checkpoint\n"});
    CHECK(created.has_value(), "a bundle is made");
    last = *created;
    return file;
  }

  ledger::Result<updates::BundleTaken> take(Place& place, const std::filesystem::path& file,
                                            domain::Time now = noon) const {
    auto bundle = updates::Bundle::open(file);
    if (!bundle) return fail(bundle.error());
    return updates::import_bundle(*place.mirror, *place.content, *bundle, {now, trusted, {}, {}});
  }
  static std::string reason(const ledger::Result<updates::BundleTaken>& taken) {
    return taken ? "" : taken.error().reason;
  }

  ScratchDirectory scratch;
  PublishedSite site;
  Place manager;
  std::optional<domain::Digest> trusted;
  int made = 0;
  updates::BundleMade last;
  std::filesystem::path first;
};

TEST_F(Bundles, BringAFreshPlaceToTheSameState) {
  const auto file = make();
  Place place;
  const auto taken = take(place, file);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken->digest, last.digest);
  EXPECT_EQ(taken->bytes, last.bytes);
  EXPECT_EQ(taken->snapshot_version, 3U);
  EXPECT_FALSE(taken->already_newer);
  EXPECT_EQ(taken->expired_for, domain::Duration{});
  EXPECT_EQ(place.mirror->state().snapshot_digest, manager.mirror->state().snapshot_digest);
  EXPECT_TRUE(*place.content->has(ledger::sha256("two")));
  const auto back = updates::create_bundle(*place.mirror, scratch / "again.tar",
                                           {{"vendor"}, {}, "checkpoint\n"});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->digest, last.digest);
}

TEST_F(Bundles, ThatAreOlderOrTheSameMeanAlreadyNewer) {
  const auto second = make();
  Place place;
  ASSERT_TRUE(take(place, second));
  for (const auto& file : {first, second}) {
    const auto taken = take(place, file);
    ASSERT_TRUE(taken) << taken.error().detail;
    EXPECT_TRUE(taken->already_newer);
    EXPECT_EQ(place.mirror->state().snapshot_version, 3U);
  }
  site.renew("timestamp");
  const auto signed_again = make();
  ASSERT_TRUE(take(place, signed_again));
  EXPECT_TRUE(take(place, second)->already_newer);
}

TEST_F(Bundles, GoOnFromTheOneBeforeAndTellOfAGap) {
  const auto second = make(first);
  EXPECT_EQ(last.contents, 1U);
  EXPECT_EQ(last.left_out, 1U);
  Place place;
  EXPECT_EQ(reason(take(place, second)), "bundle-gap");
  EXPECT_EQ(place.mirror->state().snapshot_version, 0U);
  EXPECT_EQ(reason(take(place, first)), "");
  EXPECT_EQ(reason(take(place, second)), "");
  EXPECT_EQ(place.mirror->state().targets.size(), 2U);
  site.add("rules/26-003.json", "three");
  make(second);
  EXPECT_EQ(last.left_out, 2U);
}

TEST_F(Bundles, OfAnotherRepositoryAreForeign) {
  PublishedSite other("other-");
  Place elsewhere;
  other.add("rules/26-001.json", "evil");
  ASSERT_TRUE(elsewhere.mirror->pin(other.root()));
  ASSERT_TRUE(elsewhere.mirror->pull(other, {noon, {}, {}, {}, {}}));
  const auto file = scratch / "foreign.tar";
  ASSERT_TRUE(updates::create_bundle(*elsewhere.mirror, file, {{"vendor"}, {}, {}}));
  Place fresh;
  EXPECT_EQ(reason(take(fresh, file)), "bundle-foreign");
  EXPECT_EQ(reason(take(manager, file)), "bundle-foreign");
  trusted.reset();
  EXPECT_EQ(reason(take(fresh, file)), "trust-root-missing");
  EXPECT_EQ(reason(take(manager, file)), "bundle-foreign");
}

TEST_F(Bundles, FollowRootsThatWereRotated) {
  Place place;
  ASSERT_TRUE(take(place, first));
  site.rotate("timestamp", "another");
  const auto rotated = make();
  EXPECT_EQ(reason(take(place, rotated)), "");
  Place fresh;
  EXPECT_EQ(reason(take(fresh, rotated)), "");
  EXPECT_EQ(fresh.mirror->state().root_version, 2U);
}

TEST_F(Bundles, OfAPlaceThatTrustsALaterRootAreOfTheSameRepository) {
  Place place;
  ASSERT_TRUE(take(place, first));
  site.rotate("timestamp", "another");
  Place later;
  ASSERT_TRUE(later.mirror->pin(site.bytes("metadata/2.root.json")));
  ASSERT_TRUE(later.mirror->pull(site, {noon, {}, {}, {}, {}}));
  const auto file = scratch / "later.tar";
  ASSERT_TRUE(updates::create_bundle(*later.mirror, file, {{"vendor"}, {}, {}}));
  EXPECT_EQ(reason(take(place, file)), "");
  EXPECT_EQ(place.mirror->state().root_version, 2U);
  Place fresh;
  EXPECT_EQ(reason(take(fresh, file)), "bundle-foreign");
}

TEST_F(Bundles, ThatLieAboutTheirGapsAreToldWhatHelps) {
  const auto second = make(first);
  auto bytes = *updates::read_local_file(second, 10'000'000);
  const auto at = bytes.find("rules/26-001");
  ASSERT_NE(at, std::string::npos);
  // It says that it needs something else, which is here.
  const auto digest = bytes.find(hex(ledger::sha256("one")));
  bytes.replace(digest, 64, hex(ledger::sha256("two")));
  std::ofstream(second, std::ios::binary) << bytes;
  Place place;
  EXPECT_EQ(reason(take(place, second)), "bundle-gap");
  EXPECT_EQ(reason(take(place, first)), "bundle-older");
  EXPECT_EQ(reason(take(place, make())), "");
  EXPECT_EQ(place.mirror->state().targets.size(), 2U);
}

TEST_F(Bundles, AreTakenForAWhileAfterTheirEnd) {
  const auto file = make();
  const auto end = noon + tuf::timestamp_lifetime;
  struct Case {
    domain::Time now;
    std::string reason;
    bool warned;
  };
  const std::vector<Case> cases = {
      {end + domain::hours(1), "", false},
      {end + domain::hours(24), "", true},
      {end + domain::days(7) - domain::seconds(1), "", true},
      {end + domain::days(7), "bundle-expired", false},
  };
  for (const auto& each : cases) {
    Place place;
    const auto taken = take(place, file, each.now);
    EXPECT_EQ(reason(taken), each.reason);
    EXPECT_EQ(taken && taken->is_warned_of(), each.warned);
  }
}

TEST_F(Bundles, WithOtherBytesAreNotAuthentic) {
  const auto file = make();
  auto bytes = *updates::read_local_file(file, 10'000'000);
  const auto at = bytes.find("two");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  std::ofstream(file, std::ios::binary) << bytes;
  Place place;
  EXPECT_EQ(reason(take(place, file)), "bundle-not-authentic");
  EXPECT_EQ(place.mirror->state().snapshot_version, 0U);
}

TEST_F(Bundles, AreNothingElse) {
  const auto file = scratch / "x";
  EXPECT_EQ(reason(take(manager, file)), "file-unknown");
  std::ofstream(file) << "hello";
  EXPECT_EQ(reason(take(manager, file)), "tar-malformed");
  auto tar = std::move(*updates::TarWriter::begin(file));
  ASSERT_TRUE(tar.add("bundle.json", "{}"));
  ASSERT_TRUE(tar.finish());
  EXPECT_EQ(reason(take(manager, file)), "bundle-malformed");
}

TEST_F(Bundles, AreNotMadeOfNothing) {
  Place place;
  EXPECT_EQ(updates::create_bundle(*place.mirror, scratch / "x", {}).error().reason,
            "bundle-empty");
}

}  // namespace
}  // namespace tests

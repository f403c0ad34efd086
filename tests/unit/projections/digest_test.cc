#include "projections/digest.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "projections/row_hashes.h"
#include "tests/support/seed.h"

namespace {

using ledger::domain::Position;
using projections::hash_row;
using projections::RowHash;
using projections::RowHashes;
using projections::SumsTrail;
using projections::View;
using projections::ViewSum;
using projections::ViewSums;

// Computed elsewhere: sha256(b"\0\0\0\x03" + b"web" + b"row").
TEST(RowHash, IsTheOneThatStandsInTheLog) {
  const RowHash expected{0x26a0afe0553a8d93ULL, 0x6d78c39e5a8f2240ULL};
  EXPECT_EQ(hash_row("web", "row"), expected);
  EXPECT_NE(hash_row("webr", "ow"), expected);
}

TEST(ViewSum, DoesNotDependOnOrderAndForgetsWhatIsRemoved) {
  std::mt19937_64 random(tests::test_seed());
  for (int i = 0; i < 1'000; ++i) {
    const RowHash a{random(), random()};
    const RowHash b{random(), ~0ULL - random() % 3};  // So that the low half carries.
    ViewSum one;
    one.add(a);
    one.add(b);
    ViewSum other;
    other.add(b);
    other.add(a);
    EXPECT_EQ(one, other);
    one.remove(b);
    ViewSum only;
    only.add(a);
    EXPECT_EQ(one, only);
    only.remove(a);
    EXPECT_EQ(only, ViewSum{});
  }
}

TEST(ViewSums, ComeBackFromTheirDigests) {
  ViewSums sums;
  sums[View::alerts].add({1, 2});
  sums[View::overview].add({3, 4});
  EXPECT_EQ(ViewSums::from(sums.digests()), sums);
  EXPECT_EQ(sums.digests().size(), projections::all_views.size());
  EXPECT_FALSE(ViewSums::from({{"no-such-view", 0, 0, 0}}));
}

TEST(DifferingViews, AreNamed) {
  ViewSums one;
  ViewSums other;
  one[View::alerts].add({1, 2});
  other[View::overview].add({3, 4});
  EXPECT_EQ(projections::differing_views(one.digests(), other.digests()),
            (std::vector<std::string_view>{"alerts", "overview"}));
  EXPECT_TRUE(projections::differing_views(one.digests(), one.digests()).empty());
}

TEST(DifferingViews, AreNotThoseThatWereNotThereYet) {
  ViewSums now;
  now[View::computer_names].add({1, 2});
  auto recorded = ViewSums().digests();
  std::erase_if(recorded, [](const auto& each) { return each.view == "computer_names"; });
  EXPECT_TRUE(projections::differing_views(now.digests(), recorded).empty());
  recorded.push_back({"computer_names", 1, 3, 3});
  EXPECT_EQ(projections::differing_views(now.digests(), recorded),
            std::vector<std::string_view>{"computer_names"});
}

TEST(SumsTrail, KnowsTheSumsOfAWhileAgo) {
  SumsTrail trail({10}, 3);
  std::vector<ViewSums> sums(1);  // [n]: after 10 + n events.
  ViewSums now;
  const auto change = [&](std::uint64_t at, View view) {
    trail.note({at}, view, now[view]);
    now[view].add({at, at});
  };
  change(10, View::alerts);
  sums.push_back(now);
  sums.push_back(now);  // The event at 11 changed nothing.
  change(12, View::alerts);
  change(12, View::overview);
  sums.push_back(now);
  for (std::uint64_t n = 0; n < sums.size(); ++n) {
    EXPECT_EQ(trail.sums_at({10 + n}, now), sums[n]) << n;
  }
  EXPECT_FALSE(trail.sums_at({9}, now));
  change(13, View::alerts);  // One more than it keeps.
  EXPECT_FALSE(trail.sums_at({10}, now));
  EXPECT_EQ(trail.sums_at({11}, now), sums[1]);
  EXPECT_EQ(trail.sums_at({14}, now), now);
}

TEST(RowHashes, AreAMap) {
  std::mt19937_64 random(tests::test_seed());
  std::map<RowHashes::Key, RowHash> model;
  RowHashes hashes;
  EXPECT_EQ(hashes.find(1), nullptr);
  hashes.erase(1);
  std::vector<RowHashes::Key> keys;
  for (int i = 0; i < 3'000; ++i) {
    // Neighbours, which push each other aside.
    keys.push_back(i % 3 == 0 ? random() | 1 : keys.back() + 1);
  }
  for (int i = 0; i < 60'000; ++i) {
    const auto key = keys[random() % keys.size()];
    if (random() % 3 == 0) {
      hashes.erase(key);
      model.erase(key);
    } else {
      const RowHash hash{random(), random()};
      hashes.set(key, hash);
      model[key] = hash;
    }
    const auto probe = keys[random() % keys.size()];
    const auto found = model.find(probe);
    const RowHash* const told = hashes.find(probe);
    ASSERT_EQ(told != nullptr, found != model.end());
    if (told != nullptr) {
      ASSERT_EQ(*told, found->second);
    }
    ASSERT_EQ(hashes.size(), model.size());
  }
}

TEST(RowHashes, TellKeysOfViewsApart) {
  EXPECT_NE(RowHashes::key_of(View::alerts, "a"), RowHashes::key_of(View::overview, "a"));
  EXPECT_NE(RowHashes::key_of(View::alerts, "a"), RowHashes::key_of(View::alerts, "b"));
  EXPECT_NE(RowHashes::key_of(View::alerts, ""),
            RowHashes::key_of(View::alerts, std::string(1, '\0')));
}

}  // namespace

#include "ledger/newest_cache.h"

#include <gtest/gtest.h>

namespace {

using Cache = ledger::NewestCache<int>;

void keep(Cache& cache, const std::string& key, int value) {
  cache.keep(key, cache.turn(key), value, sizeof(value));
}

TEST(NewestCache, KnowsTheNewestOfWhatWasAskedFor) {
  Cache cache(1'000'000);
  EXPECT_EQ(cache.find("a"), std::nullopt);
  keep(cache, "a", 1);
  keep(cache, "b", 2);
  EXPECT_EQ(cache.find("a"), 1);
  cache.changed("a", [] { return std::pair(3, sizeof(int)); });
  cache.changed("never asked for", [] { return std::pair(4, sizeof(int)); });
  EXPECT_EQ(cache.find("a"), 3);
  EXPECT_EQ(cache.find("b"), 2);
  EXPECT_EQ(cache.find("never asked for"), std::nullopt);
  cache.clear();
  EXPECT_EQ(cache.find("a"), std::nullopt);
  EXPECT_EQ(cache.find("b"), std::nullopt);
}

TEST(NewestCache, DoesNotKeepWhatWasReadBeforeAChange) {
  Cache cache(1'000'000);
  auto turn = cache.turn("a");
  cache.changed("a", [] { return std::pair(2, sizeof(int)); });
  cache.keep("a", turn, 1, sizeof(int));
  EXPECT_EQ(cache.find("a"), std::nullopt);
  turn = cache.turn("a");
  cache.clear();
  cache.keep("a", turn, 1, sizeof(int));
  EXPECT_EQ(cache.find("a"), std::nullopt);
}

TEST(NewestCache, ForgetsWhatNobodyAsksForAndKeepsWhatIsAskedFor) {
  Cache cache(160'000);
  keep(cache, "asked", 0);
  keep(cache, "not asked", 0);
  for (int i = 1; i <= 10'000; ++i) {
    keep(cache, "key " + std::to_string(i), i);
    ASSERT_EQ(cache.find("asked"), 0) << "after " << i;
  }
  EXPECT_EQ(cache.find("not asked"), std::nullopt);
  int kept = 0;
  for (int i = 1; i <= 10'000; ++i) kept += cache.find("key " + std::to_string(i)) == i ? 1 : 0;
  EXPECT_GT(kept, 400);
  EXPECT_LT(kept, 1'600) << "160,000 bytes hold less";
}

}  // namespace

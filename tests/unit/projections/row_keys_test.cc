#include "projections/row_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using projections::rows_prefix;
using projections::version_from;
using projections::version_key;
using projections::View;

std::vector<std::string> keys() {
  std::vector<std::string> keys = {""};
  for (std::size_t i = 0; keys[i].size() < 3; ++i) {
    for (const char byte : {'\x00', '\x01', '\x02', 'a', '\xff'}) keys.push_back(keys[i] + byte);
  }
  return keys;
}

TEST(RowKeys, SortByKeyThenNewestFirst) {
  for (const auto& one : keys()) {
    for (const auto& other : keys()) {
      const auto a = version_key(View::alerts, one, {5});
      const auto b = version_key(View::alerts, other, {5});
      EXPECT_EQ(a < b, one < other);
      if (one < other) {
        EXPECT_LT(version_key(View::alerts, one, {0}), version_key(View::alerts, other, {9}));
      }
    }
    EXPECT_LT(version_key(View::alerts, one, {6}), version_key(View::alerts, one, {5}));
    EXPECT_LT(version_key(View::computers, one, {0}), version_key(View::buckets, one, {9}));
  }
}

TEST(RowKeys, ReadBack) {
  for (const auto& key : keys()) {
    const auto version = version_from(version_key(View::overview, key, {77}));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->key, key);
    EXPECT_EQ(version->position.value, 77u);
  }
  EXPECT_FALSE(version_from("short"));
  EXPECT_FALSE(version_from(std::string(20, 'x')));
}

TEST(RowKeys, OfAPrefixAreNextToEachOther) {
  for (const auto& prefix : keys()) {
    const auto from = rows_prefix(View::alerts, prefix);
    const auto to = projections::after_prefix(from);
    for (const auto& key : keys()) {
      const auto stored = version_key(View::alerts, key, {1});
      EXPECT_EQ(stored >= from && stored < to, key.starts_with(prefix));
    }
  }
}

TEST(RowKeys, HaveNothingAfterAPrefixOfHighestBytes) {
  EXPECT_EQ(projections::after_prefix("\xff\xff"), "");
  EXPECT_EQ(projections::after_prefix("a\xff"), "b");
}

}  // namespace

#include <gtest/gtest.h>

#include <string>

#include "ledger/merkle/tile.h"

namespace ledger::merkle {
namespace {

using Kind = TilePath::Kind;

TEST(TilePath, GroupsTheIndexByThreeDigits) {
  EXPECT_EQ(path_of({Kind::hashes, {0, 0, 256}}), "tile/0/000");
  EXPECT_EQ(path_of({Kind::hashes, {3, 1'234'067, 256}}), "tile/3/x001/x234/067");
  EXPECT_EQ(path_of({Kind::hashes, {1, 1'000, 17}}), "tile/1/x001/000.p/17");
  EXPECT_EQ(path_of({Kind::entries, {0, 273, 1}}), "tile/entries/273.p/1");
}

TEST(TilePath, IsReadBackAsItWasWritten) {
  for (const std::uint64_t index :
       {0ULL, 999ULL, 1'000ULL, 1'234'067ULL, 18'446'744'073'709'551'615ULL}) {
    for (const std::uint32_t width : {1U, 255U, 256U}) {
      const TilePath path{Kind::hashes, {7, index, width}};
      EXPECT_EQ(tile_path_from(path_of(path)), path) << path_of(path);
    }
  }
  const TilePath entries{Kind::entries, {0, 5, 256}};
  EXPECT_EQ(tile_path_from("tile/entries/005"), entries);
}

TEST(TilePath, HasOneSpellingOnly) {
  for (const char* const wrong : {"",
                                  "tile",
                                  "tile/",
                                  "tile/0",
                                  "tile/0/",
                                  "tile/8/000",
                                  "tile/00/000",
                                  "tile/-1/000",
                                  "tile/0/00",
                                  "tile/0/0000",
                                  "tile/0/x000/001",
                                  "tile/0/001/002",
                                  "tile/0/x001",
                                  "tile/0/+01",
                                  "tile/0/000.p/0",
                                  "tile/0/000.p/256",
                                  "tile/0/000.p/01",
                                  "tile/0/000.p/",
                                  "tile/0/000.p",
                                  "tile/0/000/",
                                  "tile/0//000",
                                  "/tile/0/000",
                                  "tile/0/000 ",
                                  "tile/entry/000",
                                  "tile/0/x018/x446/x744/x073/x709/x551/616",
                                  "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_EQ(tile_path_from(wrong), std::nullopt) << wrong;
  }
}

TEST(Tile, ExistsExactlyForTheHashesThatATreeHas) {
  EXPECT_FALSE(exists({0, 0, 1}, 0));
  EXPECT_TRUE(exists({0, 0, 255}, 255));
  EXPECT_FALSE(exists({0, 0, 256}, 255));
  EXPECT_FALSE(exists({1, 0, 1}, 255));
  EXPECT_TRUE(exists({1, 0, 1}, 256));
  EXPECT_FALSE(exists({0, 1, 1}, 256));
  EXPECT_FALSE(exists({0, 0, 0}, 256));
  EXPECT_FALSE(exists({0, 0, 257}, 1'000));
  EXPECT_FALSE(exists({8, 0, 1}, ~0ULL));
  EXPECT_FALSE(exists({0, ~0ULL, 1}, 1'000));
}

}  // namespace
}  // namespace ledger::merkle

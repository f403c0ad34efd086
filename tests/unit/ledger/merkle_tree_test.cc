#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "ledger/merkle/proof.h"
#include "ledger/merkle/tree.h"
#include "tests/support/grown_tree.h"
#include "tests/support/naive_tree.h"

namespace ledger::merkle {
namespace {

using tests::GrownTree;

TEST(Tree, HasTheRootsOfTheRfcsTestVectors) {
  // The eight inputs and roots that the Certificate Transparency implementations share.
  const std::vector<std::string> inputs{
      "",
      std::string("\0", 1),
      "\x10",
      "\x20\x21",
      "\x30\x31",
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const std::vector<std::string> roots{
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tree tree;
  std::vector<Tree::FullTile> completed;
  EXPECT_EQ(tree.root(), sha256(""));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    tree.append(leaf_hash(inputs[i]), completed);
    EXPECT_EQ(hex(tree.root()), roots[i]) << "at size " << i + 1;
  }
  EXPECT_TRUE(completed.empty());
}

TEST(Tree, EqualsTheNaiveOneAtEverySizeUpTo600) {
  GrownTree grown;
  for (std::uint64_t size = 1; size <= 600; ++size) {
    grown.grow(1);
    ASSERT_EQ(grown.tree.root(), tests::naive_root(grown.leaves)) << size;
  }
}

TEST(Tree, EmitsATileWithItsLastHash) {
  GrownTree grown(255);
  EXPECT_TRUE(grown.full_tiles.empty());
  EXPECT_EQ(grown.tree.edge_tile({0, 0, 255})->size(), 255U * 32U);
  EXPECT_EQ(grown.tree.edge_tile({0, 0, 256}), std::nullopt);
  grown.grow(1);
  ASSERT_EQ(grown.full_tiles.size(), 1U);
  EXPECT_EQ(grown.full_tiles.begin()->first, (TileId{0, 0, 256}));
  EXPECT_EQ(grown.tree.edge_tile({0, 1, 1}), std::nullopt);
  ASSERT_TRUE(grown.tree.edge_tile({1, 0, 1}));
  EXPECT_EQ(hash_in(*grown.tree.edge_tile({1, 0, 1}), 0), tests::naive_root(grown.leaves));
  grown.grow(1);
  EXPECT_EQ(hash_in(*grown.tree.edge_tile({0, 1, 1}), 0), grown.leaves[256]);
  EXPECT_EQ(grown.tree.edge_tile({0, 2, 1}), std::nullopt);
  EXPECT_EQ(grown.tree.edge_tile({8, 0, 1}), std::nullopt);
}

TEST(Tree, TakesAWholeTileAsItWouldItsLeaves) {
  const GrownTree grown(65'536 + 300);
  Tree tree;
  std::vector<Tree::FullTile> completed;
  for (std::uint64_t n = 0; n < 257; ++n) {
    tree.append_tile(grown.full_tiles.at({0, n, 256}), completed);
  }
  for (std::uint64_t n = tree.size(); n < grown.leaves.size(); ++n) {
    tree.append(grown.leaves[n], completed);
  }
  EXPECT_EQ(tree.root(), grown.tree.root());
  ASSERT_EQ(completed.size(), grown.full_tiles.size());
  for (const auto& tile : completed) EXPECT_EQ(tile.hashes, grown.full_tiles.at(tile.id));
}

TEST(Tree, EmitsATileOfTheNextLevelWith65536Leaves) {
  GrownTree grown(65'535);
  EXPECT_EQ(grown.full_tiles.size(), 255U);
  grown.grow(1);
  EXPECT_EQ(grown.full_tiles.size(), 257U);
  ASSERT_TRUE(grown.full_tiles.contains({1, 0, 256}));
  EXPECT_EQ(subtree_root(grown.full_tiles.at({1, 0, 256}), 0, 256), grown.tree.root());
  EXPECT_EQ(grown.tree.root(), tests::naive_root(grown.leaves));
  grown.grow(1);
  EXPECT_EQ(grown.tree.root(), tests::naive_root(grown.leaves));
}

TEST(Tree, GrowsOnAfterItWasLoadedFromTiles) {
  for (const std::uint64_t size :
       {0ULL, 1ULL, 255ULL, 256ULL, 257ULL, 511ULL, 65'536ULL, 65'793ULL}) {
    GrownTree grown(size);
    auto loaded = Tree::load(size, grown.reader());
    ASSERT_TRUE(loaded) << size;
    EXPECT_EQ(loaded->root(), grown.tree.root()) << size;
    std::vector<Tree::FullTile> completed;
    for (int i = 0; i < 300; ++i) {
      grown.grow(1);
      loaded->append(grown.leaves.back(), completed);
      ASSERT_EQ(loaded->root(), grown.tree.root()) << size << " + " << i;
    }
    for (const auto& tile : completed) EXPECT_EQ(tile.hashes, grown.full_tiles.at(tile.id));
    EXPECT_FALSE(completed.empty());
  }
}

TEST(Tree, RefusesToLoadATileOfAnotherSize) {
  const auto loaded = Tree::load(3, [](const TileId&) -> Result<std::string> { return "short"; });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(loaded.error().reason, "tile-damaged");
}

TEST(Tree, HandsTheReadersErrorUp) {
  const auto loaded = Tree::load(3, [](const TileId&) -> Result<std::string> {
    return fail(ErrorKind::io, "unreadable", "No.");
  });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, "unreadable");
}

}  // namespace
}  // namespace ledger::merkle

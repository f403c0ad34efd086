#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "ledger/merkle/partial_tree.h"
#include "ledger/merkle/proof.h"
#include "tests/support/grown_tree.h"
#include "tests/support/naive_tree.h"

namespace ledger::merkle {
namespace {

using tests::GrownTree;
using tests::Leaves;

// Reads tiles of the whole tree, as a tree of `size` leaves had them, and no others.
TileReader as_of(const GrownTree& grown, std::uint64_t size) {
  return [reader = grown.reader(), size](const TileId& tile) -> Result<std::string> {
    EXPECT_TRUE(exists(tile, size));
    return reader(tile);
  };
}

TEST(Proof, OfInclusionEqualsTheNaiveOneForEveryLeafOfEverySizeUpTo64) {
  const GrownTree grown(64);
  for (std::uint64_t size = 1; size <= 64; ++size) {
    const Leaves leaves = Leaves(grown.leaves).first(size);
    const Digest root = tests::naive_root(leaves);
    EXPECT_EQ(root_at(size, as_of(grown, size)), root);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, as_of(grown, size));
      ASSERT_TRUE(proof);
      EXPECT_EQ(*proof, tests::naive_path(index, leaves));
      EXPECT_TRUE(verify_inclusion(leaves[index], index, size, root, *proof));
    }
  }
}

TEST(Proof, OfConsistencyEqualsTheNaiveOneForEveryPairOfSizesUpTo64) {
  const GrownTree grown(64);
  for (std::uint64_t size = 1; size <= 64; ++size) {
    const Leaves leaves = Leaves(grown.leaves).first(size);
    const Digest root = tests::naive_root(leaves);
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = consistency_proof(old_size, size, as_of(grown, size));
      ASSERT_TRUE(proof);
      if (old_size > 0) {
        EXPECT_EQ(*proof, tests::naive_subproof(old_size, leaves, tests::Known::yes));
      }
      EXPECT_TRUE(verify_consistency(old_size, tests::naive_root(leaves.first(old_size)), size,
                                     root, *proof))
          << old_size << " in " << size;
    }
  }
}

// The root that a partial proof gives with those leaves; what is left of either is told.
Result<Digest> root_of_part(const LeafSet& set, std::uint64_t size, const Leaves& leaves,
                            const Proof& proof) {
  std::vector<std::uint64_t> positions = set.singles;
  for (std::uint64_t at = set.from; at < set.to; ++at) positions.push_back(at);
  auto leaf = positions.begin();
  auto hash = proof.begin();
  PartialTree tree;
  tree.next_leaf = [&]() -> std::optional<std::uint64_t> {
    if (leaf == positions.end()) return std::nullopt;
    return *leaf;
  };
  tree.take_leaf = [&]() -> Result<Digest> { return leaves[*leaf++]; };
  tree.take_hash = [&]() -> Result<Digest> {
    if (hash == proof.end()) return fail(ErrorKind::corrupt, "short", "No hash is left.");
    return *hash++;
  };
  auto root = root_from_partial(size, tree);
  EXPECT_TRUE(!root || (leaf == positions.end() && hash == proof.end()));
  return root;
}

TEST(PartialProof, GivesTheRootForEveryRangeOfEverySizeUpTo40) {
  const GrownTree grown(40);
  for (std::uint64_t size = 1; size <= 40; ++size) {
    const Leaves leaves = Leaves(grown.leaves).first(size);
    for (std::uint64_t from = 0; from <= size; ++from) {
      for (std::uint64_t to = from; to <= size; ++to) {
        const LeafSet set{{}, from, to};
        const auto proof = partial_proof(set, size, as_of(grown, size));
        ASSERT_TRUE(proof);
        EXPECT_LE(proof->size(), 12U) << "of a range few hashes are enough";
        EXPECT_EQ(root_of_part(set, size, leaves, *proof), tests::naive_root(leaves))
            << from << ".." << to << " of " << size;
      }
    }
  }
}

TEST(PartialProof, GivesTheRootForEveryChoiceOfTenLeavesAndAnEndAsWell) {
  const GrownTree grown(700);
  const Leaves few = Leaves(grown.leaves).first(13);
  for (std::uint64_t chosen = 0; chosen < 1024; ++chosen) {
    LeafSet set{{}, 11, 11 + chosen % 3};
    for (std::uint64_t bit = 0; bit < 10; ++bit) {
      if ((chosen >> bit & 1U) != 0) set.singles.push_back(bit);
    }
    const auto proof = partial_proof(set, 13, as_of(grown, 13));
    ASSERT_TRUE(proof);
    EXPECT_EQ(root_of_part(set, 13, few, *proof), tests::naive_root(few)) << chosen;
  }
  const LeafSet wide{{0, 3, 254, 255, 256, 257, 300}, 511, 700};
  const auto proof = partial_proof(wide, 700, as_of(grown, 700));
  ASSERT_TRUE(proof);
  const Leaves all(grown.leaves);
  EXPECT_EQ(root_of_part(wide, 700, all, *proof), tests::naive_root(all));
}

TEST(PartialProof, IsNotGivenBeyondTheLogNorTakenWithLeavesInAnotherOrder) {
  const GrownTree grown(9);
  EXPECT_EQ(partial_proof({{}, 3, 10}, 9, grown.reader()).error().reason, "proof-range");
  EXPECT_EQ(partial_proof({{2, 9}, 0, 0}, 9, grown.reader()).error().reason, "proof-range");
  const auto proof = partial_proof({{2, 5}, 0, 0}, 9, grown.reader());
  ASSERT_TRUE(proof);
  const Leaves leaves(grown.leaves);
  EXPECT_EQ(root_of_part({{5, 2}, 0, 0}, 9, leaves, *proof).error().reason, "proof-wrong");
  EXPECT_NE(root_of_part({{2, 6}, 0, 0}, 9, leaves, *proof), tests::naive_root(leaves));
}

TEST(Proof, HoldsAcrossTheEdgesOfTiles) {
  const GrownTree grown(65'537);
  for (const std::uint64_t size : {255ULL, 256ULL, 257ULL, 65'535ULL, 65'536ULL, 65'537ULL}) {
    const Leaves leaves = Leaves(grown.leaves).first(size);
    const Digest root = tests::naive_root(leaves);
    ASSERT_EQ(root_at(size, as_of(grown, size)), root);
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 2, size - 1}) {
      const auto proof = inclusion_proof(index, size, as_of(grown, size));
      ASSERT_TRUE(proof);
      EXPECT_EQ(*proof, tests::naive_path(index, leaves));
      EXPECT_TRUE(verify_inclusion(leaves[index], index, size, root, *proof));
    }
    for (const std::uint64_t old_size : {1ULL, 100ULL, 254ULL}) {
      const auto proof = consistency_proof(old_size, size, as_of(grown, size));
      ASSERT_TRUE(proof);
      EXPECT_TRUE(verify_consistency(old_size, tests::naive_root(leaves.first(old_size)), size,
                                     root, *proof));
    }
  }
}

TEST(Proof, IsNotAcceptedWithAnythingChanged) {
  const std::uint64_t size = 37;
  const GrownTree grown(size);
  const Digest root = grown.tree.root();
  const auto accepted = [&](std::uint64_t index, std::uint64_t of, const Proof& proof) {
    return verify_inclusion(grown.leaves[20], index, of, root, proof).has_value();
  };
  const Proof proof = inclusion_proof(20, size, grown.reader()).value();
  ASSERT_TRUE(accepted(20, size, proof));
  for (std::uint64_t index = 0; index < size; ++index) {
    EXPECT_EQ(accepted(index, size, proof), index == 20) << index;
  }
  EXPECT_FALSE(accepted(20, 20, proof));
  EXPECT_FALSE(verify_inclusion(grown.leaves[19], 20, size, root, proof));
  for (std::size_t at = 0; at < proof.size(); ++at) {
    Proof changed = proof;
    changed[at].bytes[at] ^= 1U;
    EXPECT_FALSE(accepted(20, size, changed));
    changed = proof;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(accepted(20, size, changed));
  }
  Proof longer = proof;
  longer.push_back(root);
  EXPECT_FALSE(accepted(20, size, longer));
}

TEST(Proof, OfConsistencyIsNotAcceptedWithAnythingChanged) {
  const GrownTree grown(37);
  const Digest root = grown.tree.root();
  const Digest old_root = tests::naive_root(Leaves(grown.leaves).first(21));
  const Proof proof = consistency_proof(21, 37, grown.reader()).value();
  ASSERT_TRUE(verify_consistency(21, old_root, 37, root, proof));
  EXPECT_FALSE(verify_consistency(20, old_root, 37, root, proof));
  EXPECT_FALSE(verify_consistency(38, old_root, 37, root, proof));
  EXPECT_FALSE(verify_consistency(21, root, 37, root, proof));
  EXPECT_FALSE(verify_consistency(21, old_root, 37, old_root, proof));
  EXPECT_FALSE(verify_consistency(21, old_root, 37, root, {}));
  EXPECT_FALSE(verify_consistency(0, old_root, 37, root, {}));
  EXPECT_FALSE(verify_consistency(0, sha256(""), 37, root, proof));
  EXPECT_FALSE(verify_consistency(37, old_root, 37, root, {}));
  for (std::size_t at = 0; at < proof.size(); ++at) {
    Proof changed = proof;
    changed[at].bytes[0] ^= 128U;
    EXPECT_FALSE(verify_consistency(21, old_root, 37, root, changed));
    changed = proof;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(verify_consistency(21, old_root, 37, root, changed));
  }
}

TEST(Proof, OutsideTheTreeIsInvalid) {
  const GrownTree grown(5);
  const auto inclusion = inclusion_proof(5, 5, grown.reader());
  ASSERT_FALSE(inclusion);
  EXPECT_EQ(inclusion.error().reason, "proof-range");
  const auto consistency = consistency_proof(6, 5, grown.reader());
  ASSERT_FALSE(consistency);
  EXPECT_EQ(consistency.error().kind, ErrorKind::invalid);
}

TEST(Proof, NeedsEveryTileItReads) {
  const auto damaged = root_at(7, [](const TileId&) -> Result<std::string> { return ""; });
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().reason, "tile-damaged");
  const auto missing = consistency_proof(2, 7, [](const TileId&) -> Result<std::string> {
    return fail(ErrorKind::not_found, "tile-not-found", "No.");
  });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "tile-not-found");
}

}  // namespace
}  // namespace ledger::merkle

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

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

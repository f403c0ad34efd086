// One proof for many records: who has them, and the hashes of the subtrees that have none of them,
// gets the root. Of a range that is a few hashes, of scattered records some for each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "ledger/digest.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/tile.h"
#include "ledger/result.h"

namespace ledger::merkle {

// Leaves by position: single ones in ascending order, and after them all of [from, to).
struct LeafSet {
  std::vector<std::uint64_t> singles;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

// The hashes of the largest subtrees of the tree of `size` leaves without a leaf of the set, from
// left to right.
// Errors: invalid ("proof-range": a leaf is not below size); those of `read`; corrupt.
Result<Proof> partial_proof(const LeafSet& leaves, std::uint64_t size, const TileReader& read);

// Where root_from_partial() takes from; each takes the next one, in order.
struct PartialTree {
  std::function<std::optional<std::uint64_t>()> next_leaf;  // Its position; it is not taken.
  std::function<Result<Digest>()> take_leaf;
  std::function<Result<Digest>()> take_hash;
};

// The root that the leaves and the hashes of a partial proof give. What is left over in `tree` is
// the caller's to find. Errors: those of `tree`.
Result<Digest> root_from_partial(std::uint64_t size, const PartialTree& tree);

}  // namespace ledger::merkle

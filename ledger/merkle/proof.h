// Proofs about the tree, made from tiles and checked without them. Whoever holds a checkpoint needs
// nothing of ours but these few hashes to know that a record stands where we say.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/digest.h"
#include "ledger/merkle/tile.h"
#include "ledger/result.h"

namespace ledger::merkle {

using Proof = std::vector<Digest>;

// The root over the first `size` leaves.
// Shape:  `read` is asked only for tiles that a tree of `size` leaves has.
// Errors: those of `read`; corrupt ("tile-damaged").
Result<Digest> root_at(std::uint64_t size, const TileReader& read);

// That leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1).
// Errors: invalid ("proof-range": index not below size); those of `read`; corrupt.
Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const TileReader& read);

// That the tree of `new_size` leaves begins with that of `old_size` (RFC 6962, 2.1.2). Empty if the
// sizes are equal or the old tree is.
// Errors: invalid ("proof-range": old_size beyond new_size); those of `read`; corrupt.
Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                const TileReader& read);

// Errors of both: corrupt ("proof-wrong": the proof does not lead to the root).
Result<void> verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                              const Digest& root, const Proof& proof);
Result<void> verify_consistency(std::uint64_t old_size, const Digest& old_root,
                                std::uint64_t new_size, const Digest& new_root, const Proof& proof);

}  // namespace ledger::merkle

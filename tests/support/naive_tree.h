// RFC 6962, section 2.1, word by word and slow: what the real tree is compared with.
#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <vector>

#include "ledger/digest.h"

namespace tests {

using Leaves = std::span<const ledger::Digest>;

inline ledger::Digest naive_root(Leaves leaves) {
  if (leaves.empty()) return ledger::sha256({});
  if (leaves.size() == 1) return leaves[0];
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  return ledger::node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

inline std::vector<ledger::Digest> naive_path(std::size_t index, Leaves leaves) {
  if (leaves.size() <= 1) return {};
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  const bool left = index < split;
  auto path = left ? naive_path(index, leaves.first(split))
                   : naive_path(index - split, leaves.subspan(split));
  path.push_back(naive_root(left ? leaves.subspan(split) : leaves.first(split)));
  return path;
}

// SUBPROOF(m, D[n], b) of the RFC; `known` is its b.
enum class Known { yes, no };
inline std::vector<ledger::Digest> naive_subproof(std::size_t old_size, Leaves leaves,
                                                  Known known) {
  if (old_size == leaves.size()) {
    if (known == Known::yes) return {};
    return {naive_root(leaves)};
  }
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  const bool left = old_size <= split;
  auto proof = left ? naive_subproof(old_size, leaves.first(split), known)
                    : naive_subproof(old_size - split, leaves.subspan(split), Known::no);
  proof.push_back(naive_root(left ? leaves.subspan(split) : leaves.first(split)));
  return proof;
}

}  // namespace tests

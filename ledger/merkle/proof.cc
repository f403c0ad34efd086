#include "ledger/merkle/proof.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "ledger/merkle/partial_tree.h"
#include "ledger/merkle/tree.h"

namespace ledger::merkle {
namespace {

// Answers hashes of subtrees of the tree of `size` leaves, reading each tile at most once.
class Subtrees {
 public:
  Subtrees(std::uint64_t size, const TileReader& read) : size_(size), read_(read) {}

  // The hash of the leaves [from, to), a subtree of the RFC 6962 tree. After a failure every hash
  // is zero, and error() says why.
  Digest hash(std::uint64_t from, std::uint64_t to) {
    const std::uint64_t count = to - from;
    if (std::has_single_bit(count)) return full(from, count);
    const std::uint64_t left = std::bit_floor(count);
    const Digest left_hash = hash(from, from + left);
    return node_hash(left_hash, hash(from + left, to));
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  Digest full(std::uint64_t from, std::uint64_t count) {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(count));
    const std::uint32_t level = bit / tile_height;
    const std::uint64_t at = from >> (tile_height * level);
    const std::uint64_t width =
        std::min<std::uint64_t>(tile_width, hashes_at(level, size_) - at / tile_width * tile_width);
    const std::string* const tile =
        load({level, at / tile_width, static_cast<std::uint32_t>(width)});
    if (tile == nullptr) return {};
    return subtree_root(*tile, static_cast<std::uint32_t>(at % tile_width),
                        1U << (bit % tile_height));
  }

  const std::string* load(const TileId& id) {
    if (error_) return nullptr;
    if (const auto known = tiles_.find(id); known != tiles_.end()) return &known->second;
    auto tile = read_(id);
    if (!tile) {
      error_ = tile.error();
      return nullptr;
    }
    if (tile->size() != std::size_t{id.width} * digest_bytes) {
      error_ = Error{ErrorKind::corrupt, "tile-damaged",
                     "The tile " + path_of({TilePath::Kind::hashes, id}) +
                         " has another size than its name says; verify the log."};
      return nullptr;
    }
    return &tiles_.emplace(id, *std::move(tile)).first->second;
  }

  std::uint64_t size_;
  const TileReader& read_;
  std::map<TileId, std::string> tiles_;
  std::optional<Error> error_;
};

// The largest power of two smaller than `count`, where RFC 6962 splits; count > 1.
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

tl::unexpected<Error> out_of_range(std::uint64_t smaller, std::uint64_t size) {
  return fail(ErrorKind::invalid, "proof-range",
              "There is no proof for " + std::to_string(smaller) + " in a log of " +
                  std::to_string(size) + " records.");
}

tl::unexpected<Error> wrong(const char* what) {
  return fail(ErrorKind::corrupt, "proof-wrong", what);
}

// Walks the tree from left to right beside the leaves of a set.
class PartialProver {
 public:
  PartialProver(const LeafSet& leaves, Subtrees& subtrees) : leaves_(leaves), subtrees_(subtrees) {}

  void walk(std::uint64_t from, std::uint64_t to) {
    if (subtrees_.error()) return;
    if (next() >= to) return proof_.push_back(subtrees_.hash(from, to));
    if (is_filled(from, to)) return;
    if (to - from == 1) {
      ++single_;
      return;
    }
    const std::uint64_t middle = from + split(to - from);
    walk(from, middle);
    walk(middle, to);
    passed_ = to;
  }
  Proof take() { return std::move(proof_); }

 private:
  // The next leaf of the set that was not passed.
  std::uint64_t next() const {
    if (single_ < leaves_.singles.size()) return leaves_.singles[single_];
    const std::uint64_t in_range = std::max(leaves_.from, passed_);
    return in_range < leaves_.to ? in_range : ~std::uint64_t{0};
  }
  // Whether every leaf of the subtree lies in the set's range.
  bool is_filled(std::uint64_t from, std::uint64_t to) {
    if (from < leaves_.from || to > leaves_.to) return false;
    passed_ = to;
    return true;
  }

  const LeafSet& leaves_;
  Subtrees& subtrees_;
  std::size_t single_ = 0;
  std::uint64_t passed_ = 0;
  Proof proof_;
};

Result<Digest> partial_root(std::uint64_t from, std::uint64_t to, const PartialTree& tree) {
  const auto next = tree.next_leaf();
  if (!next || *next >= to) return tree.take_hash();
  if (to - from == 1) {
    if (*next != from) return wrong("The positions of the records do not ascend.");
    return tree.take_leaf();
  }
  const std::uint64_t middle = from + split(to - from);
  const auto left = partial_root(from, middle, tree);
  if (!left) return left;
  const auto right = partial_root(middle, to, tree);
  if (!right) return right;
  return node_hash(*left, *right);
}

Result<Proof> finished(Proof proof, const Subtrees& subtrees) {
  if (subtrees.error()) return fail(*subtrees.error());
  std::reverse(proof.begin(), proof.end());  // Collected from the root down, told from the leaf up.
  return proof;
}

}  // namespace

Result<Digest> root_at(std::uint64_t size, const TileReader& read) {
  if (size == 0) return sha256({});
  Subtrees subtrees(size, read);
  const Digest root = subtrees.hash(0, size);
  if (subtrees.error()) return fail(*subtrees.error());
  return root;
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const TileReader& read) {
  if (index >= size) return out_of_range(index, size);
  Subtrees subtrees(size, read);
  Proof proof;
  std::uint64_t from = 0;
  std::uint64_t to = size;
  while (to - from > 1) {
    const std::uint64_t middle = from + split(to - from);
    if (index < middle) {
      proof.push_back(subtrees.hash(middle, to));
      to = middle;
    } else {
      proof.push_back(subtrees.hash(from, middle));
      from = middle;
    }
  }
  return finished(std::move(proof), subtrees);
}

Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                const TileReader& read) {
  if (old_size > new_size) return out_of_range(old_size, new_size);
  if (old_size == 0 || old_size == new_size) return Proof{};
  Subtrees subtrees(new_size, read);
  Proof proof;
  std::uint64_t from = 0;
  std::uint64_t to = new_size;
  while (to != old_size) {
    const std::uint64_t middle = from + split(to - from);
    if (old_size <= middle) {
      proof.push_back(subtrees.hash(middle, to));
      to = middle;
    } else {
      proof.push_back(subtrees.hash(from, middle));
      from = middle;
    }
  }
  // The verifier knows the old root itself; any smaller subtree it has to be told.
  if (from != 0) proof.push_back(subtrees.hash(from, to));
  return finished(std::move(proof), subtrees);
}

Result<Proof> partial_proof(const LeafSet& leaves, std::uint64_t size, const TileReader& read) {
  const auto& singles = leaves.singles;
  if (!singles.empty() && singles.back() >= size) return out_of_range(singles.back(), size);
  if (leaves.to > size) return out_of_range(leaves.to, size);
  if (size == 0) return Proof{};
  Subtrees subtrees(size, read);
  PartialProver prover(leaves, subtrees);
  prover.walk(0, size);
  if (subtrees.error()) return fail(*subtrees.error());
  return prover.take();
}

Result<Digest> root_from_partial(std::uint64_t size, const PartialTree& tree) {
  if (size == 0) return sha256({});
  return partial_root(0, size, tree);
}

// RFC 9162, 2.1.3.2.
Result<void> verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                              const Digest& root, const Proof& proof) {
  if (index >= size) return wrong("The record does not stand inside the tree.");
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return wrong("The inclusion proof is longer than the tree is high.");
    if ((node & 1U) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return wrong("The inclusion proof is shorter than the tree is high.");
  if (hash != root) return wrong("The inclusion proof leads to another root.");
  return {};
}

// RFC 9162, 2.1.4.2.
Result<void> verify_consistency(std::uint64_t old_size, const Digest& old_root,
                                std::uint64_t new_size, const Digest& new_root,
                                const Proof& proof) {
  if (old_size > new_size) return wrong("The older tree is larger than the newer one.");
  if (old_size == new_size || old_size == 0) {
    if (!proof.empty()) return wrong("Between these trees there is nothing to prove.");
    if (old_size == new_size && old_root != new_root) return wrong("The roots differ.");
    if (old_size == 0 && old_root != sha256({})) return wrong("That is no root of an empty tree.");
    return {};
  }
  auto next = proof.begin();
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1U) != 0) {
    node >>= 1U;
    last >>= 1U;
  }
  Digest old_hash = old_root;
  if (node != 0) {
    if (next == proof.end()) return wrong("The consistency proof is empty.");
    old_hash = *next++;
  }
  Digest new_hash = old_hash;
  for (; next != proof.end(); ++next) {
    if (last == 0) return wrong("The consistency proof is longer than the tree is high.");
    if ((node & 1U) != 0 || node == last) {
      old_hash = node_hash(*next, old_hash);
      new_hash = node_hash(*next, new_hash);
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      new_hash = node_hash(new_hash, *next);
    }
    node >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return wrong("The consistency proof is shorter than the tree is high.");
  if (old_hash != old_root || new_hash != new_root)
    return wrong("The newer tree does not continue the older one.");
  return {};
}

}  // namespace ledger::merkle

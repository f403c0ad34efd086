#include "ledger/merkle/tree.h"

#include <bit>
#include <span>
#include <string_view>
#include <utility>

#include "ledger/tree_hashes.h"

namespace ledger::merkle {
Digest subtree_root(std::string_view tile, std::uint32_t first, std::uint32_t count) {
  CHECK(std::has_single_bit(count), "a full subtree covers a power of two");
  std::array<Digest, tile_width> row{};
  for (std::uint32_t i = 0; i < count; ++i) row[i] = hash_in(tile, first + i);
  for (std::span<Digest> nodes(row.data(), count); nodes.size() > 1;) {
    const auto parents = nodes.first(nodes.size() / 2);
    node_hashes(nodes, parents);
    nodes = parents;
  }
  return row[0];
}

Result<Tree> Tree::load(std::uint64_t size, const TileReader& read) {
  Tree tree;
  tree.size_ = size;
  for (std::uint32_t level = 0; level < tile_levels; ++level) {
    const std::uint64_t hashes = hashes_at(level, size);
    const auto width = static_cast<std::uint32_t>(hashes % tile_width);
    if (width == 0) continue;
    auto tile = read({level, hashes / tile_width, width});
    if (!tile) return fail(tile.error());
    if (tile->size() != std::size_t{width} * digest_bytes) {
      return fail(ErrorKind::corrupt, "tile-damaged",
                  "A tile of level " + std::to_string(level) + " has " +
                      std::to_string(tile->size()) + " bytes instead of " +
                      std::to_string(width * digest_bytes) + "; verify the log.");
    }
    // The bits of `width`, highest first, are the full subtrees that the partial tile consists of.
    std::uint32_t from = 0;
    for (std::uint32_t bit = tile_height; bit-- > 0;) {
      const std::uint32_t count = 1U << bit;
      if ((width & count) == 0) continue;
      tree.peaks_[tile_height * level + bit] = subtree_root(*tile, from, count);
      from += count;
    }
    tree.edge_[level] = *std::move(tile);
  }
  return tree;
}

void Tree::append(const Digest& leaf, std::vector<FullTile>& completed) {
  edge_[0] += bytes_of(leaf);
  join(leaf, 0, completed);
}

void Tree::append_tile(std::string hashes, std::vector<FullTile>& completed) {
  CHECK(size_ % tile_width == 0, "a tile begins where the one before it ended");
  const Digest root = subtree_root(hashes, 0, tile_width);
  edge_[0] = std::move(hashes);
  complete(0, root, completed);
  join(root, tile_height, completed);
}

void Tree::complete(std::uint32_t level, const Digest& root, std::vector<FullTile>& completed) {
  completed.push_back(
      {{level, hashes_at(level, size_) / tile_width, tile_width}, std::exchange(edge_[level], {})});
  CHECK(level + 1 < tile_levels, "a log does not reach 2^64 records");
  edge_[level + 1] += bytes_of(root);
}

void Tree::join(Digest subtree, std::uint32_t bit, std::vector<FullTile>& completed) {
  const std::uint64_t leaves = std::uint64_t{1} << bit;
  for (; (size_ >> bit & 1U) != 0; ++bit) {
    subtree = node_hash(peaks_[bit], subtree);
    if ((bit + 1) % tile_height == 0) complete(bit / tile_height, subtree, completed);
  }
  peaks_[bit] = subtree;
  size_ += leaves;
}

Digest Tree::root() const {
  if (size_ == 0) return sha256({});
  auto bit = static_cast<std::uint32_t>(std::countr_zero(size_));
  Digest root = peaks_[bit];
  for (++bit; bit < 64; ++bit) {
    if ((size_ >> bit & 1U) != 0) root = node_hash(peaks_[bit], root);
  }
  return root;
}

std::optional<std::string> Tree::edge_tile(const TileId& tile) const {
  if (tile.level >= tile_levels) return std::nullopt;
  if (tile.index != hashes_at(tile.level, size_) / tile_width) return std::nullopt;
  const std::size_t bytes = std::size_t{tile.width} * digest_bytes;
  if (bytes > edge_[tile.level].size()) return std::nullopt;
  return edge_[tile.level].substr(0, bytes);
}

}  // namespace ledger::merkle

#include "ledger/merkle/tree.h"

#include <bit>
#include <string_view>
#include <utility>

namespace ledger::merkle {
Digest subtree_root(std::string_view tile, std::uint32_t first, std::uint32_t count) {
  CHECK(std::has_single_bit(count), "a full subtree covers a power of two");
  std::array<Digest, tile_width> row{};
  for (std::uint32_t i = 0; i < count; ++i) row[i] = hash_in(tile, first + i);
  for (; count > 1; count /= 2) {
    for (std::uint32_t i = 0; i < count / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
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
  Digest carry = leaf;
  std::uint32_t bit = 0;
  edge_[0] += bytes_of(carry);
  for (; (size_ >> bit & 1U) != 0; ++bit) {
    carry = node_hash(peaks_[bit], carry);
    if ((bit + 1) % tile_height != 0) continue;
    // The subtree just closed is a whole tile, and one hash of the level above.
    const std::uint32_t level = bit / tile_height;
    completed.push_back({{level, (hashes_at(level, size_)) / tile_width, tile_width},
                         std::exchange(edge_[level], {})});
    CHECK(level + 1 < tile_levels, "a log does not reach 2^64 records");
    edge_[level + 1] += bytes_of(carry);
  }
  peaks_[bit] = carry;
  ++size_;
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

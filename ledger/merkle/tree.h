// The RFC 6962 tree while it grows: what a new leaf needs to know of all before it, and nothing
// else. Full tiles leave it as they are completed; the right edge stays in memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/digest.h"
#include "ledger/merkle/tile.h"
#include "ledger/result.h"

namespace ledger::merkle {

// A value: a copy is a tree of its own (up to 8 KiB for each level), so that a batch which is not
// written leaves no trace.
class Tree {
 public:
  struct FullTile {
    TileId id;
    std::string hashes;
  };

  // The tree over the first `size` leaves, whose right edge is read as partial tiles.
  // Errors: those of `read`; corrupt ("tile-damaged": a tile of the wrong size).
  static Result<Tree> load(std::uint64_t size, const TileReader& read);

  // Adds a leaf; a tile that it completes is added to `completed`, lower levels first.
  void append(const Digest& leaf, std::vector<FullTile>& completed);
  // The same with the leaves of a whole tile, in half of the time.
  // Shape: `hashes` is a full tile of level 0, and size() is a multiple of its width.
  void append_tile(std::string hashes, std::vector<FullTile>& completed);

  std::uint64_t size() const { return size_; }
  // The root over all leaves; of an empty tree, SHA-256 of nothing.
  Digest root() const;

  // The tile if it lies on the right edge and is at least as wide; full tiles never are.
  std::optional<std::string> edge_tile(const TileId& tile) const;

 private:
  // The tile at the edge of a level is full, and `root` is the one hash of the level above.
  void complete(std::uint32_t level, const Digest& root, std::vector<FullTile>& completed);
  // Puts a full subtree of 2^bit leaves at the edge.
  void join(Digest subtree, std::uint32_t bit, std::vector<FullTile>& completed);

  std::uint64_t size_ = 0;
  std::array<std::string, tile_levels> edge_;  // The hashes of the partial tile of each level.
  std::array<Digest, 64> peaks_{};  // [n]: the full subtree of 2^n leaves, if bit n of size_.
};

// The root of a full subtree over `count` hashes (a power of two) of a tile, from `first` on.
Digest subtree_root(std::string_view tile, std::uint32_t first, std::uint32_t count);

}  // namespace ledger::merkle

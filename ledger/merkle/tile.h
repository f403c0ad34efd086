// Tiles as C2SP tlog-tiles lays them out: the hashes of the tree in rows of 256, so that a tree of
// any size is a handful of small files that never change once they are full.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/result.h"

namespace ledger::merkle {

inline constexpr std::uint32_t tile_width = 256;
inline constexpr std::uint32_t tile_height = 8;  // tile_width is 1 << tile_height.
inline constexpr std::uint32_t tile_levels = 8;  // Enough for 2^64 records.
inline constexpr std::uint32_t digest_bytes = 32;

// The first `width` hashes of the `index`-th tile of a level. A hash of level L covers 256^L
// leaves.
struct TileId {
  std::uint32_t level = 0;
  std::uint64_t index = 0;
  std::uint32_t width = tile_width;  // 1..256; less than 256 is a partial tile.
  auto operator<=>(const TileId&) const = default;
};

// Answers the tile's hashes, one after another, `width` * 32 bytes.
using TileReader = std::function<Result<std::string>(const TileId&)>;

// How many hashes of tile level `level` a tree of `size` leaves has.
constexpr std::uint64_t hashes_at(std::uint32_t level, std::uint64_t size) {
  return level >= tile_levels ? 0 : size >> (tile_height * level);
}

// Whether a tree of `size` leaves has (at least) this tile.
constexpr bool exists(const TileId& tile, std::uint64_t size) {
  const std::uint64_t hashes = hashes_at(tile.level, size);
  return tile.width >= 1 && tile.width <= tile_width && tile.index <= hashes / tile_width &&
         tile.index * tile_width + tile.width <= hashes;
}

// The hash at `at` of a tile's bytes.
Digest hash_in(std::string_view tile, std::uint32_t at);

// What a path below the log's address names: hashes, or the records themselves ("entries").
struct TilePath {
  enum class Kind { hashes, entries };
  Kind kind = Kind::hashes;
  TileId tile;  // Of entries, the level is 0.
  bool operator==(const TilePath&) const = default;
};

// "tile/0/x001/234", "tile/1/000.p/17", "tile/entries/005".
std::string path_of(const TilePath& path);
// Only the one canonical spelling of a path is understood; anything else is nothing.
std::optional<TilePath> tile_path_from(std::string_view path);

}  // namespace ledger::merkle

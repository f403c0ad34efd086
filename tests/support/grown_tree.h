// A tree with all its tiles and leaves at hand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/merkle/tree.h"

namespace tests {

class GrownTree {
 public:
  explicit GrownTree(std::uint64_t size = 0) { grow(size); }

  void grow(std::uint64_t by) {
    std::vector<ledger::merkle::Tree::FullTile> completed;
    for (std::uint64_t i = 0; i < by; ++i) {
      leaves.push_back(ledger::leaf_hash("record " + std::to_string(leaves.size())));
      tree.append(leaves.back(), completed);
    }
    for (auto& tile : completed) full_tiles.emplace(tile.id, std::move(tile.hashes));
  }

  ledger::merkle::TileReader reader() const {
    return [this](const ledger::merkle::TileId& id) -> ledger::Result<std::string> {
      if (auto edge = tree.edge_tile(id)) return *std::move(edge);
      const auto full = full_tiles.find({id.level, id.index, ledger::merkle::tile_width});
      if (full == full_tiles.end()) {
        return ledger::fail(ledger::ErrorKind::not_found, "tile-not-found", "No such tile.");
      }
      return full->second.substr(0, std::size_t{id.width} * ledger::merkle::digest_bytes);
    };
  }

  ledger::merkle::Tree tree;
  std::vector<ledger::Digest> leaves;
  std::map<ledger::merkle::TileId, std::string> full_tiles;
};

}  // namespace tests

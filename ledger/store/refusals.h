// What logs say when they are asked for what is not there, or find that it is gone.
#pragma once

#include <string>

#include "ledger/merkle/tile.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

inline tl::unexpected<Error> size_beyond_head(Position size, Position head) {
  return fail(ErrorKind::invalid, "size-beyond-head",
              "The log has " + std::to_string(head.value) + " records, fewer than the " +
                  std::to_string(size.value) + " asked for.");
}

inline tl::unexpected<Error> record_beyond_head(Position at, Position head) {
  return fail(ErrorKind::not_found, "record-not-found",
              "There is no record at position " + std::to_string(at.value) + "; the log has " +
                  std::to_string(head.value) + ", counted from 0.");
}

inline tl::unexpected<Error> record_missing(Position at) {
  return fail(ErrorKind::corrupt, "record-missing",
              "The record at position " + std::to_string(at.value) +
                  " is missing from the log; restore it from a backup.");
}

inline tl::unexpected<Error> no_such_tile(const merkle::TileId& tile) {
  return fail(ErrorKind::not_found, "tile-not-found",
              "The log has no " + merkle::path_of({merkle::TilePath::Kind::hashes, tile}) + ".");
}

}  // namespace ledger::store

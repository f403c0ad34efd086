// What is checked before a log is used: that the database kept what the signed head says, that its
// families belong together, and that the newest records still have the hashes in the tree.
#pragma once

#include "ledger/merkle/tree.h"
#include "ledger/store/database.h"

namespace ledger::store {

struct Recovered {
  merkle::Tree tree;
  std::uint64_t batches = 0;
};

// The tree over all records of the database, whose signed head is `sealed`.
// Cost:   the newest limits::reopen_rehash_max records are read and hashed; older ones wait for a
//         verification.
// Errors: corrupt ("log-shorter-than-head": records that were signed are missing;
// "log-differs-from-
//         head": other records were signed; "log-inconsistent", "record-missing", "record-damaged",
//         "tile-missing", "log-damaged"), io.
Result<Recovered> recover(const Database& database, const Head& sealed);

// The tile of a tree of `size` leaves, its edge made from the records and tiles below it.
Result<std::string> tile_from_below(const Database& database, const merkle::TileId& tile);

}  // namespace ledger::store

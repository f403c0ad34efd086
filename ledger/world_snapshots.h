// Worlds kept on disk, so that a start folds the last events only. A snapshot is a cache: it is
// bound to the log's size and root and to the program that wrote it, it is passed over when
// anything about it is not right, and deleting it is always allowed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger {

// The files are named world-<size>. Each is five lines of text, the world's bytes, and the SHA-256
// of all of that:
//   update-ledger world 1
//   fold <codec::fold_digest()>
//   size <events folded>
//   root <of the log over those, in hexadecimal digits>
//   <an empty line>
class WorldSnapshots {
 public:
  // Made with the first snapshot if it is missing.
  // Nothing is written where less than `free_bytes_low` bytes are free.
  explicit WorldSnapshots(std::filesystem::path directory,
                          std::uint64_t free_bytes_low = limits::snapshot_free_bytes_low)
      : directory_(std::move(directory)), free_bytes_low_(free_bytes_low) {}

  struct Found {
    std::optional<domain::World> world;  // Nothing: there is none to be had.
    std::vector<Error> passed_over;      // Newer ones that were of no use, and why.
  };
  // The newest world that is the fold of this log's first events, of `at_most` so many. Thread:
  // any.
  Found load(const store::EventLog& log,
             domain::Position at_most = {std::numeric_limits<std::uint64_t>::max()}) const;

  // Writes the world, durable on return, and keeps one older one beside it. `root` is the log's
  // over the events folded. The world's bytes go to the disk as they are made.
  // Errors: unavailable ("disk-full"), io. Thread: one at a time.
  Result<void> save(const domain::World& world, const domain::Digest& root);

 private:
  void remove_others(domain::Position newest) const;

  const std::filesystem::path directory_;
  const std::uint64_t free_bytes_low_;
};

}  // namespace ledger

// The views made anew from the log, beside the old ones, which stay in use until the new ones are
// complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/projector.h"
#include "replay/verify.h"

namespace replay {

struct RebuildOptions {
  std::filesystem::path directory;                   // Of the views, which nobody has open.
  std::function<void(const Progress&)> on_progress;  // About ten times a second.
};

struct RebuildReport {
  domain::Position size;  // Events folded.
  domain::Digest root;    // Of the log there.
  std::vector<domain::ViewDigest> views;
  std::uint64_t digests_checked = 0;
  std::uint64_t digests_unchecked = 0;
  std::vector<projections::DigestMismatch> mismatches;  // With recorded digests.
  double seconds = 0;                                   // Of folding and writing.
  double order_seconds = 0;                             // Of putting the files in order afterwards.
};

// Folds the log's head of the moment into new views and puts them in the place of the old ones. A
// crash leaves the old ones or the new ones, and perhaps directories that the next rebuild removes.
// Errors: corrupt, io, unavailable; the old views are then untouched.
ledger::Result<RebuildReport> rebuild(const ledger::store::EventLog& log,
                                      const RebuildOptions& options);

}  // namespace replay

// Tails the log, folds it into a world of its own and writes the rows of every event.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/limits.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/view_store.h"

namespace ledger {
class WorldSnapshots;
}
namespace ledger::domain {
struct World;
}

namespace projections {

// What a recorded digest says differs from what the same events give now: the record, the views or
// the program is not what it was.
struct DigestMismatch {
  domain::Position recorded;  // Of the event that says so.
  domain::Position folded;    // What it is of: the first `folded` events.
  std::vector<std::string> views;
};

class Projector {
 public:
  struct Options {
    std::uint64_t batch_events_max = 4096;
    // What the writer is to record: after every limits::events_per_digest events, unless the log
    // has it already, and at stop(). Thread: the projector's; from start(), the caller's.
    std::function<void(domain::Position folded, std::vector<domain::ViewDigest>)> on_digests;
    // Thread: as above.
    std::function<void(const DigestMismatch&)> on_digest_mismatch;
    // After every batch. Thread: as above.
    std::function<void(domain::Position size)> on_folded;
    // The projector has ended: nothing becomes visible any more. Thread: the projector's.
    std::function<void(const ledger::Error&)> on_fatal;
    // Where its world is saved, after so many events and at stop(), the store flushed before it:
    // what is saved is never ahead of the store. Nothing is visible meanwhile, for half a second
    // with a million computers. Null: nowhere.
    ledger::WorldSnapshots* snapshots = nullptr;
    std::uint64_t events_per_snapshot = ledger::limits::events_per_snapshot;
  };
  struct Counts {
    std::uint64_t events = 0;             // Whose rows were written.
    std::uint64_t digests_checked = 0;    // Recorded ones.
    std::uint64_t digests_unchecked = 0;  // Of a position from before start(), or too long ago.
    std::uint64_t digests_mismatched = 0;
  };

  // `store` is of this log, or empty; a store of another history or ahead of the log is cleared.
  // Folds the log's head of the moment before it returns. Log and store outlive the projector.
  // Errors: corrupt, io.
  static ledger::Result<std::unique_ptr<Projector>> start(const ledger::store::EventLog& log,
                                                          ViewStore& store, Options options);
  // The same, and spares folding what is folded already: `world` is the fold of the log's first
  // events, as it was saved if there are snapshots. One that is beyond the store is of no use and
  // is dropped.
  static ledger::Result<std::unique_ptr<Projector>> start_from(ledger::domain::World world,
                                                               const ledger::store::EventLog& log,
                                                               ViewStore& store, Options options);
  // Stops, as stop() does.
  virtual ~Projector() = default;

  // Events whose rows are visible. Thread: any.
  virtual domain::Position size() const = 0;
  // Waits until more than `position` is visible, that is the event there with all before it, or
  // the time is over; whether it is. Thread: any.
  virtual bool wait_for(domain::Position position, std::chrono::milliseconds at_most) const = 0;
  // Thread: any.
  virtual Counts counts() const = 0;
  // Folds what the log has by now, makes it durable, tells the digests and ends.
  virtual void stop() = 0;
};

}  // namespace projections

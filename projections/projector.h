// Tails the log, folds it into a world of its own and writes the rows of every event.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ledger/domain/world.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/view_store.h"

namespace projections {

class Projector {
 public:
  struct Options {
    std::uint64_t batch_events_max = 4096;
    // Called after every limits::events_per_digest events, and at stop(): what the writer is to
    // record. Thread: the projector's.
    std::function<void(domain::Position folded, std::vector<domain::ViewDigest>)> on_digests;
    std::function<void(const ledger::Error&)> on_fatal;
  };
  // `store` is of this log, or empty; a store of another history or ahead of the log is cleared.
  // Folds the log's head of the moment before it returns. Errors: corrupt, io.
  static ledger::Result<std::unique_ptr<Projector>> start(const ledger::store::EventLog& log,
                                                          ViewStore& store, Options options);
  virtual ~Projector() = default;

  // Events whose rows are visible. Thread: any.
  virtual domain::Position size() const = 0;
  // Waits until more than `position` is visible or the time is over; whether it is. Thread: any.
  virtual bool wait_for(domain::Position position, std::chrono::milliseconds at_most) const = 0;
  virtual void stop() = 0;
};

}  // namespace projections

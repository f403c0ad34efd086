// Work for later: the seam through which agents, relays and the manager's own routines run and
// wait, so that a simulation can run all of them on one thread in its own time.
#pragma once

#include <cstdint>
#include <functional>

#include "ledger/domain/ids.h"

namespace ledger {

class Executor {
 public:
  virtual ~Executor() = default;
  using Work = std::function<void()>;
  using Ticket = std::uint64_t;

  // Runs `work` soon, begun after what was posted before it. Thread: any.
  virtual void post(Work work) = 0;
  // Runs `work` once `delay` has passed. Thread: any.
  virtual Ticket post_after(domain::Duration delay, Work work) = 0;
  // Work that has not begun does not begin any more. Thread: any.
  virtual void cancel(Ticket ticket) = 0;
};

}  // namespace ledger

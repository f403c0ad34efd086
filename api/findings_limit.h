// How many findings of a computer are recorded. A machine that is let in may say whatever it likes,
// and each finding is an event: without a limit, one that was taken over could fill the record.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "ledger/clock.h"
#include "ledger/domain/ids.h"

namespace api {

// Thread: any.
class FindingsLimit {
 public:
  explicit FindingsLimit(const ledger::Clock& clock) : clock_(clock) {}
  // Whether another one of this computer is recorded; counts it.
  bool takes(const ledger::domain::ComputerId& computer);

 private:
  const ledger::Clock& clock_;
  std::mutex mutex_;
  ledger::domain::Time begun_;  // Of the hour that is counted.
  std::map<ledger::domain::ComputerId, std::uint64_t> told_;
};

}  // namespace api

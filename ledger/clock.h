// The only way to learn the time. The real clock lives at the edge; tests and the simulation turn
// theirs by hand.
#pragma once

#include "ledger/domain/ids.h"

namespace ledger {

class Clock {
 public:
  virtual ~Clock() = default;
  // UTC as the machine believes; may jump either way. Thread: any.
  virtual domain::Time now() const = 0;
  // Time since some moment of the past; never goes back. Thread: any.
  virtual domain::Duration steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  domain::Time now() const override;
  domain::Duration steady() const override;
};

}  // namespace ledger

// Where a stream ends.
#pragma once

#include <cstdint>

#include "ledger/domain/ids.h"

namespace ledger::store {

// How many records a stream has, and where the newest of them stands.
struct StreamEnd {
  std::uint64_t version = 0;
  domain::Position newest;  // With version 0: nothing.
};

}  // namespace ledger::store

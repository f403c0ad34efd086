// What every log asks of a batch before it writes any of it.
#pragma once

#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

// Errors: conflict ("log-moved": the log is not at the size the batch expects), invalid
//         ("record-size", "stream-name": the batch breaks the shape that NewRecord tells).
Result<void> check(const Batch& batch, Position size);

}  // namespace ledger::store

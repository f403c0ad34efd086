// The world from the log: what a start and a failed commit go through.
#pragma once

#include "ledger/domain/world.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger {

// Folds the records from `world.size` up to `to` (the head, if that is less) into `world`, which is
// the fold of those before. Cost: about a microsecond a record.
// Errors: corrupt (a record that does not decode, or does not stand where it says), io; `world` is
//         then of no use.
Result<void> fold_log(const store::EventLog& log, domain::Position to, domain::World& world);

}  // namespace ledger

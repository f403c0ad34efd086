// The moment that a question is asked of, as people write it.
#pragma once

#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/view_store.h"

namespace projections {

// The position that `text` means; the state after the event there is meant, so "before:184223" is
// position 184222.
//
//   184223                 the position itself
//   event:184223           the same
//   before:184223          just before that event
//   2026-11-03T10:00:00Z   the last event recorded at or before it
//   -PT2H                  the same, counted back from `now`
//   bookmark:audit-2026    a position that has a name now
//   last-rollback          just before the last rollback of a rule update
//
// `views` is of the same log.
// Errors: invalid ("as-of-malformed", "as-of-in-future", "as-of-before-genesis"), not_found
// ("bookmark-unknown", "rollback-unknown"), unavailable ("views-behind"), corrupt, io. Thread: any.
ledger::Result<domain::Position> resolve_as_of(std::string_view text, domain::Time now,
                                               const ledger::store::EventLog& log,
                                               const ViewStore& views);

}  // namespace projections

// What every log over the database answers in the same way.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/store/database.h"
#include "ledger/store/stream_end.h"

namespace ledger::store {

// As EventLog says, for a log of `size` records. Errors: corrupt ("log-damaged"), io.
Result<std::vector<Position>> stream_in(const Database& database, std::string_view stream,
                                        std::uint64_t from, std::size_t max, Position size);
// What is being appended right now included.
Result<StreamEnd> stream_end_in(const Database& database, std::string_view stream);
Result<std::optional<Receipt>> receipt_in(const Database& database, const CommandId& id);
Result<void> visit_streams_in(const Database& database, const EventLog::StreamVisit& visit);
Result<void> visit_receipts_in(const Database& database, const EventLog::ReceiptVisit& visit);
// Errors, beside those: not_found ("record-not-found"), corrupt ("record-missing").
Result<std::string> record_in(const Database& database, Position at, Position size);

}  // namespace ledger::store

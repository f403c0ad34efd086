// A log as one file: the records of an evidence bundle, each after its position (8 bytes) and its
// length (2), big-endian. Golden logs are kept like this.
#pragma once

#include <string>
#include <string_view>

#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

// All records of the log. Errors: corrupt, io.
ledger::Result<std::string> records_of(const ledger::store::EventLog& log);

// Appends them to an empty log; events of one command become one batch with its receipt.
// Errors: corrupt ("records-malformed": cut off, or not the records from position 0 on), those of
// append().
ledger::Result<void> append_records(std::string_view records, ledger::store::EventLog& log);

}  // namespace replay

// The history of a what-if as a log of its own, which any build of this ledger can fold: what is
// recorded before the first edit, and then what would have happened.
#pragma once

#include <string>
#include <vector>

#include "ledger/domain/event.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

// A file of records, as records_file.h has them. `events`: as WhatIfQuery::on_event was told, which
// begin at `from`. They get the positions that they would have, and so do their causes; positions
// that payloads name stay those of the record.
// Errors: refused ("what-if-too-large", beyond limits::evidence_file_bytes_max), corrupt, io.
ledger::Result<std::string> supposed_records(const ledger::store::EventLog& log,
                                             ledger::domain::Position from,
                                             const std::vector<ledger::domain::Event>& events);

}  // namespace replay

// Records in either direction: all of a range of the log, or those of one stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/codec/codec.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/activity.h"

namespace projections {

// Thread: one.
class RecordWalk {
 public:
  virtual ~RecordWalk() = default;
  struct Record {
    domain::Position position;
    std::string_view bytes;  // Until the next call.
  };
  // Nothing: the end. Errors: corrupt, io.
  virtual ledger::Result<std::optional<Record>> next() = 0;
};

// Records at [from, to), from the end that `direction` begins with.
std::unique_ptr<RecordWalk> walk_log(const ledger::store::EventLog& log, domain::Position from,
                                     domain::Position to, Direction direction);
// Those of them that belong to a stream.
std::unique_ptr<RecordWalk> walk_stream(const ledger::store::EventLog& log, std::string stream,
                                        domain::Position from, domain::Position to,
                                        Direction direction);

// Who did what there, without the payload. Errors: corrupt, io.
ledger::Result<ledger::codec::Envelope> envelope_at(const ledger::store::EventLog& log,
                                                    domain::Position position);

}  // namespace projections

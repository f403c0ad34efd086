// Work that an event ordered, and the commands that its outcome comes back as.
#pragma once

#include <optional>
#include <stop_token>

#include "ledger/domain/command.h"
#include "ledger/writer.h"

namespace ledgerd {

// The event that ordered a piece of work, as its outcome will name it.
struct Order {
  ledger::domain::Position position;
  ledger::domain::Position correlation;
};

// A command of this service, caused by that event, if that is known.
ledger::domain::Command ordered_by(const std::optional<Order>& order);
// Has recorded what came of work that nobody else knows of: waits until it is durable. While the
// log takes nothing, for want of space or because it is busy, it is tried again, until `stop`; any
// other refusal is logged.
void insist(ledger::Writer& writer, const ledger::domain::CommandPayload& payload,
            const std::optional<Order>& order, const std::stop_token& stop);

}  // namespace ledgerd

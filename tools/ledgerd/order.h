// Work that an event ordered, and the commands that its outcome comes back as.
#pragma once

#include <optional>

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
// Waits until it is durable; a refusal is logged.
void submit(ledger::Writer& writer, ledger::domain::CommandPayload payload,
            const std::optional<Order>& order);

}  // namespace ledgerd

// Commands are not in the log, only what came of them. Of those that the ledger decided by what its
// world was, the command can be read off the events, so that a what-if decides it anew.
#pragma once

#include <optional>
#include <span>

#include "ledger/domain/command.h"
#include "ledger/domain/event.h"

namespace replay {

namespace domain = ledger::domain;

// The command that events [first, last] became; nothing: they are facts from outside, which are
// taken as they are. Shape: all events of one command.
std::optional<domain::CommandPayload> command_of(std::span<const domain::Event> events);

// Whether an event came of the command that another one came of. Shape: they stand side by side.
bool of_one_command(const domain::Event& first, const domain::Event& next);

}  // namespace replay

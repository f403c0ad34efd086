// Whether an event could still happen in a world other than the one it happened in. What the ledger
// decides from its world is decided anew by a what-if; this asks of the rest, of facts that came
// from outside, whether what they are about is there.
#pragma once

#include <optional>
#include <string>

#include "ledger/domain/world.h"

namespace replay {

namespace domain = ledger::domain;

// Why not, in a sentence; nothing: it could. In the world that it happened in, every event could.
std::optional<std::string> why_impossible(const domain::World& world, const domain::Event& event);

}  // namespace replay

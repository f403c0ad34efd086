// A world as one text: whatever decisions can see of it, so that two worlds can be compared.
#pragma once

#include <string>

#include "ledger/domain/world.h"

namespace tests {

std::string observed(const ledger::domain::World& world);

}  // namespace tests

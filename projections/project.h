// The one place where events become rows: every type of event is named here, with or without rows.
#pragma once

#include "ledger/domain/world.h"
#include "projections/computers.h"
#include "projections/rows.h"

namespace projections {

// Folds `event` into `world`, which is the fold of all before it, and writes the rows that change.
// Thread: the world's.
void step(const ledger::domain::Event& event, ledger::domain::World& world, Rows& rows);

// The same, but for the rows of computers and buckets: who adds up what many events come to has
// `touched` write them later.
void step(const ledger::domain::Event& event, ledger::domain::World& world, Rows& rows,
          TouchedComputers& touched);

}  // namespace projections

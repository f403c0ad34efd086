// What an action changed, by looking at every policy and every computer of the worlds before and
// after it: slow, plain, and shares nothing with plan.cc but the struct it fills.
#pragma once

#include "ledger/domain/plan.h"
#include "ledger/domain/world.h"

namespace tests {

ledger::domain::Impact naive_impact(const ledger::domain::World& before,
                                    const ledger::domain::World& after);

// How many live computers a scope covers, one by one.
ledger::domain::ScopeCounts naive_scope(const ledger::domain::World& world,
                                        const ledger::domain::Scope& scope);

// Whether one live computer is in a scope.
bool naive_covers(const ledger::domain::World& world, const ledger::domain::Scope& scope,
                  ledger::domain::ComputerIndex computer);

// The live computers, by their row.
std::vector<ledger::domain::ComputerIndex> live_computers(const ledger::domain::World& world);

}  // namespace tests

// What computers should run and answer: together with its bucket this says a computer's status at
// any moment.
#pragma once

#include "ledger/domain/world.h"
#include "projections/rows.h"

namespace projections {

// Views expected_patterns (rows: domain::ExpectedPattern, by component and platform) and
// expected_rulesets (domain::ExpectedRuleset, by policy), as far as the event changed them.
void project_expectations(const domain::Event& event, const domain::World& world, Rows& rows);

}  // namespace projections

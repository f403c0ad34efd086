// The computers that a period touched, each with what it was before and after every change. Costs
// the events of the period, whatever the size of the fleet.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "projections/computers.h"
#include "replay/reports/period.h"

namespace replay::reports {

struct ComputerVersion {
  domain::Position position;  // Of the event that made it so.
  projections::ComputerRow row;
  domain::BucketFacts facts;  // What of a bucket the row tells: what the computer is and runs.
};

// The version at a position; null: the computer was not there yet, or not any more.
const ComputerVersion* version_at(const std::vector<ComputerVersion>& versions,
                                  domain::Position position);

// Calls visit(computer, versions) by computer, until an error; versions are the one that stood when
// the period began, if there was one, and all since, oldest first.
// Errors: those of check_events() and of `visit`; corrupt, io.
using VisitChanged = std::function<ledger::Result<void>(const std::string& computer,
                                                        const std::vector<ComputerVersion>&)>;
ledger::Result<void> for_each_changed_computer(const Period& period, const VisitChanged& visit);

}  // namespace replay::reports

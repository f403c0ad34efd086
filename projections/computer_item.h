// What lists and the page of one computer say of it.
#pragma once

#include "projections/computer_list.h"
#include "projections/computers.h"
#include "projections/fleet.h"

namespace projections {

// Shape: `bucket` is the one that the row names.
ComputerItem item_of(ComputerRow row, const FleetBucket& bucket,
                     const domain::Expectations& expectations);

}  // namespace projections

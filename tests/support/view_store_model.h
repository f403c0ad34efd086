// A store of views against the simplest thing that could be one: for each position, all rows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "projections/view_store.h"

namespace tests {

// Writes, commits, opens again and reads at random, and compares every answer; fails the running
// test where they differ. `reopen` gives the store as a process that was killed would find it: with
// what was committed, since memory is lost only where a store says so by an older size.
// Shape: the store is empty.
void check_against_model(projections::ViewStore* store,
                         const std::function<projections::ViewStore*()>& reopen,
                         std::uint64_t seed);

}  // namespace tests

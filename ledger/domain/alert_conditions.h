// What is the matter just now: the conditions that alerts are raised for, from the world alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/domain/alerts.h"

namespace ledger::domain {

struct Condition {
  AlertKey key;
  Time since;               // When it first became true, of what is not dismissed.
  std::uint64_t count = 0;  // Subjects concerned.
  std::string summary;      // A sentence for people; names the first five subjects.
};

// All conditions that hold at `now`, by key. What began at or before a dismissal of its key is left
// out. Cost: buckets, sources, relays and open instructions; single computers are looked at only
// for the first five names, and to see when a condition began that is not yet an open alert.
std::vector<Condition> conditions(const World& world, Time now);

}  // namespace ledger::domain

// What a repository's targets are to those who ask what a relay distributes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "updates/mirror.h"

namespace ledger::updates::relay {

struct Distributed {
  std::vector<domain::ComponentVersion> components;  // The newest for each platform; sorted.
  std::optional<domain::RuleUpdateId> rule_update;   // The newest.
};

// Given all targets that are distributed. The newest is the one released last, as its
// custom metadata says, and among those the one with the greatest version.
class Distribution {
 public:
  void add(const MirrorTarget& target);
  Distributed newest() const;

 private:
  struct Version {
    domain::Time released_at;
    std::string version;
  };
  std::map<std::pair<std::string, std::string>, Version> patterns_;  // By component and platform.
  std::optional<domain::RuleUpdateId> rule_update_;
};

// Whether dotted version `a` is older than `b`: numbers compare as numbers ("19.9" < "19.123").
bool is_older_version(std::string_view a, std::string_view b);

}  // namespace ledger::updates::relay

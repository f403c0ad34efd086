// What computers were expected to run, as it went on: of a component on a platform, of a policy;
// and the releases of a period, the events that brought something new to be run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "replay/reports/period.h"

namespace replay::reports {

// All that was ever expected in one place, oldest first.
struct Line {
  struct Expected {
    std::string value;  // A version; of rules, the ruleset's digest.
    domain::Since since;
    std::optional<domain::RuleUpdateId> update;
  };
  std::optional<domain::ComponentName> component;  // Absent: these are rules,
  domain::Platform platform;
  domain::PolicyId policy;  // and this is whose.
  std::vector<Expected> expected;

  // Whether a computer of these facts is expected to run what this line says.
  bool concerns(const domain::BucketFacts& facts, const domain::Expectations& expectations) const;
  // Whether it runs what was expected from `index` on, or something that came later, by `at`.
  bool has(const domain::BucketFacts& facts, std::size_t index, domain::Position at) const;
};

struct Release {
  struct Part {
    const Line* line = nullptr;
    std::size_t index = 0;  // Of what it brought, in the line.
  };
  std::string name;  // "virus-pattern 19.2 (linux)", "rules 26-002 applied"
  bool is_rules = false;
  domain::Since since;
  std::vector<Part> parts;  // Of rules, one for each policy that they changed.
};

// Errors: corrupt, io. Cost: what there is of components and policies, and of their history.
ledger::Result<std::vector<Line>> lines_of(const Period& period);

// Oldest first; `lines` outlives them. Rules that a person assigned to a policy are no release.
// Errors: corrupt, io.
ledger::Result<std::vector<Release>> releases_of(const Period& period,
                                                 const std::vector<Line>& lines);

}  // namespace replay::reports

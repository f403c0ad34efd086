// What the world expects of its computers, and how the fleet fares against it: sums over buckets.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/computer_table.h"
#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"

namespace ledger::domain {

struct OpenInstruction;
struct Pattern;
struct Policy;
struct World;

ExpectedPattern expected_pattern(const ComponentName&, const Platform&, const Pattern&);
// Nothing, if the policy amounts to no rules.
std::optional<ExpectedRuleset> expected_ruleset(const PolicyId&, const Policy&);
ExpectedAnswer expected_answer(const OpenInstruction&);

Expectations expectations_of(const World& world);

// What is expected of one live computer, without superseded versions and what it is instructed.
Expectations expectations_of(const World& world, ComputerIndex index);
// Whether a live computer runs what it should. Cost: the patterns; not the versions of each.
bool runs_what_it_should(const World& world, ComputerIndex index);
// Whether its last update failed, and since then it came to be expected of it what it runs: what
// could not be installed was rolled back, say.
bool is_failure_over(const World& world, ComputerIndex index);

// The decision that a report shows to be carried out: the release of a version that is in effect
// now and was not before, or whatever made its policy's ruleset what it is. The newest of them;
// nothing: what changed was not decided here.
std::optional<Position> decision_behind(const World& world, const BucketFacts& before,
                                        const std::vector<ComponentVersion>& components,
                                        const std::optional<Digest>& ruleset);

// Whether one of these versions is newer than any that this ledger knows of.
bool is_ahead(const World& world, const Platform& platform,
              const std::vector<ComponentVersion>& components);

struct FleetCounts {
  std::uint64_t total = 0;
  std::uint64_t up_to_date = 0;
  std::uint64_t out_of_date = 0;
  std::uint64_t pending = 0;
  std::uint64_t in_progress = 0;
  std::uint64_t failed = 0;
  std::uint64_t silent = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_applicable = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("total", &FleetCounts::total), field("up_to_date", &FleetCounts::up_to_date),
        field("out_of_date", &FleetCounts::out_of_date), field("pending", &FleetCounts::pending),
        field("in_progress", &FleetCounts::in_progress), field("failed", &FleetCounts::failed),
        field("silent", &FleetCounts::silent), field("unknown", &FleetCounts::unknown),
        field("not_applicable", &FleetCounts::not_applicable));
  }
  bool operator==(const FleetCounts&) const = default;
};

void add(FleetCounts& counts, ComputerStatus status, std::uint64_t computers);

// Live computers by status. Cost: buckets x (patterns + open instructions).
FleetCounts count(const World& world);

}  // namespace ledger::domain

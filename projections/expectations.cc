#include "projections/expectations.h"

#include "ledger/domain/expectations.h"
#include "projections/keys.h"

namespace projections {
namespace {

void project_pattern(const domain::PatternReleased& released, const domain::World& world,
                     Rows& rows) {
  const auto* pattern = world.patterns.find(released.component, released.platform);
  CHECK(pattern != nullptr, "a released pattern is known");
  rows.set(View::expected_patterns, joined_key(released.component.value, released.platform.value),
           expected_pattern(released.component, released.platform, *pattern));
}

void project_ruleset(const domain::PolicyId& id, const domain::World& world, Rows& rows) {
  const auto* policy = world.policies.find(id);
  const auto expected = policy != nullptr ? expected_ruleset(id, *policy) : std::nullopt;
  if (!expected) return rows.erase(View::expected_rulesets, id.value);
  rows.set(View::expected_rulesets, id.value, *expected);
}

}  // namespace

void project_expectations(const domain::Event& event, const domain::World& world, Rows& rows) {
  // What a component is to be only follows from releases: a retired version was never expected
  // since, or still is until another one is released.
  if (const auto* released = get_if<domain::PatternReleased>(&event.payload)) {
    project_pattern(*released, world, rows);
  } else if (const auto* changed = get_if<domain::PolicyRulesetChanged>(&event.payload)) {
    project_ruleset(changed->policy, world, rows);
  } else if (const auto* deleted = get_if<domain::PolicyDeleted>(&event.payload)) {
    project_ruleset(deleted->policy, world, rows);
  }
}

}  // namespace projections

#include "ledger/domain/expectations.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

ExpectedPattern without_history(const ComponentName& component, const Platform& platform,
                                const Pattern& pattern) {
  const PatternVersion& current = pattern.current();
  return {component, platform, current.version, current.since, {}};
}

// When a version became the one to run.
std::optional<Position> release_of(const World& world, const Platform& platform,
                                   const ComponentVersion& running) {
  const Pattern* pattern = world.patterns.find_for(running.component, platform);
  const auto* version = pattern == nullptr ? nullptr : pattern->find(running.version);
  return version == nullptr ? std::nullopt : std::optional(version->since.position);
}

}  // namespace

ExpectedPattern expected_pattern(const ComponentName& component, const Platform& platform,
                                 const Pattern& pattern) {
  ExpectedPattern expected = without_history(component, platform, pattern);
  const auto& versions = pattern.versions;
  const std::size_t told = std::min(versions.size() - 1, limits::superseded_versions_told_max);
  for (std::size_t i = versions.size() - 1 - told; i + 1 < versions.size(); ++i) {
    expected.superseded.push_back({versions[i].version, versions[i + 1].since});
  }
  return expected;
}

std::optional<ExpectedRuleset> expected_ruleset(const PolicyId& id, const Policy& policy) {
  if (policy.ruleset.rules == 0) return std::nullopt;
  return ExpectedRuleset{id,
                         policy.ruleset.ruleset,
                         policy.ruleset.update,
                         {policy.ruleset_since_time, policy.ruleset_since}};
}

ExpectedAnswer expected_answer(const OpenInstruction& open) {
  return {open.facts.instruction, open.facts.number, open.facts.action, open.scope, open.since};
}

Expectations expectations_of(const World& world) {
  Expectations expectations;
  for (const auto& [key, pattern] : world.patterns.patterns) {
    expectations.patterns.push_back(expected_pattern(key.first, key.second, pattern));
  }
  for (const auto& [id, policy] : world.policies.policies) {
    auto expected = expected_ruleset(id, policy);
    if (expected) {
      expectations.rulesets.push_back(std::move(*expected));
    } else {
      expectations.empty.push_back({id, {policy.ruleset_since_time, policy.ruleset_since}});
    }
  }
  for (const auto& open : world.computers.instructions.open) {
    expectations.answers.push_back(expected_answer(open));
  }
  return expectations;
}

Expectations expectations_of(const World& world, ComputerIndex index) {
  const BucketFacts& facts = facts_of(world.computers, index);
  Expectations expectations;
  for (const auto& [key, pattern] : world.patterns.patterns) {
    expectations.patterns.push_back(without_history(key.first, key.second, pattern));
  }
  const Policy* policy = facts.policy ? world.policies.find(*facts.policy) : nullptr;
  if (policy != nullptr) {
    auto expected = expected_ruleset(*facts.policy, *policy);
    if (expected) expectations.rulesets.push_back(std::move(*expected));
  }
  return expectations;
}

bool runs_what_it_should(const World& world, ComputerIndex index) {
  return runs_what_it_should(facts_of(world.computers, index), expectations_of(world, index));
}

bool is_failure_over(const World& world, ComputerIndex index) {
  const BucketFacts& facts = facts_of(world.computers, index);
  if (facts.fault == UpdateFault::none) return false;
  const Expectations expected = expectations_of(world, index);
  return runs_what_it_should(facts, expected) &&
         world.computers.table[index].failed.position < expected_since(facts, expected).position;
}

std::optional<Position> decision_behind(const World& world, const BucketFacts& before,
                                        const std::vector<ComponentVersion>& components,
                                        const std::optional<Digest>& ruleset) {
  std::optional<Position> newest;
  const auto note = [&](std::optional<Position> at) { newest = std::max(newest, at); };
  for (const auto& each : components) {
    const auto released = release_of(world, before.platform, each);
    const auto known = std::find_if(
        before.components.begin(), before.components.end(),
        [&](const ComponentVersion& other) { return other.component == each.component; });
    // Who goes back does so by an instruction, or by itself.
    const bool goes_on =
        known == before.components.end() || release_of(world, before.platform, *known) < released;
    if (goes_on) note(released);
  }
  const Policy* policy = before.policy ? world.policies.find(*before.policy) : nullptr;
  const bool is_new = ruleset && ruleset != before.ruleset;
  if (is_new && policy != nullptr && policy->ruleset.ruleset == *ruleset) {
    note(policy->ruleset_since);
  }
  return newest;
}

bool is_ahead(const World& world, const Platform& platform,
              const std::vector<ComponentVersion>& components) {
  return std::any_of(components.begin(), components.end(), [&](const ComponentVersion& each) {
    const Pattern* pattern = world.patterns.find_for(each.component, platform);
    if (pattern == nullptr || pattern->find(each.version) != nullptr) return false;
    return is_ahead(each.version, without_history(each.component, platform, *pattern));
  });
}

void add(FleetCounts& counts, ComputerStatus status, std::uint64_t computers) {
  counts.total += computers;
  switch (status) {
    case ComputerStatus::up_to_date:
      counts.up_to_date += computers;
      return;
    case ComputerStatus::out_of_date:
      counts.out_of_date += computers;
      return;
    case ComputerStatus::pending:
      counts.pending += computers;
      return;
    case ComputerStatus::in_progress:
      counts.in_progress += computers;
      return;
    case ComputerStatus::failed:
      counts.failed += computers;
      return;
    case ComputerStatus::silent:
      counts.silent += computers;
      return;
    case ComputerStatus::unknown:
      counts.unknown += computers;
      return;
    case ComputerStatus::not_applicable:
      counts.not_applicable += computers;
      return;
  }
}

FleetCounts count(const World& world) {
  FleetCounts counts;
  const Expectations expectations = expectations_of(world);
  for (const auto& [id, slot] : world.computers.buckets.by_id()) {
    const Bucket& bucket = world.computers.buckets[slot];
    add(counts, status_of(bucket.facts, expectations), bucket.computers);
  }
  return counts;
}

}  // namespace ledger::domain

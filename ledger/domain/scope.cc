#include "ledger/domain/scope.h"

#include <algorithm>
#include <optional>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

Result<void> check_name(const World& world, const Scope& scope) {
  switch (scope.kind) {
    case ScopeKind::all:
    case ScopeKind::computers:
      return {};
    case ScopeKind::group:
    case ScopeKind::group_tree:
      if (!world.computers.groups.contains(GroupId{scope.name})) {
        return unknown("group-unknown", "There is no group named " + scope.name + ".");
      }
      return {};
    case ScopeKind::policy:
    case ScopeKind::policy_tree:
      if (world.policies.find(PolicyId{scope.name}) == nullptr) {
        return unknown("policy-unknown", "There is no policy named " + scope.name + ".");
      }
      return {};
    case ScopeKind::relay_group:
      if (!world.relays.groups.contains(RelayGroupId{scope.name})) {
        return unknown("relay-group-unknown", "There is no relay group named " + scope.name + ".");
      }
      return {};
  }
  return {};
}

Result<void> check_computers(const World& world, const std::vector<ComputerId>& computers) {
  if (computers.empty()) {
    return invalid("scope-empty", "Name at least one computer.");
  }
  std::size_t bytes = 0;
  for (const auto& computer : computers) bytes += computer.value.size();
  if (computers.size() > limits::scope_computers_max || bytes > limits::scope_names_bytes_max) {
    return invalid("scope-too-long", "At most " + std::to_string(limits::scope_computers_max) +
                                         " computers are named one by one; use a group, a policy "
                                         "or a relay group.");
  }
  for (const auto& computer : computers) {
    if (!is_enrolled(world.computers, computer)) {
      return unknown("computer-unknown", "There is no computer " + computer.value + ".");
    }
  }
  return {};
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::binary_search(names.begin(), names.end(), name);
}

void add(ScopeCounts& counts, const BucketFacts& facts, std::uint64_t computers) {
  counts.total += computers;
  (facts.silent ? counts.silent : counts.online) += computers;
  if (!facts.reported) counts.unknown += computers;
}

}  // namespace

Result<Scope> checked_scope(const World& world, const Scope& scope) {
  Scope checked{scope.kind, {}, {}, std::nullopt};
  if (scope.kind == ScopeKind::computers) {
    if (const auto known = check_computers(world, scope.computers); !known) {
      return fail(known.error());
    }
    checked.computers = scope.computers;
    std::sort(checked.computers.begin(), checked.computers.end());
    checked.computers.erase(std::unique(checked.computers.begin(), checked.computers.end()),
                            checked.computers.end());
    checked.search = scope.search;
    return checked;
  }
  if (!scope.computers.empty()) {
    return invalid("scope-ambiguous", "Only a scope of kind computers names computers.");
  }
  if (const auto known = check_name(world, scope); !known) return fail(known.error());
  if (scope.kind != ScopeKind::all) checked.name = scope.name;
  return checked;
}

ResolvedScope resolve_scope(const World& world, const Scope& scope) {
  ResolvedScope resolved{scope.kind, {}, {}};
  switch (scope.kind) {
    case ScopeKind::all:
      break;
    case ScopeKind::computers:
      resolved.computers = scope.computers;
      std::sort(resolved.computers.begin(), resolved.computers.end());
      break;
    case ScopeKind::group:
    case ScopeKind::policy:
    case ScopeKind::relay_group:
      resolved.names.push_back(scope.name);
      break;
    case ScopeKind::group_tree:
      for (const auto& [id, parent] : world.computers.groups.parents) {
        if (world.computers.groups.is_within(id, GroupId{scope.name})) {
          resolved.names.push_back(id.value);
        }
      }
      break;
    case ScopeKind::policy_tree:
      for (const auto& [id, policy] : world.policies.policies) {
        if (world.policies.is_within(id, PolicyId{scope.name})) resolved.names.push_back(id.value);
      }
      break;
  }
  return resolved;
}

bool covers(const ResolvedScope& scope, const BucketFacts& facts) {
  switch (scope.kind) {
    case ScopeKind::all:
      return true;
    case ScopeKind::computers:
      return false;
    case ScopeKind::group:
    case ScopeKind::group_tree:
      return facts.group && has(scope.names, facts.group->value);
    case ScopeKind::policy:
    case ScopeKind::policy_tree:
      return facts.policy && has(scope.names, facts.policy->value);
    case ScopeKind::relay_group:
      return has(scope.names, facts.relay_group.value);
  }
  return false;
}

bool covers(const ResolvedScope& scope, const BucketFacts& facts, const ComputerId& computer) {
  if (scope.kind != ScopeKind::computers) return covers(scope, facts);
  return std::binary_search(scope.computers.begin(), scope.computers.end(), computer);
}

ScopeCounts count_scope(const World& world, const Scope& scope) {
  ScopeCounts counts;
  const ResolvedScope resolved = resolve_scope(world, scope);
  const Computers& computers = world.computers;
  if (scope.kind == ScopeKind::computers) {
    for (const auto& id : resolved.computers) {
      const auto index = find_live(computers, id.value);
      if (index) add(counts, facts_of(computers, *index), 1);
    }
    return counts;
  }
  for (const auto& [id, slot] : computers.buckets.by_id()) {
    const Bucket& bucket = computers.buckets[slot];
    if (covers(resolved, bucket.facts)) add(counts, bucket.facts, bucket.computers);
  }
  return counts;
}

}  // namespace ledger::domain

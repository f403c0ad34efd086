#include "tests/property/domain/naive_impact.h"

#include <map>
#include <set>

namespace tests {

using namespace ledger::domain;

namespace {

using EffectiveRules = std::map<RuleId, Rule>;

std::map<RuleId, Rule> in_force(const World& world) {
  std::map<RuleId, Rule> rules;
  if (!world.rule_updates.in_force) return rules;
  for (const auto& rule : world.rule_updates.updates.at(*world.rule_updates.in_force).rules) {
    rules.emplace(rule->id, *rule);
  }
  return rules;
}

EffectiveRules effective(const World& world, const PolicyId& id) {
  EffectiveRules effective;
  const auto all = in_force(world);
  std::optional<PolicyId> at = id;
  while (at && world.policies.policies.contains(*at)) {
    const Policy& policy = world.policies.policies.at(*at);
    for (const RuleId rule : policy.rules) {
      if (all.contains(rule)) effective.emplace(rule, all.at(rule));
    }
    at = policy.parent;
  }
  return effective;
}

// What a computer can tell apart of a rule.
bool runs_the_same(const EffectiveRules& one, const EffectiveRules& other) {
  if (one.size() != other.size()) return false;
  for (const auto& [id, rule] : one) {
    const auto found = other.find(id);
    if (found == other.end() || found->second.version != rule.version ||
        found->second.body != rule.body) {
      return false;
    }
  }
  return true;
}

std::set<std::string> cves(const EffectiveRules& rules) {
  std::set<std::string> all;
  for (const auto& [id, rule] : rules) all.insert(rule.cves.begin(), rule.cves.end());
  return all;
}

void compare(const EffectiveRules& before, const EffectiveRules& after, PolicyImpact& policy,
             std::map<RuleId, RuleChange>& changes) {
  const auto note = [&](const Rule& rule, RuleChangeKind kind, std::uint32_t from,
                        std::uint32_t to) {
    changes[rule.id] = {rule.id, kind, rule.module, rule.name, rule.severity, from, to};
  };
  for (const auto& [id, rule] : after) {
    if (!before.contains(id)) {
      note(rule, RuleChangeKind::added, 0, rule.version);
      ++policy.added;
    } else if (before.at(id) != rule) {
      note(rule, RuleChangeKind::changed, before.at(id).version, rule.version);
      ++policy.changed;
    }
  }
  for (const auto& [id, rule] : before) {
    if (after.contains(id)) continue;
    note(rule, RuleChangeKind::removed, rule.version, 0);
    ++policy.removed;
  }
}

std::uint64_t users_of(const World& world, const PolicyId& policy) {
  std::uint64_t users = 0;
  for (const ComputerIndex index : live_computers(world)) {
    if (facts_of(world.computers, index).policy == policy) ++users;
  }
  return users;
}

void compare_modules(const std::map<RuleId, RuleChange>& changes, Impact& impact) {
  for (const Module module : {Module::anti_malware, Module::firewall, Module::intrusion_prevention,
                              Module::integrity_monitoring, Module::log_inspection}) {
    ModuleImpact sum{module, 0, 0, 0};
    for (const auto& [id, change] : changes) {
      if (change.module != module) continue;
      if (change.kind == RuleChangeKind::added) ++sum.added;
      if (change.kind == RuleChangeKind::removed) ++sum.removed;
      if (change.kind == RuleChangeKind::changed) ++sum.changed;
    }
    if (sum.added + sum.removed + sum.changed > 0) impact.modules.push_back(sum);
  }
}

void compare_the_rest(const World& before, const World& after, Impact& impact) {
  for (const auto& [id, update] : before.rule_updates.updates) {
    if (!update.deleted && after.rule_updates.updates.at(id).deleted) impact.deleted.push_back(id);
  }
  for (const auto& [id, hold] : after.rule_updates.holds) {
    if (!before.rule_updates.holds.contains(id)) impact.holds.push_back(id);
  }
  for (const auto& open : after.computers.instructions.open) {
    if (open.facts.number <= before.computers.instructions.given) continue;
    impact.computers += naive_scope(before, open.facts.scope).total;
  }
}

}  // namespace

std::vector<ComputerIndex> live_computers(const World& world) {
  std::vector<ComputerIndex> live;
  for (ComputerIndex index = 0; index < world.computers.table.size(); ++index) {
    if (world.computers.table[index].is_live()) live.push_back(index);
  }
  return live;
}

bool naive_covers(const World& world, const Scope& scope, ComputerIndex computer) {
  const BucketFacts& facts = facts_of(world.computers, computer);
  const auto is = [&](const auto& id) { return id && id->value == scope.name; };
  switch (scope.kind) {
    case ScopeKind::all:
      return true;
    case ScopeKind::computers:
      for (const auto& id : scope.computers) {
        if (id.value == world.computers.table.id(computer)) return true;
      }
      return false;
    case ScopeKind::group:
      return is(facts.group);
    case ScopeKind::policy:
      return is(facts.policy);
    case ScopeKind::relay_group:
      return facts.relay_group.value == scope.name;
    case ScopeKind::group_tree:
      for (auto at = facts.group; at; at = world.computers.groups.parents.at(*at)) {
        if (is(at)) return true;
      }
      return false;
    case ScopeKind::policy_tree:
      for (auto at = facts.policy; at; at = world.policies.policies.at(*at).parent) {
        if (is(at)) return true;
      }
      return false;
  }
  return false;
}

ScopeCounts naive_scope(const World& world, const Scope& scope) {
  ScopeCounts counts;
  for (const ComputerIndex index : live_computers(world)) {
    if (!naive_covers(world, scope, index)) continue;
    const BucketFacts& facts = facts_of(world.computers, index);
    ++counts.total;
    if (facts.silent) ++counts.silent;
    if (!facts.silent) ++counts.online;
    if (!facts.reported) ++counts.unknown;
  }
  return counts;
}

Impact naive_impact(const World& before, const World& after) {
  Impact impact;
  impact.from = before.rule_updates.in_force;
  impact.to = after.rule_updates.in_force;
  std::map<RuleId, RuleChange> changes;
  std::map<std::string, std::uint64_t> reopened;
  std::map<std::string, std::uint64_t> covered;
  std::set<RuleId> vanishing;
  const auto rules_after = in_force(after);
  for (const auto& [id, policy] : after.policies.policies) {
    const auto was = effective(before, id);
    const auto is = effective(after, id);
    if (before.policies.policies.contains(id) && runs_the_same(was, is)) continue;
    PolicyImpact change{id, 0, 0, 0, users_of(before, id), policy.ruleset.ruleset};
    compare(was, is, change, changes);
    for (const auto& [rule, facts] : was) {
      if (!rules_after.contains(rule)) vanishing.insert(rule);
    }
    const auto cves_before = cves(was);
    const auto cves_after = cves(is);
    for (const auto& cve : cves_before) {
      if (!cves_after.contains(cve)) reopened[cve] += change.computers;
    }
    for (const auto& cve : cves_after) {
      if (!cves_before.contains(cve)) covered[cve] += change.computers;
    }
    impact.computers += change.computers;
    impact.policies.push_back(change);
  }
  for (const auto& [id, change] : changes) impact.rules.push_back(change);
  compare_modules(changes, impact);
  impact.vanishing.assign(vanishing.begin(), vanishing.end());
  for (const auto& [cve, computers] : reopened) impact.cves_reopened.push_back({cve, computers});
  for (const auto& [cve, computers] : covered) impact.cves_covered.push_back({cve, computers});
  compare_the_rest(before, after, impact);
  return impact;
}

}  // namespace tests

#include "ledger/domain/plan.h"

#include <map>
#include <set>
#include <utility>
#include <variant>

#include "ledger/domain/hash_fields.h"
#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

// The topics that a planned action can change, as they will be.
World overlay_of(const World& world, const std::vector<NewEvent>& events) {
  World overlay;
  overlay.size = world.size;
  overlay.rule_updates = world.rule_updates;
  overlay.policies = world.policies;
  Event event;
  for (const auto& each : events) {
    event.position = overlay.size;
    visit(
        [&](const auto& payload) {
          using T = std::decay_t<decltype(payload)>;
          constexpr bool touched =
              std::is_same_v<T, RuleUpdateImported> || std::is_same_v<T, RulesRecorded> ||
              std::is_same_v<T, RuleUpdateApplied> || std::is_same_v<T, RuleUpdateRolledBack> ||
              std::is_same_v<T, RuleUpdateReapplied> || std::is_same_v<T, RuleUpdateDeleted> ||
              std::is_same_v<T, HoldPlaced> || std::is_same_v<T, HoldReleased> ||
              std::is_same_v<T, PolicyCreated> || std::is_same_v<T, PolicyChanged> ||
              std::is_same_v<T, RulesAssigned> || std::is_same_v<T, RulesUnassigned> ||
              std::is_same_v<T, PolicyRulesetChanged>;
          if constexpr (touched) evolve(overlay, event, payload);
        },
        each.payload);
    ++overlay.size.value;
  }
  return overlay;
}

const Rules& rules_in_force(const World& world) {
  static const Rules none;
  const RuleUpdate* current = world.rule_updates.current();
  return current == nullptr ? none : current->rules;
}

std::set<std::string_view> cves_of(const Rules& rules) {
  std::set<std::string_view> cves;
  for (const auto& rule : rules) cves.insert(rule->cves.begin(), rule->cves.end());
  return cves;
}

void count_missing(const std::set<std::string_view>& from, const std::set<std::string_view>& in,
                   std::uint64_t computers, std::map<std::string, std::uint64_t>& counts) {
  for (const auto cve : from) {
    if (!in.contains(cve)) counts[std::string(cve)] += computers;
  }
}

std::vector<CveImpact> listed(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<CveImpact> impacts;
  for (const auto& [cve, computers] : counts) impacts.push_back({cve, computers});
  return impacts;
}

std::uint64_t users_of(const World& world, const PolicyId& policy) {
  return count_scope(world, Scope{ScopeKind::policy, policy.value, {}, std::nullopt}).total;
}

void compare_policies(const World& before, const World& after, Impact& impact) {
  std::map<RuleId, RuleChange> changes;
  std::map<std::string, std::uint64_t> reopened;
  std::map<std::string, std::uint64_t> covered;
  std::set<RuleId> vanishing;
  for (const auto& [id, policy] : after.policies.policies) {
    const Policy* was = before.policies.find(id);
    if (was != nullptr && was->ruleset.ruleset == policy.ruleset.ruleset) continue;
    const Rules old_rules = resolve(before.policies, id, rules_in_force(before));
    const Rules new_rules = resolve(after.policies, id, rules_in_force(after));
    PolicyImpact change{id, 0, 0, 0, users_of(before, id), policy.ruleset.ruleset};
    for (const auto& rule : difference(old_rules, new_rules)) {
      changes.emplace(rule.rule, rule);
      if (rule.kind == RuleChangeKind::added) ++change.added;
      if (rule.kind == RuleChangeKind::removed) ++change.removed;
      if (rule.kind == RuleChangeKind::changed) ++change.changed;
      const bool gone = find_rule(rules_in_force(after), rule.rule) == nullptr;
      if (rule.kind == RuleChangeKind::removed && gone) vanishing.insert(rule.rule);
    }
    const auto old_cves = cves_of(old_rules);
    const auto new_cves = cves_of(new_rules);
    count_missing(old_cves, new_cves, change.computers, reopened);
    count_missing(new_cves, old_cves, change.computers, covered);
    impact.computers += change.computers;
    impact.policies.push_back(std::move(change));
  }
  std::map<Module, ModuleImpact> modules;
  for (const auto& [id, rule] : changes) {
    auto& module = modules[rule.module];
    module.module = rule.module;
    if (rule.kind == RuleChangeKind::added) ++module.added;
    if (rule.kind == RuleChangeKind::removed) ++module.removed;
    if (rule.kind == RuleChangeKind::changed) ++module.changed;
    impact.rules.push_back(rule);
  }
  for (const auto& [name, module] : modules) impact.modules.push_back(module);
  impact.vanishing.assign(vanishing.begin(), vanishing.end());
  impact.cves_reopened = listed(reopened);
  impact.cves_covered = listed(covered);
}

Reach reach_of(const World& world, const Impact& impact, const std::vector<NewEvent>& events) {
  Reach reach;
  const auto add = [&](const ScopeCount& count) {
    reach.total += count.total;
    reach.online += count.online;
    reach.offline += count.silent;
    reach.unknown += count.unknown;
  };
  for (const auto& policy : impact.policies) {
    add(count_scope(world, Scope{ScopeKind::policy, policy.policy.value, {}, std::nullopt}));
  }
  for (const auto& event : events) {
    if (const auto* given = get_if<Instructed>(&event.payload)) {
      add(count_scope(world, given->scope));
    }
  }
  return reach;
}

std::string computers_text(std::uint64_t n) {
  return n == 1 ? "1 computer" : std::to_string(n) + " computers";
}

std::vector<std::string> warnings_of(const World& world, const Command& command,
                                     const Impact& impact, const Reach& reach) {
  std::vector<std::string> warnings;
  const auto* roll_back = get_if<RollBackRuleUpdate>(&command.payload);
  const bool automatic = flag(world.settings, SettingName::auto_apply_rule_updates);
  if (roll_back != nullptr && !roll_back->hold && automatic) {
    warnings.push_back(
        "Rule updates are applied by themselves: without a hold the next check undoes this "
        "rollback.");
  }
  const bool releases = get_if<ReleaseHold>(&command.payload) != nullptr;
  const RuleUpdate* next = releases && impact.to ? world.rule_updates.find(*impact.to) : nullptr;
  if (next != nullptr && impact.from != impact.to && next->ever_applied) {
    warnings.push_back("Rule update " + text(*impact.to) +
                       ", which was rolled back, is applied again at once.");
  }
  if (reach.offline > 0) {
    warnings.push_back(computers_text(reach.offline) +
                       " cannot be reached now and will change on return.");
  }
  if (!impact.vanishing.empty()) {
    warnings.push_back(std::to_string(impact.vanishing.size()) +
                       " rules in use do not exist in the update that will be in force.");
  }
  if (!impact.cves_reopened.empty()) {
    warnings.push_back(std::to_string(impact.cves_reopened.size()) +
                       " CVEs lose the cover of a rule on at least one policy.");
  }
  if (!impact.deleted.empty()) {
    warnings.push_back(
        "Nobody can apply, roll back to or export deleted content; the history stays.");
  }
  return warnings;
}

}  // namespace

Impact impact_of(const World& world, const std::vector<NewEvent>& events) {
  const World after = overlay_of(world, events);
  Impact impact;
  impact.from = world.rule_updates.in_force;
  impact.to = after.rule_updates.in_force;
  compare_policies(world, after, impact);
  for (const auto& event : events) {
    if (const auto* deleted = get_if<RuleUpdateDeleted>(&event.payload)) {
      impact.deleted.push_back(deleted->update);
    }
    if (const auto* placed = get_if<HoldPlaced>(&event.payload)) {
      impact.holds.push_back(placed->hold);
    }
    if (const auto* given = get_if<Instructed>(&event.payload)) {
      impact.computers += given->computers;
    }
  }
  return impact;
}

Digest plan_digest(const CommandPayload& action, const Impact& impact) {
  Sha256 hash;
  hash_text(hash, command_name(action));
  visit([&](const auto& payload) { hash_value(hash, payload); }, action);
  hash_value(hash, impact);
  return hash.finish();
}

Result<Preview> preview(const World& world, const Command& command, const Moment& moment) {
  Command unplanned = command;
  unplanned.plan_digest.reset();
  const Decision decision = decide(world, unplanned, moment);
  if (!decision) return fail(decision.error());
  Preview seen;
  seen.base = world.size;
  seen.impact = impact_of(world, *decision);
  seen.reach = reach_of(world, seen.impact, *decision);
  seen.warnings = warnings_of(world, command, seen.impact, seen.reach);
  seen.digest = plan_digest(command.payload, seen.impact);
  return seen;
}

}  // namespace ledger::domain

#include "ledger/domain/policies.h"

#include <algorithm>
#include <array>

#include "ledger/digest.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_policy(const PolicyId& id) { return stream_of("policy", id); }

void put_little_endian(std::array<char, 8>& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[at + i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

Result<const Policy*> existing(const World& world, const PolicyId& id) {
  const Policy* policy = world.policies.find(id);
  if (policy == nullptr) {
    return unknown("policy-unknown", "There is no policy named " + id.value + ".");
  }
  return policy;
}

Result<void> check_parent(const World& world, const PolicyId& policy,
                          const std::optional<PolicyId>& parent) {
  if (!parent) return {};
  if (const auto found = existing(world, *parent); !found) return fail(found.error());
  if (world.policies.is_within(*parent, policy)) {
    return refuse("policy-cycle", "Policy " + parent->value + " inherits from " + policy.value +
                                      ", so it cannot be its parent.");
  }
  return {};
}

Rules current_rules(const World& world) {
  const RuleUpdate* current = world.rule_updates.current();
  return current == nullptr ? Rules{} : current->rules;
}

// The events that follow from `after`, the policies as they will be, under the update in force.
void follow(const World& world, const Policies& after, std::vector<NewEvent>& events) {
  ruleset_changes(world, after, world.rule_updates.in_force, current_rules(world), 0, events);
}

bool is_rule_module(Module module) { return module != Module::anti_malware; }

// What somebody names, by id, application type or module.
struct Named {
  std::set<RuleId> rules;
  std::set<std::string> application_types;
  std::set<Module> modules;

  bool covers(const Rule& rule) const {
    return application_types.contains(rule.application_type) || modules.contains(rule.module);
  }
};

template <class Wish>
Result<Named> named(const World& world, const Wish& wish) {
  Named named{{wish.rules.begin(), wish.rules.end()},
              {wish.application_types.begin(), wish.application_types.end()},
              {wish.modules.begin(), wish.modules.end()}};
  if (named.rules.empty() && named.application_types.empty() && named.modules.empty()) {
    return invalid("rules-missing", "Name at least one rule, application type or module.");
  }
  if (std::any_of(named.modules.begin(), named.modules.end(),
                  [](Module module) { return !is_rule_module(module); })) {
    return invalid("module-without-rules", "The module anti_malware uses patterns, not rules.");
  }
  for (const RuleId id : named.rules) {
    if (!world.rule_updates.known_rules.contains(id)) {
      return unknown("rule-unknown",
                     "No rule update ever carried a rule " + std::to_string(id.value) + ".");
    }
  }
  std::set<std::string> seen;
  for (const auto& rule : current_rules(world)) seen.insert(rule->application_type);
  const Policy& policy = *world.policies.find(wish.policy);
  for (const auto& type : named.application_types) {
    // What a policy has can be taken away, also when no rule of the type is left.
    if (!seen.contains(type) && !policy.application_types.contains(type)) {
      return unknown("application-type-unknown",
                     "The rule update in force has no rule of application type " + type + ".");
    }
  }
  return named;
}

// The rules to add: those named, and those covered under the update in force.
void add_covered(const World& world, Named& named) {
  for (const auto& rule : current_rules(world)) {
    if (named.covers(*rule)) named.rules.insert(rule->id);
  }
}

// The rules to take away: those named, and those covered in whatever update carried them, so that
// an earlier update does not bring them back.
void add_covered(const World& world, const Policy& policy, Named& named) {
  for (const RuleId id : policy.rules) {
    const auto known = world.rule_updates.known_rules.find(id);
    if (known == world.rule_updates.known_rules.end()) continue;
    const Rules& versions = known->second;
    if (std::any_of(versions.begin(), versions.end(),
                    [&](const auto& version) { return named.covers(*version); })) {
      named.rules.insert(id);
    }
  }
}

// Some policy decisions concern more rules than one record holds: they become several events.
template <class Change>
void in_chunks(const PolicyId& policy, Change change, std::optional<std::size_t> cause,
               std::vector<NewEvent>& events) {
  const auto rules = std::move(change.rules);
  std::size_t at = 0;
  do {
    const std::size_t n = std::min(limits::rules_per_assignment_max, rules.size() - at);
    change.rules.assign(rules.begin() + static_cast<std::ptrdiff_t>(at),
                        rules.begin() + static_cast<std::ptrdiff_t>(at + n));
    events.push_back(NewEvent{stream_of_policy(policy), change, cause, Outcome::done});
    change.application_types.clear();
    change.modules.clear();
    at += n;
  } while (at < rules.size());
}

}  // namespace

// -- Questions ---------------------------------------------------------------------------------

const Policy* Policies::find(const PolicyId& id) const {
  const auto found = policies.find(id);
  return found == policies.end() ? nullptr : &found->second;
}

bool Policies::is_within(const PolicyId& id, const PolicyId& ancestor) const {
  const PolicyId* at = &id;
  while (true) {
    if (*at == ancestor) return true;
    const Policy* policy = find(*at);
    if (policy == nullptr || !policy->parent) return false;
    at = &*policy->parent;
  }
}

Rules resolve(const Policies& policies, const PolicyId& policy, const Rules& rules) {
  std::set<RuleId> wanted;
  for (const Policy* at = policies.find(policy); at != nullptr;
       at = at->parent ? policies.find(*at->parent) : nullptr) {
    wanted.insert(at->rules.begin(), at->rules.end());
  }
  Rules resolved;
  auto want = wanted.begin();
  for (const auto& rule : rules) {
    while (want != wanted.end() && *want < rule->id) ++want;
    if (want == wanted.end()) break;
    if (*want == rule->id) resolved.push_back(rule);
  }
  return resolved;
}

Digest ruleset_digest(const Rules& rules) {
  Sha256 hash;
  for (const auto& rule : rules) {
    std::array<char, 8> numbers{};
    put_little_endian(numbers, 0, rule->id.value);
    put_little_endian(numbers, 4, rule->version);
    hash.update({numbers.data(), numbers.size()});
    hash.update(bytes_of(rule->body));
  }
  return hash.finish();
}

void ruleset_changes(const World& world, const Policies& after,
                     const std::optional<RuleUpdateId>& update, const Rules& rules,
                     std::optional<std::size_t> cause, std::vector<NewEvent>& events) {
  const Rules before_rules = current_rules(world);
  for (const auto& [id, policy] : after.policies) {
    const Rules now = resolve(after, id, rules);
    const Digest digest = ruleset_digest(now);
    if (digest == policy.ruleset.ruleset) continue;
    PolicyRulesetChanged changed{id, update, digest, static_cast<std::uint32_t>(now.size()),
                                 0,  0,      0};
    for (const auto& change : difference(resolve(world.policies, id, before_rules), now)) {
      if (change.kind == RuleChangeKind::added) ++changed.added;
      if (change.kind == RuleChangeKind::removed) ++changed.removed;
      if (change.kind == RuleChangeKind::changed) ++changed.changed;
    }
    events.push_back(NewEvent{stream_of_policy(id), changed, cause, Outcome::done});
  }
}

void auto_assign(Policies& policies, const std::set<RuleId>& ever_in_force, const Rules& rules,
                 std::optional<std::size_t> cause, std::vector<NewEvent>& events) {
  for (auto& [id, policy] : policies.policies) {
    if (policy.application_types.empty() && policy.modules.empty()) continue;
    RulesAssigned assigned{id, {}, {}, {}, true};
    for (const auto& rule : rules) {
      if (!rule->auto_assignable || ever_in_force.contains(rule->id)) continue;
      if (policy.rules.contains(rule->id)) continue;
      if (policy.application_types.contains(rule->application_type) ||
          policy.modules.contains(rule->module)) {
        assigned.rules.push_back(rule->id);
      }
    }
    if (assigned.rules.empty()) continue;
    assign(policy, assigned);
    in_chunks(id, std::move(assigned), cause, events);
  }
}

void assign(Policy& policy, const RulesAssigned& assigned) {
  policy.rules.insert(assigned.rules.begin(), assigned.rules.end());
  policy.application_types.insert(assigned.application_types.begin(),
                                  assigned.application_types.end());
  policy.modules.insert(assigned.modules.begin(), assigned.modules.end());
}

void unassign(Policy& policy, const RulesUnassigned& unassigned) {
  for (const auto id : unassigned.rules) policy.rules.erase(id);
  for (const auto& type : unassigned.application_types) policy.application_types.erase(type);
  for (const auto module : unassigned.modules) policy.modules.erase(module);
}

// -- Decisions ---------------------------------------------------------------------------------

Decision decide(const World& world, const Command&, const CreatePolicy& create, const Moment&) {
  if (!is_name(create.policy.value)) {
    return invalid("policy-name-invalid",
                   "A policy's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  if (world.policies.find(create.policy) != nullptr) {
    return fail(ErrorKind::conflict, "policy-exists",
                "There is a policy named " + create.policy.value + " already.");
  }
  if (world.policies.policies.size() >= limits::policies_max) {
    return refuse("too-many-policies", "There can be " + std::to_string(limits::policies_max) +
                                           " policies; delete one first.");
  }
  if (const auto checked = check_parent(world, create.policy, create.parent); !checked) {
    return fail(checked.error());
  }
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_policy(create.policy),
                            PolicyCreated{create.policy, create.parent, create.description},
                            std::nullopt, Outcome::done});
  Policies after = world.policies;
  after.policies[create.policy].parent = create.parent;
  after.policies[create.policy].ruleset.ruleset = ruleset_digest({});
  follow(world, after, events);
  return events;
}

Decision decide(const World& world, const Command&, const ChangePolicy& change, const Moment&) {
  const auto policy = existing(world, change.policy);
  if (!policy) return fail(policy.error());
  if (const auto checked = check_parent(world, change.policy, change.parent); !checked) {
    return fail(checked.error());
  }
  if ((*policy)->parent == change.parent && (*policy)->description == change.description) {
    return no_events();
  }
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_policy(change.policy),
                            PolicyChanged{change.policy, change.parent, change.description},
                            std::nullopt, Outcome::done});
  Policies after = world.policies;
  after.policies[change.policy].parent = change.parent;
  follow(world, after, events);
  return events;
}

Decision decide(const World& world, const Command&, const DeletePolicy& del, const Moment&) {
  if (const auto policy = existing(world, del.policy); !policy) return fail(policy.error());
  for (const auto& [id, policy] : world.policies.policies) {
    if (policy.parent == del.policy) {
      return refuse("policy-has-children", "Policy " + id.value + " inherits from " +
                                               del.policy.value +
                                               "; give it another parent first.");
    }
  }
  const auto used_by =
      count_scope(world, Scope{ScopeKind::policy, del.policy.value, {}, std::nullopt}).total;
  if (used_by > 0) {
    return refuse("policy-in-use", std::to_string(used_by) + " computers use policy " +
                                       del.policy.value + "; assign them another one first.");
  }
  // Its settings end with it: a policy that later gets the name begins without any.
  std::vector<NewEvent> events;
  for (const auto& [key, value] : world.settings.of_policies) {
    if (key.first != del.policy) continue;
    events.push_back(NewEvent{stream_of_policy(del.policy),
                              PolicySettingChanged{del.policy, key.second, std::nullopt, value},
                              std::nullopt, Outcome::done});
  }
  events.push_back(NewEvent{stream_of_policy(del.policy), PolicyDeleted{del.policy}, std::nullopt,
                            Outcome::done});
  return events;
}

Decision decide(const World& world, const Command&, const AssignRules& wanted, const Moment&) {
  const auto found = existing(world, wanted.policy);
  if (!found) return fail(found.error());
  const Policy& policy = **found;
  auto wish = named(world, wanted);
  if (!wish) return fail(wish.error());
  add_covered(world, *wish);
  RulesAssigned assigned{wanted.policy, {}, {}, {}, false};
  for (const auto id : wish->rules) {
    if (!policy.rules.contains(id)) assigned.rules.push_back(id);
  }
  for (const auto& type : wish->application_types) {
    if (!policy.application_types.contains(type)) assigned.application_types.push_back(type);
  }
  for (const auto module : wish->modules) {
    if (!policy.modules.contains(module)) assigned.modules.push_back(module);
  }
  if (assigned.rules.empty() && assigned.application_types.empty() && assigned.modules.empty()) {
    return no_events();
  }
  std::vector<NewEvent> events;
  Policies after = world.policies;
  assign(after.policies[wanted.policy], assigned);
  in_chunks(wanted.policy, std::move(assigned), std::nullopt, events);
  follow(world, after, events);
  return events;
}

Decision decide(const World& world, const Command&, const UnassignRules& wanted, const Moment&) {
  const auto found = existing(world, wanted.policy);
  if (!found) return fail(found.error());
  const Policy& policy = **found;
  auto wish = named(world, wanted);
  if (!wish) return fail(wish.error());
  add_covered(world, policy, *wish);
  RulesUnassigned unassigned{wanted.policy, {}, {}, {}};
  for (const auto id : wish->rules) {
    if (policy.rules.contains(id)) unassigned.rules.push_back(id);
  }
  for (const auto& type : wish->application_types) {
    if (policy.application_types.contains(type)) unassigned.application_types.push_back(type);
  }
  for (const auto module : wish->modules) {
    if (policy.modules.contains(module)) unassigned.modules.push_back(module);
  }
  if (unassigned.rules.empty() && unassigned.application_types.empty() &&
      unassigned.modules.empty()) {
    return no_events();
  }
  std::vector<NewEvent> events;
  Policies after = world.policies;
  unassign(after.policies[wanted.policy], unassigned);
  in_chunks(wanted.policy, std::move(unassigned), std::nullopt, events);
  follow(world, after, events);
  return events;
}

// -- The fold ----------------------------------------------------------------------------------

void evolve(World& world, const Event& event, const PolicyCreated& created) {
  auto& policy = world.policies.policies[created.policy];
  policy = Policy{};
  policy.parent = created.parent;
  policy.description = created.description;
  policy.ruleset.policy = created.policy;
  policy.ruleset.ruleset = ruleset_digest({});
  policy.ruleset_since = event.position;
  policy.ruleset_since_time = event.recorded_at;
}

void evolve(World& world, const Event&, const PolicyChanged& changed) {
  auto& policy = world.policies.policies[changed.policy];
  policy.parent = changed.parent;
  policy.description = changed.description;
}

void evolve(World& world, const Event&, const PolicyDeleted& deleted) {
  world.policies.policies.erase(deleted.policy);
}

void evolve(World& world, const Event&, const RulesAssigned& assigned) {
  assign(world.policies.policies[assigned.policy], assigned);
}

void evolve(World& world, const Event&, const RulesUnassigned& unassigned) {
  unassign(world.policies.policies[unassigned.policy], unassigned);
}

void evolve(World& world, const Event& event, const PolicyRulesetChanged& changed) {
  auto& policy = world.policies.policies[changed.policy];
  policy.ruleset = changed;
  policy.ruleset_since = event.position;
  policy.ruleset_since_time = event.recorded_at;
}

void evolve(World&, const Event&, const PolicySendFailed&) {}

}  // namespace ledger::domain

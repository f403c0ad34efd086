// Policies: which rules a computer that uses one is to run, by inheritance, under the update in
// force.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/domain/decider.h"
#include "ledger/domain/rule_updates.h"

namespace ledger::domain {

struct Policy {
  std::optional<PolicyId> parent;
  std::string description;
  std::set<RuleId> rules;  // Assigned here; some may be absent from an update.
  std::set<std::string>
      application_types;         // New auto-assignable rules of these come by themselves.
  std::set<Module> modules;      // The same for all application types of a module.
  PolicyRulesetChanged ruleset;  // What its computers are to run.
  Position ruleset_since;
  Time ruleset_since_time;
};

struct Policies {
  std::map<PolicyId, Policy> policies;

  const Policy* find(const PolicyId& id) const;
  bool is_within(const PolicyId& id, const PolicyId& ancestor) const;  // Itself included.
};

// The rules a policy amounts to under `rules`: its own and its ancestors', by id.
Rules resolve(const Policies& policies, const PolicyId& policy, const Rules& rules);
// SHA-256 over id, version and body digest of each rule in order: two computers with the same rules
// in effect report the same.
Digest ruleset_digest(const Rules& rules);

// One PolicyRulesetChanged for each policy that amounts to something else under `after` and
// `update` than it does in the world; `cause` is the event of the decision that brings it about.
void ruleset_changes(const World& world, const Policies& after,
                     const std::optional<RuleUpdateId>& update, const Rules& rules,
                     std::optional<std::size_t> cause, std::vector<NewEvent>& events);
// RulesAssigned for rules that were never in force before, are auto-assignable, and whose
// application type a policy already has; also changes `policies`.
void auto_assign(Policies& policies, const std::set<RuleId>& ever_in_force, const Rules& rules,
                 std::optional<std::size_t> cause, std::vector<NewEvent>& events);
// As an assignment changes a policy; the fold and the decisions share it.
void assign(Policy& policy, const RulesAssigned& assigned);
void unassign(Policy& policy, const RulesUnassigned& unassigned);

Decision decide(const World&, const Command&, const CreatePolicy&, const Moment&);
Decision decide(const World&, const Command&, const ChangePolicy&, const Moment&);
Decision decide(const World&, const Command&, const DeletePolicy&, const Moment&);
Decision decide(const World&, const Command&, const AssignRules&, const Moment&);
Decision decide(const World&, const Command&, const UnassignRules&, const Moment&);

void evolve(World&, const Event&, const PolicyCreated&);
void evolve(World&, const Event&, const PolicyChanged&);
void evolve(World&, const Event&, const PolicyDeleted&);
void evolve(World&, const Event&, const RulesAssigned&);
void evolve(World&, const Event&, const RulesUnassigned&);
void evolve(World&, const Event&, const PolicyRulesetChanged&);
void evolve(World&, const Event&, const PolicySendFailed&);

}  // namespace ledger::domain

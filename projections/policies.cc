#include "projections/policies.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

// The row as the world has it.
void project_policy(const Event& event, const domain::PolicyId& id, const World& world,
                    Rows& rows) {
  const domain::Policy* policy = world.policies.find(id);
  if (policy == nullptr) return rows.erase(View::policies, id.value);
  PolicyRow row;
  row.policy = id;
  row.parent = policy->parent;
  row.description = policy->description;
  row.rules.assign(policy->rules.begin(), policy->rules.end());
  row.application_types.assign(policy->application_types.begin(), policy->application_types.end());
  row.modules.assign(policy->modules.begin(), policy->modules.end());
  row.update = policy->ruleset.update;
  row.ruleset = policy->ruleset.ruleset;
  row.ruleset_rules = policy->ruleset.rules;
  row.ruleset_since = policy->ruleset_since_time;
  row.ruleset_position = policy->ruleset_since;
  row.changed = mark_of(event);
  rows.set(View::policies, id.value, row);
}

}  // namespace

void project(const Event& event, const domain::PolicyCreated& created, const World& world,
             Rows& rows) {
  project_policy(event, created.policy, world, rows);
}

void project(const Event& event, const domain::PolicyChanged& changed, const World& world,
             Rows& rows) {
  project_policy(event, changed.policy, world, rows);
}

void project(const Event& event, const domain::PolicyDeleted& deleted, const World& world,
             Rows& rows) {
  project_policy(event, deleted.policy, world, rows);
}

void project(const Event& event, const domain::RulesAssigned& assigned, const World& world,
             Rows& rows) {
  project_policy(event, assigned.policy, world, rows);
}

void project(const Event& event, const domain::RulesUnassigned& unassigned, const World& world,
             Rows& rows) {
  project_policy(event, unassigned.policy, world, rows);
}

void project(const Event& event, const domain::PolicyRulesetChanged& changed, const World& world,
             Rows& rows) {
  project_policy(event, changed.policy, world, rows);
}

}  // namespace projections

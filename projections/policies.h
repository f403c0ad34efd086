// What each policy assigns, and what its computers are to run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View policies, by policy.
struct PolicyRow {
  domain::PolicyId policy;
  std::optional<domain::PolicyId> parent;
  std::string description;
  std::vector<domain::RuleId> rules;  // Assigned here, not by an ancestor.
  std::vector<std::string> application_types;
  std::vector<domain::Module> modules;
  std::optional<domain::RuleUpdateId> update;  // That the ruleset comes from.
  domain::Digest ruleset;                      // What its computers are to run.
  std::uint32_t ruleset_rules = 0;             // How many that are.
  domain::Time ruleset_since;
  domain::Position ruleset_position;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("policy", &PolicyRow::policy), field("parent", &PolicyRow::parent),
        field("description", &PolicyRow::description), field("rules", &PolicyRow::rules),
        field("application_types", &PolicyRow::application_types),
        field("modules", &PolicyRow::modules), field("update", &PolicyRow::update),
        field("ruleset", &PolicyRow::ruleset), field("ruleset_rules", &PolicyRow::ruleset_rules),
        field("ruleset_since", &PolicyRow::ruleset_since),
        field("ruleset_position", &PolicyRow::ruleset_position),
        field("changed", &PolicyRow::changed));
  }
  bool operator==(const PolicyRow&) const = default;
};

void project(const domain::Event&, const domain::PolicyCreated&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::PolicyChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::PolicyDeleted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RulesAssigned&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RulesUnassigned&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::PolicyRulesetChanged&, const domain::World&,
             Rows&);

}  // namespace projections

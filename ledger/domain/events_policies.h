// Policies: which rules apply to the computers that use them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A policy without rules of its own; it inherits its parent's.
struct PolicyCreated {
  PolicyId policy;
  std::optional<PolicyId> parent;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicyCreated::policy),
                      field("parent", &PolicyCreated::parent),
                      field("description", &PolicyCreated::description));
  }
  bool operator==(const PolicyCreated&) const = default;
};

// Parent or description.
struct PolicyChanged {
  PolicyId policy;
  std::optional<PolicyId> parent;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicyChanged::policy),
                      field("parent", &PolicyChanged::parent),
                      field("description", &PolicyChanged::description));
  }
  bool operator==(const PolicyChanged&) const = default;
};

// Only without children and computers.
struct PolicyDeleted {
  PolicyId policy;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicyDeleted::policy));
  }
  bool operator==(const PolicyDeleted&) const = default;
};

// Rules by id; an application type or module assigned here also lets new auto-assignable rules in.
struct RulesAssigned {
  PolicyId policy;
  std::vector<RuleId> rules;
  std::vector<std::string> application_types;
  std::vector<Module> modules;
  bool automatic = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("policy", &RulesAssigned::policy), field("rules", &RulesAssigned::rules),
        field("application_types", &RulesAssigned::application_types),
        field("modules", &RulesAssigned::modules), field("automatic", &RulesAssigned::automatic));
  }
  bool operator==(const RulesAssigned&) const = default;
};

// The reverse.
struct RulesUnassigned {
  PolicyId policy;
  std::vector<RuleId> rules;
  std::vector<std::string> application_types;
  std::vector<Module> modules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &RulesUnassigned::policy),
                      field("rules", &RulesUnassigned::rules),
                      field("application_types", &RulesUnassigned::application_types),
                      field("modules", &RulesUnassigned::modules));
  }
  bool operator==(const RulesUnassigned&) const = default;
};

// What the policy's computers are to run from now on.
struct PolicyRulesetChanged {
  PolicyId policy;
  std::optional<RuleUpdateId> update;
  Digest ruleset;
  std::uint32_t rules = 0;
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t changed = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicyRulesetChanged::policy),
                      field("update", &PolicyRulesetChanged::update),
                      field("ruleset", &PolicyRulesetChanged::ruleset),
                      field("rules", &PolicyRulesetChanged::rules),
                      field("added", &PolicyRulesetChanged::added),
                      field("removed", &PolicyRulesetChanged::removed),
                      field("changed", &PolicyRulesetChanged::changed));
  }
  bool operator==(const PolicyRulesetChanged&) const = default;
};

// A policy could not be sent to a computer.
struct PolicySendFailed {
  PolicyId policy;
  ComputerId computer;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicySendFailed::policy),
                      field("computer", &PolicySendFailed::computer),
                      field("detail", &PolicySendFailed::detail));
  }
  bool operator==(const PolicySendFailed&) const = default;
};

}  // namespace ledger::domain

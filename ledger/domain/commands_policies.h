// Commands on policies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A new policy.
struct CreatePolicy {
  PolicyId policy;
  std::optional<PolicyId> parent;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &CreatePolicy::policy),
                      field("parent", &CreatePolicy::parent),
                      field("description", &CreatePolicy::description));
  }
  bool operator==(const CreatePolicy&) const = default;
};

// Parent and description.
struct ChangePolicy {
  PolicyId policy;
  std::optional<PolicyId> parent;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &ChangePolicy::policy),
                      field("parent", &ChangePolicy::parent),
                      field("description", &ChangePolicy::description));
  }
  bool operator==(const ChangePolicy&) const = default;
};

// Without children and computers.
struct DeletePolicy {
  PolicyId policy;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &DeletePolicy::policy));
  }
  bool operator==(const DeletePolicy&) const = default;
};

// By id, application type or module.
struct AssignRules {
  PolicyId policy;
  std::vector<RuleId> rules;
  std::vector<std::string> application_types;
  std::vector<Module> modules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &AssignRules::policy), field("rules", &AssignRules::rules),
                      field("application_types", &AssignRules::application_types),
                      field("modules", &AssignRules::modules));
  }
  bool operator==(const AssignRules&) const = default;
};

// The reverse.
struct UnassignRules {
  PolicyId policy;
  std::vector<RuleId> rules;
  std::vector<std::string> application_types;
  std::vector<Module> modules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &UnassignRules::policy),
                      field("rules", &UnassignRules::rules),
                      field("application_types", &UnassignRules::application_types),
                      field("modules", &UnassignRules::modules));
  }
  bool operator==(const UnassignRules&) const = default;
};

}  // namespace ledger::domain

// The rules that a policy amounts to: its own and its ancestors', under the update in force.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/result.h"
#include "projections/page.h"
#include "projections/policies.h"
#include "projections/snapshot.h"

namespace projections {

struct PolicyRule {
  domain::RuleId id;
  domain::PolicyId assigned_by;  // The policy itself, or its nearest ancestor that assigns it.
  domain::Module module{};
  std::string name;
  std::uint32_t version = 0;
  domain::RuleSeverity severity{};
  std::string application_type;
  std::vector<std::string> cves;
  domain::Digest body;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("id", &PolicyRule::id), field("assigned_by", &PolicyRule::assigned_by),
                      field("module", &PolicyRule::module), field("name", &PolicyRule::name),
                      field("version", &PolicyRule::version),
                      field("severity", &PolicyRule::severity),
                      field("application_type", &PolicyRule::application_type),
                      field("cves", &PolicyRule::cves), field("body", &PolicyRule::body));
  }
  bool operator==(const PolicyRule&) const = default;
};

// By id. Errors: not_found ("policy-unknown"), invalid ("filter-..."), corrupt, io.
ledger::Result<Page<PolicyRule>> policy_ruleset(const Snapshot& snapshot,
                                                const domain::PolicyId& policy,
                                                const ListQuery& query);

// A policy and its ancestors, nearest first. Errors: not_found ("policy-unknown"), corrupt, io.
ledger::Result<std::vector<PolicyRow>> policy_line(const Snapshot& snapshot,
                                                   const domain::PolicyId& policy);

}  // namespace projections

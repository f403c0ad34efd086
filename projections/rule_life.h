// The life of one rule: which updates carried it in which version, when it was in force, and which
// policies use it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/since.h"
#include "ledger/result.h"
#include "projections/view_store.h"

namespace projections {

enum class RuleStep { introduced, changed, removed, returned };
constexpr auto enum_names(RuleStep) {
  return std::array<std::string_view, 4>{"introduced", "changed", "removed", "returned"};
}

// What an update did to the rule against the update before it; in the order of updates.
struct RuleLifeStep {
  RuleStep step{};
  domain::RuleUpdateId update;
  std::uint32_t version = 0;  // 0: removed.
  domain::Time imported_at;
  domain::Position imported_position;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("step", &RuleLifeStep::step), field("update", &RuleLifeStep::update),
                      field("version", &RuleLifeStep::version),
                      field("imported_at", &RuleLifeStep::imported_at),
                      field("imported_position", &RuleLifeStep::imported_position));
  }
  bool operator==(const RuleLifeStep&) const = default;
};

// A time during which an update that carries the rule was in force; oldest first.
struct RuleInForce {
  domain::RuleUpdateId update;
  std::uint32_t version = 0;
  domain::Since from;
  std::optional<domain::Since> to;  // Absent: still.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("update", &RuleInForce::update),
                      field("version", &RuleInForce::version), field("from", &RuleInForce::from),
                      field("to", &RuleInForce::to));
  }
  bool operator==(const RuleInForce&) const = default;
};

struct RulePolicy {
  domain::PolicyId policy;
  domain::PolicyId assigned_by;  // Itself, or the nearest ancestor that assigns it.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("policy", &RulePolicy::policy),
                      field("assigned_by", &RulePolicy::assigned_by));
  }
  bool operator==(const RulePolicy&) const = default;
};

struct RuleLife {
  domain::Rule rule;  // As the update in force carries it; else as the newest that did.
  bool in_force = false;
  std::vector<RuleLifeStep> life;
  std::vector<RuleInForce> in_force_times;
  std::vector<RulePolicy> policies;  // By policy.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("rule", &RuleLife::rule), field("in_force", &RuleLife::in_force),
                      field("life", &RuleLife::life),
                      field("in_force_times", &RuleLife::in_force_times),
                      field("policies", &RuleLife::policies));
  }
  bool operator==(const RuleLife&) const = default;
};

// As of the event at `at`. Cost: the updates ever imported, the policies.
// Errors: not_found ("rule-unknown": no update carried it by then), corrupt, io.
ledger::Result<RuleLife> rule_life(const ViewStore& store, domain::Position at,
                                   domain::RuleId rule);

}  // namespace projections

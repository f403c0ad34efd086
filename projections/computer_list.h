// Computers with their status, why and since when; lists by any of it, counts by kind, and one
// computer in full. Costs the buckets and the page, not the fleet.
//
// A filter may ask for: computer, name, platform, modules, policy, group, relay_group,
// agent_version, labels, components ("virus-pattern", or "virus-pattern/19.123.00"), ruleset,
// rule_update, status, behind (components that are not at the version expected, "rules" for
// rules), last_contact (only if the query can tell it).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "projections/overview_query.h"
#include "projections/page.h"
#include "projections/snapshot.h"

namespace projections {

// When a computer was last heard, which no view knows; absent: not known.
using LastContact = std::function<std::optional<domain::Time>(std::string_view computer)>;

struct ComputerItem {
  domain::ComputerId computer;
  std::string name;
  domain::ComputerStatus status{};
  domain::Since since;  // The event that made it so.
  std::string reason;   // A sentence for people.
  std::vector<domain::ComponentName> behind;
  bool rules_behind = false;
  std::optional<domain::InstructionId> instruction;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::RuleUpdateId> rule_update;
  domain::Platform platform;
  std::optional<domain::GroupId> group;
  domain::RelayGroupId relay_group;
  std::string agent_version;
  std::vector<domain::Module> modules;
  std::vector<std::string> labels;
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::Digest> ruleset;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("computer", &ComputerItem::computer), field("name", &ComputerItem::name),
        field("status", &ComputerItem::status), field("since", &ComputerItem::since),
        field("reason", &ComputerItem::reason), field("behind", &ComputerItem::behind),
        field("rules_behind", &ComputerItem::rules_behind),
        field("instruction", &ComputerItem::instruction), field("policy", &ComputerItem::policy),
        field("rule_update", &ComputerItem::rule_update),
        field("platform", &ComputerItem::platform), field("group", &ComputerItem::group),
        field("relay_group", &ComputerItem::relay_group),
        field("agent_version", &ComputerItem::agent_version),
        field("modules", &ComputerItem::modules), field("labels", &ComputerItem::labels),
        field("components", &ComputerItem::components), field("ruleset", &ComputerItem::ruleset));
  }
  bool operator==(const ComputerItem&) const = default;
};

enum class ComputerOrder { by_computer, by_name };

// Those of one name by computer. Removed ones are left out. Cost, by name: where few may match, all
// of those are sorted; else names are walked, and who does not match is passed over.
// Errors: invalid ("filter-...", of the filter's text or of a field that is not there;
// "filter-field-not-recorded": of last_contact, which is not given), corrupt, io. Thread: any.
ledger::Result<Page<ComputerItem>> list_computers(const Snapshot& snapshot, const ListQuery& query,
                                                  const LastContact& last_contact = nullptr,
                                                  ComputerOrder order = ComputerOrder::by_computer);

// Whether it is a filter over what is recorded of computers. Errors: invalid ("filter-...").
ledger::Result<void> check_computer_filter(std::string_view filter);

struct ComputersCounted {
  std::uint64_t computers = 0;
  std::uint64_t passed = 0;  // Rows that were looked at; none where buckets tell.
};
// How many a list would show. Cost: the buckets, and the computers of those that may match if the
// filter asks for what is each one's own. After `passed_max` rows the others are taken to match as
// often as those. Errors: as list_computers.
ledger::Result<ComputersCounted> count_computers(const Snapshot& snapshot, std::string_view filter,
                                                 std::size_t passed_max = every);

struct FacetCount {
  std::string value;  // Empty: none.
  std::uint64_t computers = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("value", &FacetCount::value),
                      field("computers", &FacetCount::computers));
  }
  bool operator==(const FacetCount&) const = default;
};

struct ComputerFacets {
  std::uint64_t total = 0;
  StatusCounts by_status;
  std::vector<FacetCount> policies;  // Each by value.
  std::vector<FacetCount> platforms;
  std::vector<FacetCount> groups;
  std::vector<FacetCount> relay_groups;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("total", &ComputerFacets::total), field("by_status", &ComputerFacets::by_status),
        field("policies", &ComputerFacets::policies),
        field("platforms", &ComputerFacets::platforms), field("groups", &ComputerFacets::groups),
        field("relay_groups", &ComputerFacets::relay_groups));
  }
  bool operator==(const ComputerFacets&) const = default;
};

// Of the computers that pass the filter, which may ask for what buckets know only: not for
// computer, name, agent_version, labels, rule_update, last_contact. Errors: as list_computers.
ledger::Result<ComputerFacets> computer_facets(const Snapshot& snapshot, std::string_view filter);

struct ExpectedComponent {
  domain::ComponentName component;
  std::string running;  // Empty: nothing.
  std::string expected;
  std::optional<domain::Since> behind_since;  // Absent: it is not behind.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("component", &ExpectedComponent::component),
                      field("running", &ExpectedComponent::running),
                      field("expected", &ExpectedComponent::expected),
                      field("behind_since", &ExpectedComponent::behind_since));
  }
  bool operator==(const ExpectedComponent&) const = default;
};

struct ComputerDetail {
  ComputerItem item;
  bool removed = false;  // Then its status, and what is expected, say nothing.
  domain::ComputerMoments moments;
  std::vector<ExpectedComponent> expected;
  std::optional<domain::ExpectedRuleset> expected_ruleset;
  std::vector<domain::InstructionId> owed;  // Instructions it has not answered.
  bool is_relay = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("item", &ComputerDetail::item), field("removed", &ComputerDetail::removed),
        field("moments", &ComputerDetail::moments), field("expected", &ComputerDetail::expected),
        field("expected_ruleset", &ComputerDetail::expected_ruleset),
        field("owed", &ComputerDetail::owed), field("is_relay", &ComputerDetail::is_relay));
  }
  bool operator==(const ComputerDetail&) const = default;
};

// Errors: not_found ("computer-unknown"), corrupt, io. Thread: any.
ledger::Result<ComputerDetail> find_computer(const Snapshot& snapshot,
                                             const domain::ComputerId& computer);
// The same for whoever has at hand what was expected then.
ledger::Result<ComputerDetail> find_computer(const Snapshot& snapshot,
                                             const domain::ComputerId& computer,
                                             const domain::Expectations& expectations);

}  // namespace projections

// All settings: what each is, what it means, since when and by whom, and where a policy has its
// own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/settings.h"
#include "ledger/result.h"
#include "projections/mark.h"
#include "projections/snapshot.h"

namespace projections {

struct PolicyOverride {
  domain::PolicyId policy;
  std::string value;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("policy", &PolicyOverride::policy),
                      field("value", &PolicyOverride::value),
                      field("changed", &PolicyOverride::changed));
  }
  bool operator==(const PolicyOverride&) const = default;
};

struct SettingItem {
  domain::SettingName name{};
  std::string value;
  std::string standard;  // The default.
  std::string meaning;   // For people.
  std::string kind;      // "flag", "number", "duration", "url".
  bool per_policy = false;
  std::optional<Mark> changed;           // Absent: it never was.
  std::vector<PolicyOverride> policies;  // By policy.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("name", &SettingItem::name), field("value", &SettingItem::value),
        field("default", &SettingItem::standard), field("meaning", &SettingItem::meaning),
        field("kind", &SettingItem::kind), field("per_policy", &SettingItem::per_policy),
        field("changed", &SettingItem::changed), field("policies", &SettingItem::policies));
  }
  bool operator==(const SettingItem&) const = default;
};

// In the order of SettingName. Errors: corrupt, io.
ledger::Result<std::vector<SettingItem>> list_settings(const Snapshot& snapshot);
// Errors: corrupt, io.
ledger::Result<SettingItem> find_setting(const Snapshot& snapshot, domain::SettingName name);

}  // namespace projections

// Settings that were ever changed; the others have their defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View settings, by name.
struct SettingRow {
  domain::SettingName name{};
  std::string value;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &SettingRow::name), field("value", &SettingRow::value),
                      field("changed", &SettingRow::changed));
  }
  bool operator==(const SettingRow&) const = default;
};

// View policy_settings, by policy and name.
struct PolicySettingRow {
  domain::PolicyId policy;
  domain::SettingName name{};
  std::string value;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("policy", &PolicySettingRow::policy), field("name", &PolicySettingRow::name),
        field("value", &PolicySettingRow::value), field("changed", &PolicySettingRow::changed));
  }
  bool operator==(const PolicySettingRow&) const = default;
};

void project(const domain::Event&, const domain::SettingChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::PolicySettingChanged&, const domain::World&,
             Rows&);

}  // namespace projections

// Settings: every change is an event, so every setting can be read as of any time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A setting of the whole product.
struct SettingChanged {
  SettingName name{};
  std::string value;
  std::string previous;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("name", &SettingChanged::name), field("value", &SettingChanged::value),
                      field("previous", &SettingChanged::previous));
  }
  bool operator==(const SettingChanged&) const = default;
};

// A policy's own value of a setting, or its end.
struct PolicySettingChanged {
  PolicyId policy;
  SettingName name{};
  std::optional<std::string> value;  // Absent: the product's value counts again.
  std::optional<std::string> previous;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &PolicySettingChanged::policy),
                      field("name", &PolicySettingChanged::name),
                      field("value", &PolicySettingChanged::value),
                      field("previous", &PolicySettingChanged::previous));
  }
  bool operator==(const PolicySettingChanged&) const = default;
};

}  // namespace ledger::domain

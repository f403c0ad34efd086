// Commands on settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// Of the whole product.
struct ChangeSetting {
  SettingName name{};
  std::string value;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("name", &ChangeSetting::name), field("value", &ChangeSetting::value));
  }
  bool operator==(const ChangeSetting&) const = default;
};

// A policy's own value; absent: the product's counts again.
struct ChangePolicySetting {
  PolicyId policy;
  SettingName name{};
  std::optional<std::string> value;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &ChangePolicySetting::policy),
                      field("name", &ChangePolicySetting::name),
                      field("value", &ChangePolicySetting::value));
  }
  bool operator==(const ChangePolicySetting&) const = default;
};

}  // namespace ledger::domain

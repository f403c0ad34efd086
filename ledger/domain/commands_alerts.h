// Commands on alerts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// Somebody has seen it.
struct AcknowledgeAlert {
  AlertId alert;
  std::string note;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &AcknowledgeAlert::alert),
                      field("note", &AcknowledgeAlert::note));
  }
  bool operator==(const AcknowledgeAlert&) const = default;
};

// For kinds that a person may end.
struct DismissAlert {
  AlertId alert;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &DismissAlert::alert));
  }
  bool operator==(const DismissAlert&) const = default;
};

// On or off, and how loud.
struct ConfigureAlertType {
  AlertType type{};
  bool enabled = false;
  AlertSeverity severity{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("type", &ConfigureAlertType::type),
                      field("enabled", &ConfigureAlertType::enabled),
                      field("severity", &ConfigureAlertType::severity));
  }
  bool operator==(const ConfigureAlertType&) const = default;
};

}  // namespace ledger::domain

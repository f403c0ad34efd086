// Alerts: conditions that somebody should know of, from when they first held until they end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A condition holds.
struct AlertRaised {
  AlertId alert;
  AlertType type{};
  AlertSeverity severity{};
  std::string subject;  // Empty: the whole product.
  Time first_true_at;
  std::string summary;
  std::uint64_t count = 0;  // Subjects concerned.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &AlertRaised::alert), field("type", &AlertRaised::type),
                      field("severity", &AlertRaised::severity),
                      field("subject", &AlertRaised::subject),
                      field("first_true_at", &AlertRaised::first_true_at),
                      field("summary", &AlertRaised::summary), field("count", &AlertRaised::count));
  }
  bool operator==(const AlertRaised&) const = default;
};

// It still holds, for another number of subjects.
struct AlertChanged {
  AlertId alert;
  std::string summary;
  std::uint64_t count = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &AlertChanged::alert),
                      field("summary", &AlertChanged::summary),
                      field("count", &AlertChanged::count));
  }
  bool operator==(const AlertChanged&) const = default;
};

// The condition holds no longer, or somebody dismissed the alert.
struct AlertEnded {
  AlertId alert;
  bool dismissed = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &AlertEnded::alert),
                      field("dismissed", &AlertEnded::dismissed));
  }
  bool operator==(const AlertEnded&) const = default;
};

// Somebody has seen it and says so.
struct AlertAcknowledged {
  AlertId alert;
  std::string note;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("alert", &AlertAcknowledged::alert),
                      field("note", &AlertAcknowledged::note));
  }
  bool operator==(const AlertAcknowledged&) const = default;
};

// Whether such alerts are raised, and how loud.
struct AlertTypeConfigured {
  AlertType type{};
  bool enabled = false;
  AlertSeverity severity{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("type", &AlertTypeConfigured::type),
                      field("enabled", &AlertTypeConfigured::enabled),
                      field("severity", &AlertTypeConfigured::severity));
  }
  bool operator==(const AlertTypeConfigured&) const = default;
};

}  // namespace ledger::domain

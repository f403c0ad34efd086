// Alerts, open and ended, and which types are raised.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View alerts, by alert.
struct AlertRow {
  domain::AlertId alert;
  domain::AlertType type{};
  domain::AlertSeverity severity{};
  std::string subject;  // Empty: the whole product.
  domain::Time first_true_at;
  domain::Time raised_at;
  std::string summary;
  std::uint64_t count = 0;
  bool open = false;
  bool dismissed = false;
  bool acknowledged = false;
  std::string note;  // Of the one who acknowledged it.
  std::optional<domain::Time> ended_at;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("alert", &AlertRow::alert), field("type", &AlertRow::type),
        field("severity", &AlertRow::severity), field("subject", &AlertRow::subject),
        field("first_true_at", &AlertRow::first_true_at), field("raised_at", &AlertRow::raised_at),
        field("summary", &AlertRow::summary), field("count", &AlertRow::count),
        field("open", &AlertRow::open), field("dismissed", &AlertRow::dismissed),
        field("acknowledged", &AlertRow::acknowledged), field("note", &AlertRow::note),
        field("ended_at", &AlertRow::ended_at), field("changed", &AlertRow::changed));
  }
  bool operator==(const AlertRow&) const = default;
};

// View alert_types, by type; only those that were ever changed.
struct AlertTypeRow {
  domain::AlertType type{};
  bool enabled = false;
  domain::AlertSeverity severity{};
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("type", &AlertTypeRow::type), field("enabled", &AlertTypeRow::enabled),
                      field("severity", &AlertTypeRow::severity),
                      field("changed", &AlertTypeRow::changed));
  }
  bool operator==(const AlertTypeRow&) const = default;
};

void project(const domain::Event&, const domain::AlertRaised&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::AlertChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::AlertEnded&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::AlertAcknowledged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::AlertTypeConfigured&, const domain::World&, Rows&);

}  // namespace projections

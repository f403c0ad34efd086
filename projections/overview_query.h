// The one look: source, manager, relays, computers, alerts, as the field's consoles show it. Sums
// over buckets; its cost does not depend on the number of computers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/expectations.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "projections/snapshot.h"

namespace projections {

struct OverviewSource {
  domain::SourceId source;
  std::string url;
  bool enabled = false;
  bool checking = false;
  bool reachable = false;
  std::optional<domain::Time> unreachable_since;
  std::string detail;  // Why it cannot be reached, or what could not be verified.
  std::optional<domain::Time> last_success;
  std::optional<domain::Time> metadata_expires_at;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("source", &OverviewSource::source), field("url", &OverviewSource::url),
                      field("enabled", &OverviewSource::enabled),
                      field("checking", &OverviewSource::checking),
                      field("reachable", &OverviewSource::reachable),
                      field("unreachable_since", &OverviewSource::unreachable_since),
                      field("detail", &OverviewSource::detail),
                      field("last_success", &OverviewSource::last_success),
                      field("metadata_expires_at", &OverviewSource::metadata_expires_at));
  }
  bool operator==(const OverviewSource&) const = default;
};

struct OverviewManager {
  std::optional<domain::Time> last_check;
  std::optional<domain::Time> next_check;  // Of the scheduled tasks that check.
  std::optional<domain::Time> last_download;
  std::optional<domain::Time> last_verification;  // Of the ledger itself.
  bool last_verification_sound = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("last_check", &OverviewManager::last_check),
                      field("next_check", &OverviewManager::next_check),
                      field("last_download", &OverviewManager::last_download),
                      field("last_verification", &OverviewManager::last_verification),
                      field("last_verification_sound", &OverviewManager::last_verification_sound));
  }
  bool operator==(const OverviewManager&) const = default;
};

struct OverviewRuleUpdates {
  std::optional<domain::RuleUpdateId> in_force;
  std::optional<domain::Time> in_force_since;
  std::optional<domain::RuleUpdateId> newest;  // Of those not deleted.
  std::uint64_t available = 0;                 // Not deleted.
  std::uint64_t holds = 0;                     // Open ones.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("in_force", &OverviewRuleUpdates::in_force),
                      field("in_force_since", &OverviewRuleUpdates::in_force_since),
                      field("newest", &OverviewRuleUpdates::newest),
                      field("available", &OverviewRuleUpdates::available),
                      field("holds", &OverviewRuleUpdates::holds));
  }
  bool operator==(const OverviewRuleUpdates&) const = default;
};

struct OverviewRelays {
  std::uint64_t total = 0;
  std::uint64_t in_sync = 0;
  std::uint64_t out_of_sync = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("total", &OverviewRelays::total),
                      field("in_sync", &OverviewRelays::in_sync),
                      field("out_of_sync", &OverviewRelays::out_of_sync));
  }
  bool operator==(const OverviewRelays&) const = default;
};

struct StatusCounts {
  std::uint64_t up_to_date = 0;
  std::uint64_t out_of_date = 0;
  std::uint64_t pending = 0;
  std::uint64_t in_progress = 0;
  std::uint64_t failed = 0;
  std::uint64_t silent = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_applicable = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("up_to_date", &StatusCounts::up_to_date),
        field("out_of_date", &StatusCounts::out_of_date), field("pending", &StatusCounts::pending),
        field("in_progress", &StatusCounts::in_progress), field("failed", &StatusCounts::failed),
        field("silent", &StatusCounts::silent), field("unknown", &StatusCounts::unknown),
        field("not_applicable", &StatusCounts::not_applicable));
  }
  bool operator==(const StatusCounts&) const = default;
};
StatusCounts by_status(const domain::FleetCounts& counts);

struct OverviewComputers {
  std::uint64_t total = 0;
  StatusCounts by_status;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("total", &OverviewComputers::total),
                      field("by_status", &OverviewComputers::by_status));
  }
  bool operator==(const OverviewComputers&) const = default;
};

// Open ones.
struct OverviewAlerts {
  std::uint64_t critical = 0;
  std::uint64_t warning = 0;
  std::uint64_t info = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("critical", &OverviewAlerts::critical),
                      field("warning", &OverviewAlerts::warning),
                      field("info", &OverviewAlerts::info));
  }
  bool operator==(const OverviewAlerts&) const = default;
};

struct Overview {
  domain::Position position;
  std::vector<OverviewSource> sources;
  OverviewManager manager;
  OverviewRuleUpdates rule_updates;
  OverviewRelays relays;
  OverviewComputers computers;
  OverviewAlerts alerts;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &Overview::position), field("sources", &Overview::sources),
                      field("manager", &Overview::manager),
                      field("rule_updates", &Overview::rule_updates),
                      field("relays", &Overview::relays), field("computers", &Overview::computers),
                      field("alerts", &Overview::alerts));
  }
  bool operator==(const Overview&) const = default;
};

// Errors: corrupt, io. Thread: any.
ledger::Result<Overview> overview_at(const Snapshot& snapshot);

}  // namespace projections

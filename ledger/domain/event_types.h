// The words that events and commands share: enumerations and small values. What stands here stands
// in the log for ever: values are only ever added at the end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

using Platform = Id<struct PlatformTag>;            // "linux", "windows"; "all" for content of any.
using ComponentName = Id<struct ComponentNameTag>;  // "virus-pattern".

// -- Who and how it ended ----------------------------------------------------------------------

enum class ActorKind { system, user, token, agent, relay, schedule };
constexpr auto enum_names(ActorKind) {
  return std::array<std::string_view, 6>{"system", "user", "token", "agent", "relay", "schedule"};
}

enum class Authentication { none, token, session, certificate, local };
constexpr auto enum_names(Authentication) {
  return std::array<std::string_view, 5>{"none", "token", "session", "certificate", "local"};
}

struct Actor {
  ActorKind kind{};
  std::string id;
  std::string address;
  Authentication authentication{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("kind", &Actor::kind), field("id", &Actor::id),
                      field("address", &Actor::address),
                      field("authentication", &Actor::authentication));
  }
  bool operator==(const Actor&) const = default;
};

enum class Outcome { done, refused, failed };
constexpr auto enum_names(Outcome) {
  return std::array<std::string_view, 3>{"done", "refused", "failed"};
}

// -- Modules and rules -------------------------------------------------------------------------

enum class Module {
  anti_malware,
  firewall,
  intrusion_prevention,
  integrity_monitoring,
  log_inspection,
};
constexpr auto enum_names(Module) {
  return std::array<std::string_view, 5>{"anti_malware", "firewall", "intrusion_prevention",
                                         "integrity_monitoring", "log_inspection"};
}

enum class RuleSeverity { low, medium, high, critical };
constexpr auto enum_names(RuleSeverity) {
  return std::array<std::string_view, 4>{"low", "medium", "high", "critical"};
}

// One rule of one rule update. The body stays in the update's document, found by its digest.
struct Rule {
  RuleId id;
  Module module{};
  std::string name;
  std::uint32_t version = 0;
  RuleSeverity severity{};
  std::string application_type;
  std::vector<std::string> cves;
  bool auto_assignable = false;
  Digest body;
  std::uint32_t body_bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("id", &Rule::id), field("module", &Rule::module),
                      field("name", &Rule::name), field("version", &Rule::version),
                      field("severity", &Rule::severity),
                      field("application_type", &Rule::application_type),
                      field("cves", &Rule::cves), field("auto_assignable", &Rule::auto_assignable),
                      field("body", &Rule::body), field("body_bytes", &Rule::body_bytes));
  }
  bool operator==(const Rule&) const = default;
};

enum class ImportOrigin { file, check, bundle };
constexpr auto enum_names(ImportOrigin) {
  return std::array<std::string_view, 3>{"file", "check", "bundle"};
}

enum class PruneCause { manual, retention };
constexpr auto enum_names(PruneCause) {
  return std::array<std::string_view, 2>{"manual", "retention"};
}

enum class HoldEnd { manual, expired };
constexpr auto enum_names(HoldEnd) { return std::array<std::string_view, 2>{"manual", "expired"}; }

// -- Settings ----------------------------------------------------------------------------------

enum class SettingName {
  primary_source,
  agents_direct_when_relays_unavailable,
  agents_direct_when_manager_unavailable,
  auto_apply_rule_updates,
  rule_updates_kept,
  instruction_pending_alert_after,
  pattern_unused_alert_after,
  rule_update_unapplied_alert_after,
  relays_download_all_regions,
  heartbeat_interval,
  heartbeats_missed_until_silent,
};
constexpr auto enum_names(SettingName) {
  return std::array<std::string_view, 11>{"primary_source",
                                          "agents_direct_when_relays_unavailable",
                                          "agents_direct_when_manager_unavailable",
                                          "auto_apply_rule_updates",
                                          "rule_updates_kept",
                                          "instruction_pending_alert_after",
                                          "pattern_unused_alert_after",
                                          "rule_update_unapplied_alert_after",
                                          "relays_download_all_regions",
                                          "heartbeat_interval",
                                          "heartbeats_missed_until_silent"};
}

// -- Sources and relays ------------------------------------------------------------------------

enum class DownloadMode { check_only, check_and_download };
constexpr auto enum_names(DownloadMode) {
  return std::array<std::string_view, 2>{"check_only", "check_and_download"};
}

// Whose fault it was, as far as the one who tried can tell.
enum class SourceFault {
  none,
  name_not_resolved,
  connection_refused,
  timed_out,
  tls_failed,
  http_status,
  proxy_failed,
  not_found,
  metadata_expired,
  verification_failed,
  disk_full,
  other,
};
constexpr auto enum_names(SourceFault) {
  return std::array<std::string_view, 12>{"none",
                                          "name_not_resolved",
                                          "connection_refused",
                                          "timed_out",
                                          "tls_failed",
                                          "http_status",
                                          "proxy_failed",
                                          "not_found",
                                          "metadata_expired",
                                          "verification_failed",
                                          "disk_full",
                                          "other"};
}

// Why a relay does not serve the latest update. `none`: it does.
enum class SyncReason {
  none,
  air_gapped,
  unreachable,
  source_unreachable,
  disk_full,
  verification_failed,
  behind_parent,
  never_reported,
};
constexpr auto enum_names(SyncReason) {
  return std::array<std::string_view, 8>{
      "none",      "air_gapped",          "unreachable",   "source_unreachable",
      "disk_full", "verification_failed", "behind_parent", "never_reported"};
}

struct ComponentVersion {
  ComponentName component;
  std::string version;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("component", &ComponentVersion::component),
                      field("version", &ComponentVersion::version));
  }
  auto operator<=>(const ComponentVersion&) const = default;
};

// -- Computers ---------------------------------------------------------------------------------

// What an instruction or a task is for. A scope is a description, not a list: it is looked at when
// asked.
enum class ScopeKind { all, computers, group, group_tree, policy, policy_tree, relay_group };
constexpr auto enum_names(ScopeKind) {
  return std::array<std::string_view, 7>{"all",    "computers",   "group",      "group_tree",
                                         "policy", "policy_tree", "relay_group"};
}

struct Scope {
  ScopeKind kind{};
  std::string name;  // Of the group, policy or relay group.
  std::vector<ComputerId>
      computers;                   // Only for kind computers; a saved search is resolved to these.
  std::optional<SearchId> search;  // Where `computers` came from.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("kind", &Scope::kind), field("name", &Scope::name),
                      field("computers", &Scope::computers), field("search", &Scope::search));
  }
  bool operator==(const Scope&) const = default;
};

// A computer that the contact book has not heard for too long, and when it last did.
struct Unheard {
  ComputerId computer;
  Time last_contact;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &Unheard::computer),
                      field("last_contact", &Unheard::last_contact));
  }
  bool operator==(const Unheard&) const = default;
};

enum class InstructionAction { download_update, roll_back_patterns, send_policy };
constexpr auto enum_names(InstructionAction) {
  return std::array<std::string_view, 3>{"download_update", "roll_back_patterns", "send_policy"};
}

enum class UpdateFault {
  none,
  relay_unreachable,
  source_unreachable,
  verification_failed,
  disk_full,
  install_failed,
  hook_failed,
  agent_too_old,
  timed_out,
  other,
};
constexpr auto enum_names(UpdateFault) {
  return std::array<std::string_view, 10>{"none",
                                          "relay_unreachable",
                                          "source_unreachable",
                                          "verification_failed",
                                          "disk_full",
                                          "install_failed",
                                          "hook_failed",
                                          "agent_too_old",
                                          "timed_out",
                                          "other"};
}

// -- Alerts ------------------------------------------------------------------------------------

enum class AlertType {
  patterns_unused,
  rule_update_unapplied,
  instruction_overdue,
  update_failed,
  relay_out_of_sync,
  relay_unavailable,
  source_unreachable,
  content_verification_failed,
  metadata_expiring,
  metadata_expired,
  computer_silent,
  auto_apply_held,
  policy_send_failed,
  agent_too_old,
  disk_low,
  ledger_verification_failed,
  equivocation,
  clone_detected,
  witness_unreachable,
  recorded_time_ahead,
};
constexpr auto enum_names(AlertType) {
  return std::array<std::string_view, 20>{"patterns_unused",
                                          "rule_update_unapplied",
                                          "instruction_overdue",
                                          "update_failed",
                                          "relay_out_of_sync",
                                          "relay_unavailable",
                                          "source_unreachable",
                                          "content_verification_failed",
                                          "metadata_expiring",
                                          "metadata_expired",
                                          "computer_silent",
                                          "auto_apply_held",
                                          "policy_send_failed",
                                          "agent_too_old",
                                          "disk_low",
                                          "ledger_verification_failed",
                                          "equivocation",
                                          "clone_detected",
                                          "witness_unreachable",
                                          "recorded_time_ahead"};
}

enum class AlertSeverity { info, warning, critical };
constexpr auto enum_names(AlertSeverity) {
  return std::array<std::string_view, 3>{"info", "warning", "critical"};
}

// -- Access ------------------------------------------------------------------------------------

enum class Role { viewer, auditor, operator_, approver, admin, agent, relay, witness };
constexpr auto enum_names(Role) {
  return std::array<std::string_view, 8>{"viewer", "auditor", "operator", "approver",
                                         "admin",  "agent",   "relay",    "witness"};
}

// -- The ledger itself -------------------------------------------------------------------------

// A view's current rows, as a sum that does not depend on their order: 128 bits in two halves.
struct ViewDigest {
  std::string view;
  std::uint64_t rows = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("view", &ViewDigest::view), field("rows", &ViewDigest::rows),
                      field("high", &ViewDigest::high), field("low", &ViewDigest::low));
  }
  bool operator==(const ViewDigest&) const = default;
};

}  // namespace ledger::domain

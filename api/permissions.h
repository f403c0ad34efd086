// Who may do what: one table. A route names the permission that it needs; a role has permissions;
// what the table does not say is denied. Nothing gives a permission to change or delete history.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "api/http.h"

namespace api {

enum class Permission {
  public_,      // Anybody, without a credential: health and pages that say nothing of this ledger.
  signed_in,    // Any valid token: who am I.
  read,         // The fleet as it is and was: overview, computers, policies, updates, alerts.
  read_log,     // The record and its proofs: checkpoints, tiles, events.
  read_access,  // Users, tokens and what was refused to whom.
  export_,      // Documents and tables to carry away.
  verify,       // Costly checks of the record: verify, rebuild, replay.
  operate,      // Everyday work: check, download, send, instruct, acknowledge, run a task, plan.
  apply,        // Rules change: import, apply, roll back, reapply, delete updates; holds.
  configure,    // Sources, settings, policies, groups, relay groups, tasks, kinds of alerts.
  administer,   // Users, tokens, keys, backups.
  enrol,        // A computer joins; an enrolment token can do this and nothing else.
  agent,        // A computer speaks for itself: reports, takes instructions.
  relay,        // A relay speaks for itself: registers, reports what it distributes.
  content,      // The bytes of patterns and rule updates, for those who install or distribute them.
};
constexpr auto enum_names(Permission) {
  return std::array<std::string_view, 15>{
      "public", "signed_in", "read",       "read_log", "read_access", "export", "verify", "operate",
      "apply",  "configure", "administer", "enrol",    "agent",       "relay",  "content"};
}
inline constexpr std::size_t permissions_count = enum_names(Permission{}).size();

constexpr std::string_view name_of(Permission permission) {
  return enum_names(permission)[static_cast<std::size_t>(permission)];
}

// Whether the table gives `permission` to `role`. Thread: any.
bool allows(domain::Role role, Permission permission);

// The same for a caller; nobody has only what is public, and an enrolment token only `enrol`.
bool allows(const Caller* caller, Permission permission);

}  // namespace api

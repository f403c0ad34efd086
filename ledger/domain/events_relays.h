// Relay groups and relays: who distributes to whom, and what each relay serves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// Top groups pull from the primary source, sub-groups from their parent.
struct RelayGroupCreated {
  RelayGroupId relay_group;
  std::optional<RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &RelayGroupCreated::relay_group),
                      field("parent", &RelayGroupCreated::parent),
                      field("air_gapped", &RelayGroupCreated::air_gapped),
                      field("description", &RelayGroupCreated::description));
  }
  bool operator==(const RelayGroupCreated&) const = default;
};

// Parent, air gap or description.
struct RelayGroupChanged {
  RelayGroupId relay_group;
  std::optional<RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &RelayGroupChanged::relay_group),
                      field("parent", &RelayGroupChanged::parent),
                      field("air_gapped", &RelayGroupChanged::air_gapped),
                      field("description", &RelayGroupChanged::description));
  }
  bool operator==(const RelayGroupChanged&) const = default;
};

// Only without relays, computers and sub-groups.
struct RelayGroupDeleted {
  RelayGroupId relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &RelayGroupDeleted::relay_group));
  }
  bool operator==(const RelayGroupDeleted&) const = default;
};

// A computer took the relay role in a group.
struct RelayRegistered {
  ComputerId relay;
  RelayGroupId relay_group;
  std::string url;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RelayRegistered::relay),
                      field("relay_group", &RelayRegistered::relay_group),
                      field("url", &RelayRegistered::url));
  }
  bool operator==(const RelayRegistered&) const = default;
};

// It is an ordinary computer again.
struct RelayRemoved {
  ComputerId relay;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RelayRemoved::relay));
  }
  bool operator==(const RelayRemoved&) const = default;
};

// What it serves, and if that is behind, why.
struct RelayReported {
  ComputerId relay;
  std::uint64_t metadata_version = 0;
  std::optional<Digest> metadata_digest;
  SyncReason reason{};  // As the relay sees it; none: it has all that it could get.
  std::vector<ComponentVersion> components;
  std::optional<RuleUpdateId> rule_update;
  std::uint64_t free_bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RelayReported::relay),
                      field("metadata_version", &RelayReported::metadata_version),
                      field("metadata_digest", &RelayReported::metadata_digest),
                      field("reason", &RelayReported::reason),
                      field("components", &RelayReported::components),
                      field("rule_update", &RelayReported::rule_update),
                      field("free_bytes", &RelayReported::free_bytes));
  }
  bool operator==(const RelayReported&) const = default;
};

// Its update service does not answer.
struct RelayUnavailable {
  ComputerId relay;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RelayUnavailable::relay),
                      field("detail", &RelayUnavailable::detail));
  }
  bool operator==(const RelayUnavailable&) const = default;
};

// It answers again.
struct RelayAvailable {
  ComputerId relay;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RelayAvailable::relay));
  }
  bool operator==(const RelayAvailable&) const = default;
};

// Relays of the group are told to pull.
struct RelayGroupUpdateRequested {
  RelayGroupId relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &RelayGroupUpdateRequested::relay_group));
  }
  bool operator==(const RelayGroupUpdateRequested&) const = default;
};

}  // namespace ledger::domain

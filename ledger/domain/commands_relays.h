// Commands on relay groups, and what relays report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A new group.
struct CreateRelayGroup {
  RelayGroupId relay_group;
  std::optional<RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &CreateRelayGroup::relay_group),
                      field("parent", &CreateRelayGroup::parent),
                      field("air_gapped", &CreateRelayGroup::air_gapped),
                      field("description", &CreateRelayGroup::description));
  }
  bool operator==(const CreateRelayGroup&) const = default;
};

// Parent, air gap, description.
struct ChangeRelayGroup {
  RelayGroupId relay_group;
  std::optional<RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &ChangeRelayGroup::relay_group),
                      field("parent", &ChangeRelayGroup::parent),
                      field("air_gapped", &ChangeRelayGroup::air_gapped),
                      field("description", &ChangeRelayGroup::description));
  }
  bool operator==(const ChangeRelayGroup&) const = default;
};

// Without relays, computers and sub-groups.
struct DeleteRelayGroup {
  RelayGroupId relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay_group", &DeleteRelayGroup::relay_group));
  }
  bool operator==(const DeleteRelayGroup&) const = default;
};

// A computer takes the relay role; absent group: the default one.
struct RegisterRelay {
  ComputerId relay;
  std::optional<RelayGroupId> relay_group;
  std::string url;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RegisterRelay::relay),
                      field("relay_group", &RegisterRelay::relay_group),
                      field("url", &RegisterRelay::url));
  }
  bool operator==(const RegisterRelay&) const = default;
};

// It is an ordinary computer again.
struct RemoveRelay {
  ComputerId relay;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &RemoveRelay::relay));
  }
  bool operator==(const RemoveRelay&) const = default;
};

// What it serves.
struct ReportRelay {
  ComputerId relay;
  std::uint64_t metadata_version = 0;
  std::optional<Digest> metadata_digest;
  SyncReason reason{};
  std::vector<ComponentVersion> components;
  std::optional<RuleUpdateId> rule_update;
  std::uint64_t free_bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &ReportRelay::relay),
                      field("metadata_version", &ReportRelay::metadata_version),
                      field("metadata_digest", &ReportRelay::metadata_digest),
                      field("reason", &ReportRelay::reason),
                      field("components", &ReportRelay::components),
                      field("rule_update", &ReportRelay::rule_update),
                      field("free_bytes", &ReportRelay::free_bytes));
  }
  bool operator==(const ReportRelay&) const = default;
};

// Its update service does not answer.
struct ReportRelayUnavailable {
  ComputerId relay;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &ReportRelayUnavailable::relay),
                      field("detail", &ReportRelayUnavailable::detail));
  }
  bool operator==(const ReportRelayUnavailable&) const = default;
};

}  // namespace ledger::domain

// What relays serve. Whether that is what they should serve is derived when asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View relays, by computer.
struct RelayRow {
  domain::ComputerId relay;
  domain::RelayGroupId relay_group;
  std::string url;
  std::uint64_t metadata_version = 0;
  std::optional<domain::Digest> metadata_digest;
  domain::SyncReason reason{};
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::RuleUpdateId> rule_update;
  std::uint64_t free_bytes = 0;
  domain::Since registered;
  std::optional<domain::Since> reported;
  std::optional<domain::Since> unavailable;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("relay", &RelayRow::relay), field("relay_group", &RelayRow::relay_group),
        field("url", &RelayRow::url), field("metadata_version", &RelayRow::metadata_version),
        field("metadata_digest", &RelayRow::metadata_digest), field("reason", &RelayRow::reason),
        field("components", &RelayRow::components), field("rule_update", &RelayRow::rule_update),
        field("free_bytes", &RelayRow::free_bytes), field("registered", &RelayRow::registered),
        field("reported", &RelayRow::reported), field("unavailable", &RelayRow::unavailable),
        field("changed", &RelayRow::changed));
  }
  bool operator==(const RelayRow&) const = default;
};

// View relay_groups, by group.
struct RelayGroupRow {
  domain::RelayGroupId relay_group;
  std::optional<domain::RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("relay_group", &RelayGroupRow::relay_group),
                      field("parent", &RelayGroupRow::parent),
                      field("air_gapped", &RelayGroupRow::air_gapped),
                      field("description", &RelayGroupRow::description),
                      field("changed", &RelayGroupRow::changed));
  }
  bool operator==(const RelayGroupRow&) const = default;
};

void project(const domain::Event&, const domain::RelayGroupCreated&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayGroupChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayGroupDeleted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayRegistered&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayRemoved&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayReported&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayUnavailable&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RelayAvailable&, const domain::World&, Rows&);

}  // namespace projections

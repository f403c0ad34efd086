// Relays, whether each serves what it should, and if not, why and since when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/relays.h"
#include "ledger/result.h"
#include "projections/mark.h"
#include "projections/page.h"
#include "projections/snapshot.h"

namespace projections {

struct RelayItem {
  domain::ComputerId relay;
  domain::RelayGroupId relay_group;
  std::string url;
  bool in_sync = false;
  domain::SyncReason why{};  // none exactly if in sync.
  domain::Since since;       // Of being in sync, or of not being so.
  std::uint64_t metadata_version = 0;
  std::uint64_t latest_metadata_version = 0;  // That it should serve.
  std::optional<domain::RuleUpdateId> rule_update;
  std::vector<domain::ComponentVersion> components;
  std::uint64_t free_bytes = 0;
  std::optional<domain::Since> reported;
  std::optional<domain::Since> unavailable;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("relay", &RelayItem::relay), field("relay_group", &RelayItem::relay_group),
        field("url", &RelayItem::url), field("in_sync", &RelayItem::in_sync),
        field("why", &RelayItem::why), field("since", &RelayItem::since),
        field("metadata_version", &RelayItem::metadata_version),
        field("latest_metadata_version", &RelayItem::latest_metadata_version),
        field("rule_update", &RelayItem::rule_update), field("components", &RelayItem::components),
        field("free_bytes", &RelayItem::free_bytes), field("reported", &RelayItem::reported),
        field("unavailable", &RelayItem::unavailable));
  }
  bool operator==(const RelayItem&) const = default;
};

// By relay; filters may ask for every field above. Errors: invalid ("filter-..."), corrupt, io.
ledger::Result<Page<RelayItem>> list_relays(const Snapshot& snapshot, const ListQuery& query);

// Errors: not_found ("relay-unknown"), corrupt, io.
ledger::Result<RelayItem> find_relay(const Snapshot& snapshot, const domain::ComputerId& relay);

// A relay group. The default one is there from the beginning, without an event that made it.
struct RelayGroupItem {
  domain::RelayGroupId relay_group;
  std::optional<domain::RelayGroupId> parent;
  bool air_gapped = false;
  std::string description;
  std::optional<Mark> changed;  // Absent: it never was.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("relay_group", &RelayGroupItem::relay_group),
                      field("parent", &RelayGroupItem::parent),
                      field("air_gapped", &RelayGroupItem::air_gapped),
                      field("description", &RelayGroupItem::description),
                      field("changed", &RelayGroupItem::changed));
  }
  bool operator==(const RelayGroupItem&) const = default;
};

// By group; filters may ask for every field above. Errors: invalid ("filter-..."), corrupt, io.
ledger::Result<Page<RelayGroupItem>> list_relay_groups(const Snapshot& snapshot,
                                                       const ListQuery& query);

// Errors: not_found ("relay-group-unknown"), corrupt, io.
ledger::Result<RelayGroupItem> find_relay_group(const Snapshot& snapshot,
                                                const domain::RelayGroupId& group);

struct RelaySync {
  std::uint64_t total = 0;
  std::uint64_t in_sync = 0;
};
// Errors: corrupt, io.
ledger::Result<RelaySync> count_relays(const Snapshot& snapshot,
                                       const std::vector<domain::ExpectedPattern>& patterns);

}  // namespace projections

// What each computer is and runs. Whether that is what it should run is derived when asked, from
// its bucket and the expectations of the same moment (computer_status.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View computers, by computer. Removed ones stay.
struct ComputerRow {
  domain::ComputerId computer;
  std::string name;
  domain::Platform platform;
  std::vector<domain::Module> modules;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::GroupId> group;
  domain::RelayGroupId relay_group;
  std::string agent_version;
  std::vector<std::string> labels;
  std::vector<domain::ComponentVersion> components;  // In effect, as last reported.
  std::optional<domain::Digest> ruleset;
  std::optional<domain::RuleUpdateId> rule_update;
  std::uint32_t bucket = 0;  // The key of its row in view buckets.
  domain::ComputerMoments moments;
  bool removed = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("computer", &ComputerRow::computer), field("name", &ComputerRow::name),
        field("platform", &ComputerRow::platform), field("modules", &ComputerRow::modules),
        field("policy", &ComputerRow::policy), field("group", &ComputerRow::group),
        field("relay_group", &ComputerRow::relay_group),
        field("agent_version", &ComputerRow::agent_version), field("labels", &ComputerRow::labels),
        field("components", &ComputerRow::components), field("ruleset", &ComputerRow::ruleset),
        field("rule_update", &ComputerRow::rule_update), field("bucket", &ComputerRow::bucket),
        field("moments", &ComputerRow::moments), field("removed", &ComputerRow::removed));
  }
  bool operator==(const ComputerRow&) const = default;
};

// View buckets, by slot; only those with computers. Slots are used again, so that however many
// buckets there ever were, reading all of a moment passes over no more keys than there were buckets
// at once. How many computers each has stands apart, since it changes with every move.
struct BucketRow {
  std::uint32_t slot = 0;
  std::uint32_t id = 0;  // Counts buckets ever made; none is used twice.
  domain::BucketFacts facts;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("slot", &BucketRow::slot), field("id", &BucketRow::id),
                      field("facts", &BucketRow::facts));
  }
  bool operator==(const BucketRow&) const = default;
};

// View bucket_counts, by number: a row for so many slots of buckets at a time, so that counting the
// fleet reads few rows although each has as many versions as computers moved.
inline constexpr std::uint32_t slots_per_count_row = 64;
struct BucketCountsRow {
  std::vector<std::uint64_t> computers;  // By slot, from number * slots_per_count_row on.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computers", &BucketCountsRow::computers));
  }
  bool operator==(const BucketCountsRow&) const = default;
};

// View bucket_members, by the bucket's id (eight bytes) and computer.
struct BucketMemberRow {
  domain::ComputerId computer;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &BucketMemberRow::computer));
  }
  bool operator==(const BucketMemberRow&) const = default;
};

// View computer_names, by a number made of the name (eight bytes) and computer: who has a name is
// found without looking at the others. Removed ones stay.
struct ComputerNameRow {
  domain::ComputerId computer;
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &ComputerNameRow::computer),
                      field("name", &ComputerNameRow::name));
  }
  bool operator==(const ComputerNameRow&) const = default;
};
// What the keys of computers with this name begin with; another name may come to the same.
std::string name_key(std::string_view name);

// View computers_by_name has the same rows in the order of names, by their bytes, and of computers
// where names are equal: its keys are name, NUL and computer.
std::string ordered_name_key(std::string_view name, std::string_view computer);
// The computer in such a key.
std::string_view computer_in_ordered_name_key(std::string_view key);

// View removed_computers, by computer: when it was last removed, or its identity revoked. Stays
// when the computer joins again, so that what it was given before, its tokens and certificates,
// opens nothing any more. Also by the stream of each certificate that was revoked alone.
struct RemovedComputerRow {
  domain::ComputerId computer;
  domain::Position removed;  // The event's.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &RemovedComputerRow::computer),
                      field("removed", &RemovedComputerRow::removed));
  }
  bool operator==(const RemovedComputerRow&) const = default;
};

// View groups, by group.
struct GroupRow {
  domain::GroupId group;
  std::optional<domain::GroupId> parent;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("group", &GroupRow::group), field("parent", &GroupRow::parent),
                      field("changed", &GroupRow::changed));
  }
  bool operator==(const GroupRow&) const = default;
};

// View searches, by search.
struct SearchRow {
  domain::SearchId search;
  std::string filter;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("search", &SearchRow::search), field("filter", &SearchRow::filter),
                      field("changed", &SearchRow::changed));
  }
  bool operator==(const SearchRow&) const = default;
};

void project(const domain::Event&, const domain::ComputerRemoved&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::IdentityRevoked&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::GroupCreated&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::GroupChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::GroupDeleted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SearchSaved&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SearchDeleted&, const domain::World&, Rows&);

// Where the bucket of a live computer is kept, and which it is.
struct BucketPlace {
  std::uint32_t slot = 0;
  std::uint32_t id = 0;
  bool operator==(const BucketPlace&) const = default;
};
// Nothing: it is not of the fleet.
std::optional<BucketPlace> place_of(const domain::World&, domain::ComputerIndex computer);

// Computers that events concerned. Their rows, and those of the buckets that they left and entered,
// follow from the world alone: so they can be made after each event, or once after many.
class TouchedComputers {
 public:
  using Place = std::optional<BucketPlace>;

  // An event concerned `computer` and moved it from `before`, if it moved it.
  void add(domain::ComputerIndex computer, const Place& before, const Place& after);
  // An event gave `computer` another name than `before`; nothing: it is new.
  void add_name(domain::ComputerIndex computer, std::optional<std::string> before);
  std::size_t size() const { return touches_.size(); }

  // Writes the rows as they are after the last event, and forgets the computers.
  void project(const domain::World&, Rows&);

 private:
  struct Touch {
    domain::ComputerIndex computer = 0;
    std::uint32_t number = 0;  // In the order of events: the first knows where it was before.
    Place before;
  };
  struct Renamed {
    domain::ComputerIndex computer = 0;
    std::optional<std::string> before;
  };
  void add_slot(std::uint32_t slot);
  void project_names(const domain::World&, Rows&);

  std::vector<Touch> touches_;
  std::vector<Renamed> renamed_;      // In the order of events.
  std::vector<std::uint32_t> slots_;  // Of the buckets that computers left or entered.
  // Some of those in slots_, each at its remainder and raised by one: most come again and again.
  std::array<std::uint32_t, 64> slots_noted_{};
};

}  // namespace projections

#include "projections/computers.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "ledger/digest.h"
#include "projections/keys.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

std::string member_key(const BucketPlace& bucket, std::string_view computer) {
  std::string key = number_key(bucket.id);
  key += computer;
  return key;
}

std::optional<domain::Since> present(const domain::Since& since) {
  return since.time.micros == 0 ? std::nullopt : std::optional(since);
}

ComputerRow row_of(const World& world, domain::ComputerIndex index) {
  const auto& table = world.computers.table;
  const domain::ComputerRow& known = table[index];
  ComputerRow row;
  row.computer = domain::ComputerId{std::string(table.id(index))};
  row.name = table.name(index);
  row.agent_version = table.agent_version(index);
  row.labels = table.labels(index);
  if (known.rule_update != 0) {
    row.rule_update = domain::RuleUpdateId{known.rule_update / 1000, known.rule_update % 1000};
  }
  row.removed = !known.is_live();
  if (row.removed) return row;
  const auto& facts = world.computers.buckets[known.bucket].facts;
  row.platform = facts.platform;
  row.modules = facts.modules;
  row.policy = facts.policy;
  row.group = facts.group;
  row.relay_group = facts.relay_group;
  row.components = facts.components;
  row.ruleset = facts.ruleset;
  row.bucket = known.bucket;
  row.moments = {known.known, facts.silent ? present(known.silent) : std::nullopt,
                 facts.fault != domain::UpdateFault::none ? present(known.failed) : std::nullopt,
                 facts.taken != 0 ? present(known.taken) : std::nullopt};
  return row;
}

void project_computer(domain::ComputerIndex index, const std::optional<BucketPlace>& before,
                      const World& world, Rows& rows) {
  const std::string_view id = world.computers.table.id(index);
  const ComputerRow row = row_of(world, index);
  rows.set(View::computers, id, row);
  const auto after = place_of(world, index);
  if (before == after) return;
  if (before) rows.erase(View::bucket_members, member_key(*before, id));
  if (after) {
    rows.set(View::bucket_members, member_key(*after, id), BucketMemberRow{row.computer});
  }
}

void project_bucket(std::uint32_t slot, const World& world, Rows& rows) {
  const domain::Bucket& bucket = world.computers.buckets[slot];
  if (bucket.computers == 0) return rows.erase(View::buckets, number_key(slot));
  rows.set(View::buckets, number_key(slot), BucketRow{slot, bucket.id, bucket.facts});
}

// How many computers the buckets in `slots`, all of one row and in order, have now.
void project_counts(std::span<const std::uint32_t> slots, const World& world, Rows& rows) {
  const auto key = number_key(slots.front() / slots_per_count_row);
  auto row = rows.row<BucketCountsRow>(View::bucket_counts, key).value_or(BucketCountsRow{});
  for (const std::uint32_t slot : slots) {
    const std::size_t place = slot % slots_per_count_row;
    if (row.computers.size() <= place) row.computers.resize(place + 1, 0);
    row.computers[place] = world.computers.buckets[slot].computers;
  }
  rows.set(View::bucket_counts, key, row);
}

}  // namespace

std::optional<BucketPlace> place_of(const World& world, domain::ComputerIndex computer) {
  const domain::ComputerRow& row = world.computers.table[computer];
  if (!row.is_live()) return std::nullopt;
  return BucketPlace{row.bucket, world.computers.buckets[row.bucket].id};
}

void TouchedComputers::add(domain::ComputerIndex computer, const Place& before,
                           const Place& after) {
  touches_.push_back({computer, static_cast<std::uint32_t>(touches_.size()), before});
  if (before == after) return;
  if (before) add_slot(before->slot);
  if (after) add_slot(after->slot);
}

void TouchedComputers::add_slot(std::uint32_t slot) {
  if (std::exchange(slots_noted_[slot % slots_noted_.size()], slot + 1) == slot + 1) return;
  slots_.push_back(slot);
}

std::string name_key(std::string_view name) {
  const auto digest = ledger::sha256(name);
  return std::string(bytes_of(digest).substr(0, number_key(0).size()));
}

std::string ordered_name_key(std::string_view name, std::string_view computer) {
  std::string key(name);
  key += '\0';
  key += computer;
  return key;
}

std::string_view computer_in_ordered_name_key(std::string_view key) {
  return key.substr(key.rfind('\0') + 1);
}

void TouchedComputers::add_name(domain::ComputerIndex computer, std::optional<std::string> before) {
  renamed_.push_back({computer, std::move(before)});
}

void TouchedComputers::project_names(const World& world, Rows& rows) {
  const auto by_computer = [](const Renamed& a, const Renamed& b) {
    return a.computer < b.computer;
  };
  std::stable_sort(renamed_.begin(), renamed_.end(), by_computer);
  const auto of_one = [](const Renamed& a, const Renamed& b) { return a.computer == b.computer; };
  renamed_.erase(std::unique(renamed_.begin(), renamed_.end(), of_one), renamed_.end());
  for (const auto& [computer, before] : renamed_) {
    const std::string_view id = world.computers.table.id(computer);
    const std::string_view name = world.computers.table.name(computer);
    if (before == name) continue;
    if (before) {
      rows.erase(View::computer_names, name_key(*before).append(id));
      rows.erase(View::computers_by_name, ordered_name_key(*before, id));
    }
    const ComputerNameRow row{domain::ComputerId{std::string(id)}, std::string(name)};
    rows.set(View::computer_names, name_key(name).append(id), row);
    rows.set(View::computers_by_name, ordered_name_key(name, id), row);
  }
  renamed_.clear();
}

void TouchedComputers::project(const World& world, Rows& rows) {
  project_names(world, rows);
  const auto order = [](const Touch& touch) {
    return std::uint64_t{touch.computer} << 32 | touch.number;
  };
  std::sort(touches_.begin(), touches_.end(),
            [&](const Touch& a, const Touch& b) { return order(a) < order(b); });
  for (auto touch = touches_.begin(); touch != touches_.end(); ++touch) {
    const bool is_first =
        touch == touches_.begin() || std::prev(touch)->computer != touch->computer;
    if (is_first) project_computer(touch->computer, touch->before, world, rows);
  }
  std::sort(slots_.begin(), slots_.end());
  slots_.erase(std::unique(slots_.begin(), slots_.end()), slots_.end());
  for (const std::uint32_t slot : slots_) project_bucket(slot, world, rows);
  for (auto first = slots_.begin(); first != slots_.end();) {
    const auto next = std::find_if(first, slots_.end(), [&](std::uint32_t slot) {
      return slot / slots_per_count_row != *first / slots_per_count_row;
    });
    project_counts({first, next}, world, rows);
    first = next;
  }
  touches_.clear();
  slots_.clear();
  slots_noted_.fill(0);
}

void project(const Event& event, const domain::ComputerRemoved& removed, const World&, Rows& rows) {
  rows.set(View::removed_computers, removed.computer.value,
           RemovedComputerRow{removed.computer, event.position});
}

void project(const Event& event, const domain::IdentityRevoked& revoked, const World&, Rows& rows) {
  const bool alone = event.stream == domain::stream_of_certificate(revoked.serial);
  rows.set(View::removed_computers, alone ? event.stream : revoked.computer.value,
           RemovedComputerRow{revoked.computer, event.position});
}

void project(const Event& event, const domain::GroupCreated& created, const World&, Rows& rows) {
  rows.set(View::groups, created.group.value,
           GroupRow{created.group, created.parent, mark_of(event)});
}

void project(const Event& event, const domain::GroupChanged& changed, const World&, Rows& rows) {
  rows.set(View::groups, changed.group.value,
           GroupRow{changed.group, changed.parent, mark_of(event)});
}

void project(const Event&, const domain::GroupDeleted& deleted, const World&, Rows& rows) {
  rows.erase(View::groups, deleted.group.value);
}

void project(const Event& event, const domain::SearchSaved& saved, const World&, Rows& rows) {
  rows.set(View::searches, saved.search.value,
           SearchRow{saved.search, saved.filter, mark_of(event)});
}

void project(const Event&, const domain::SearchDeleted& deleted, const World&, Rows& rows) {
  rows.erase(View::searches, deleted.search.value);
}

}  // namespace projections

#include "projections/computers.h"

#include "projections/keys.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

std::string member_key(const BucketPlace& bucket, std::string_view computer) {
  return number_key(bucket.id) + std::string(computer);
}

void project_bucket(std::uint32_t slot, const World& world, Rows& rows) {
  const domain::Bucket& bucket = world.computers.buckets[slot];
  rows.set(View::buckets, number_key(slot), BucketRow{slot, bucket.id, bucket.facts});
}

// How many computers the bucket in a slot has now.
void project_count(std::uint32_t slot, const World& world, Rows& rows) {
  const auto key = number_key(slot / slots_per_count_row);
  auto row = rows.row<BucketCountsRow>(View::bucket_counts, key).value_or(BucketCountsRow{});
  const std::size_t place = slot % slots_per_count_row;
  if (row.computers.size() <= place) row.computers.resize(place + 1, 0);
  row.computers[place] = world.computers.buckets[slot].computers;
  rows.set(View::bucket_counts, key, row);
}

std::optional<domain::Since> present(const domain::Since& since) {
  return since.time.micros == 0 ? std::nullopt : std::optional(since);
}

}  // namespace

std::optional<BucketPlace> bucket_of(const World& world, std::string_view computer) {
  const auto index = world.computers.table.find(computer);
  if (!index || !world.computers.table[*index].is_live()) return std::nullopt;
  const std::uint32_t slot = world.computers.table[*index].bucket;
  return BucketPlace{slot, world.computers.buckets[slot].id};
}

void project_computer(std::string_view id, const std::optional<BucketPlace>& before,
                      const World& world, Rows& rows) {
  const auto index = world.computers.table.find(id);
  if (!index) return;
  const auto& table = world.computers.table;
  const domain::ComputerRow& known = table[*index];
  const auto after = bucket_of(world, id);
  ComputerRow row;
  row.computer = domain::ComputerId{std::string(id)};
  row.name = table.name(*index);
  row.agent_version = table.agent_version(*index);
  row.labels = table.labels(*index);
  if (known.rule_update != 0) {
    row.rule_update = domain::RuleUpdateId{known.rule_update / 1000, known.rule_update % 1000};
  }
  row.removed = !known.is_live();
  if (after) {
    const auto& facts = world.computers.buckets[known.bucket].facts;
    row.platform = facts.platform;
    row.modules = facts.modules;
    row.policy = facts.policy;
    row.group = facts.group;
    row.relay_group = facts.relay_group;
    row.components = facts.components;
    row.ruleset = facts.ruleset;
    row.bucket = after->slot;
    row.moments = {known.known, facts.silent ? present(known.silent) : std::nullopt,
                   facts.fault != domain::UpdateFault::none ? present(known.failed) : std::nullopt,
                   facts.taken != 0 ? present(known.taken) : std::nullopt};
  }
  rows.set(View::computers, id, row);
  if (before == after) return;
  if (!after) {
    // The world has folded the event: its last one.
    rows.set(View::removed_computers, id,
             RemovedComputerRow{row.computer, domain::Position{world.size.value - 1}});
  }
  if (before) {
    rows.erase(View::bucket_members, member_key(*before, id));
    if (world.computers.buckets[before->slot].computers == 0) {
      rows.erase(View::buckets, number_key(before->slot));
    }
    project_count(before->slot, world, rows);
  }
  if (after) {
    rows.set(View::bucket_members, member_key(*after, id), BucketMemberRow{row.computer});
    // Also when it is not the first: one instruction can bring several computers in at once.
    project_bucket(after->slot, world, rows);
    project_count(after->slot, world, rows);
  }
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

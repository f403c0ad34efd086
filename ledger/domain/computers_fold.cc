// What events change about computers.
#include <utility>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

std::uint32_t packed(const std::optional<RuleUpdateId>& update) {
  return update ? update->year * 1'000 + update->number : 0;
}

const RelayGroupId& or_default(const std::optional<RelayGroupId>& group) {
  return group ? *group : default_relay_group();
}

// Applies `change` to the bucket key of a computer, and `note` to its row.
template <class Note, class Change>
void change_computer(World& world, const ComputerId& id, Note note, Change change) {
  Computers& computers = world.computers;
  const auto index = find_live(computers, id.value);
  if (!index) return;
  note(computers.table[*index]);
  change_bucket(computers, *index, change);
}

template <class Facts>
void set_texts(ComputerTable& table, ComputerIndex index, const Facts& facts) {
  table.set_name(index, facts.name);
  table.set_agent_version(index, facts.agent_version);
  table.set_labels(index, facts.labels);
}

}  // namespace

void count_computer_event(Computers& computers, std::string_view id) {
  ++computers.table[computers.table.obtain(id)].stream_version;
}

void evolve(World& world, const Event& event, const ComputerEnrolled& enrolled) {
  Computers& computers = world.computers;
  const ComputerIndex index = computers.table.obtain(enrolled.computer.value);
  set_texts(computers.table, index, enrolled);
  ComputerRow& row = computers.table[index];
  row.known = since_of(event);
  row.silent = row.failed = row.taken = Since{};
  row.sequence = 0;
  row.rule_update = 0;
  BucketKey key;
  key.policy = computers.buckets.number(enrolled.policy);
  key.platform = computers.buckets.number(enrolled.platform);
  key.group = computers.buckets.number(enrolled.group);
  key.relay_group = computers.buckets.number(or_default(enrolled.relay_group));
  key.modules = Buckets::bits(enrolled.modules);
  key.answered = computers.instructions.given;  // What was told before is not for it.
  settle(computers.instructions, enrolled.computer.value, key);
  const Buckets::Slot entered = computers.buckets.enter(key);
  if (row.is_live()) computers.buckets.leave(row.bucket);
  row.bucket = entered;
}

void evolve(World& world, const Event& event, const ComputerFactsChanged& changed) {
  Computers& computers = world.computers;
  const auto index = find_live(computers, changed.computer.value);
  if (!index) return;
  set_texts(computers.table, *index, changed);
  computers.table[*index].known = since_of(event);
  change_bucket(computers, *index, [&](BucketKey& key) {
    key.platform = computers.buckets.number(changed.platform);
    key.modules = Buckets::bits(changed.modules);
  });
}

void evolve(World& world, const Event& event, const ComputerReported& reported) {
  Computers& computers = world.computers;
  const auto index = find_live(computers, reported.computer.value);
  if (!index) return;
  ComputerRow& row = computers.table[*index];
  row.known = since_of(event);
  row.sequence = reported.sequence;
  row.rule_update = packed(reported.rule_update);
  change_bucket(computers, *index, [&](BucketKey& key) {
    key.components = computers.buckets.number(reported.components);
    key.ruleset = computers.buckets.number(reported.ruleset);
    key.reported = true;
  });
  // What failed has succeeded since, by whatever way.
  const bool failed = facts_of(computers, *index).fault != UpdateFault::none;
  if (failed && runs_what_it_should(world, *index)) {
    change_bucket(computers, *index, [](BucketKey& key) { key.fault = UpdateFault::none; });
  }
}

void evolve(World& world, const Event&, const ComputerRemoved& removed) {
  Computers& computers = world.computers;
  const auto index = find_live(computers, removed.computer.value);
  if (!index) return;
  computers.clones.seen.erase(removed.computer);
  ComputerRow& row = computers.table[*index];
  computers.buckets.leave(row.bucket);
  row.bucket = ComputerRow::no_bucket;
}

void evolve(World& world, const Event& event, const PolicyAssigned& assigned) {
  const auto number = world.computers.buckets.number(assigned.policy);
  change_computer(
      world, assigned.computer, [&](ComputerRow& row) { row.known = since_of(event); },
      [&](BucketKey& key) { key.policy = number; });
}

void evolve(World& world, const Event&, const ComputerMoved& moved) {
  const auto number = world.computers.buckets.number(moved.group);
  change_computer(
      world, moved.computer, [](ComputerRow&) {}, [&](BucketKey& key) { key.group = number; });
}

void evolve(World& world, const Event&, const RelayGroupAssigned& assigned) {
  const auto number = world.computers.buckets.number(or_default(assigned.relay_group));
  change_computer(
      world, assigned.computer, [](ComputerRow&) {},
      [&](BucketKey& key) { key.relay_group = number; });
}

void evolve(World& world, const Event& event, const ComputerUpdateFailed& failed) {
  change_computer(
      world, failed.computer, [&](ComputerRow& row) { row.failed = since_of(event); },
      [&](BucketKey& key) { key.fault = failed.cause; });
}

void evolve(World& world, const Event& event, const ComputerSilent& silent) {
  change_computer(
      world, silent.computer, [&](ComputerRow& row) { row.silent = since_of(event); },
      [](BucketKey& key) { key.silent = true; });
}

void evolve(World& world, const Event&, const ComputerReturned& returned) {
  change_computer(
      world, returned.computer, [](ComputerRow& row) { row.silent = Since{}; },
      [](BucketKey& key) { key.silent = false; });
}

void evolve(World&, const Event&, const HookFinished&) {}

}  // namespace ledger::domain

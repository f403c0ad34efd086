// The computers of the fleet: a compact row each for what is its own, a bucket for what it shares
// with others. A removed computer keeps its row, because its history continues if it returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/buckets.h"
#include "ledger/domain/computer_status.h"
#include "ledger/domain/computer_table.h"
#include "ledger/domain/decider.h"
#include "ledger/domain/expectations.h"
#include "ledger/domain/groups.h"
#include "ledger/domain/identities.h"
#include "ledger/domain/instructions.h"
#include "ledger/domain/scope.h"

namespace ledger::domain {

struct Computers {
  ComputerTable table;
  Buckets buckets;
  Groups groups;
  Searches searches;
  Instructions instructions;
  Clones clones;
};

using ScopeCount = ScopeCounts;

// -- Questions ---------------------------------------------------------------------------------

std::optional<ComputerIndex> find_live(const Computers&, std::string_view id);
bool is_enrolled(const Computers&, const ComputerId&);  // And not removed.
// Errors: not_found ("computer-unknown").
Result<ComputerIndex> live_computer(const World&, const ComputerId&);

// Shape: a live computer.
const BucketFacts& facts_of(const Computers&, ComputerIndex);
ComputerMoments moments_of(const Computers&, ComputerIndex);

// Live computers whose buckets pass. Cost: the buckets.
template <class Test>
std::uint64_t count_computers(const Computers& computers, Test test) {
  std::uint64_t count = 0;
  for (const auto& [id, slot] : computers.buckets.by_id()) {
    const Bucket& bucket = computers.buckets[slot];
    if (test(bucket.facts)) count += bucket.computers;
  }
  return count;
}

// The version that the next event of "computer/<id>" gets.
std::uint64_t computer_stream_version(const Computers&, std::string_view id);

// -- For decisions of this topic and its neighbours ----------------------------------------------

inline std::string stream_of_computer(const ComputerId& id) { return stream_of("computer", id); }
// A computer that speaks is heard: appends ComputerReturned if it was silent.
void note_return(const Computers&, ComputerIndex, std::vector<NewEvent>& events);
// Cut to limits::detail_bytes_max, never within a character.
std::string cut_detail(std::string_view detail);

// -- For the fold ------------------------------------------------------------------------------

void count_computer_event(Computers&, std::string_view id);

// Moves a live computer to the bucket that `change` makes of its key.
template <class Change>
void change_bucket(Computers& computers, ComputerIndex index, Change change) {
  ComputerRow& row = computers.table[index];
  BucketKey key = computers.buckets[row.bucket].key;
  change(key);
  settle(computers.instructions, computers.table.id(index), key);
  if (key == computers.buckets[row.bucket].key) return;
  const Buckets::Slot entered = computers.buckets.enter(key);
  computers.buckets.leave(row.bucket);
  row.bucket = entered;
}

// -- Decisions ---------------------------------------------------------------------------------

Decision decide(const World&, const Command&, const EnrolComputer&, const Moment&);
Decision decide(const World&, const Command&, const ChangeComputerFacts&, const Moment&);
Decision decide(const World&, const Command&, const ReportComputer&, const Moment&);
Decision decide(const World&, const Command&, const ReportUpdateFailed&, const Moment&);
Decision decide(const World&, const Command&, const ReportHook&, const Moment&);
Decision decide(const World&, const Command&, const RemoveComputer&, const Moment&);
Decision decide(const World&, const Command&, const AssignPolicy&, const Moment&);
Decision decide(const World&, const Command&, const MoveComputer&, const Moment&);
Decision decide(const World&, const Command&, const AssignRelayGroup&, const Moment&);
// Computers that fell silent.
void computers_due(const World&, const Tick&, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const ComputerEnrolled&);
void evolve(World&, const Event&, const ComputerFactsChanged&);
void evolve(World&, const Event&, const ComputerReported&);
void evolve(World&, const Event&, const ComputerRemoved&);
void evolve(World&, const Event&, const PolicyAssigned&);
void evolve(World&, const Event&, const ComputerMoved&);
void evolve(World&, const Event&, const RelayGroupAssigned&);
void evolve(World&, const Event&, const ComputerUpdateFailed&);
void evolve(World&, const Event&, const ComputerSilent&);
void evolve(World&, const Event&, const ComputerReturned&);
void evolve(World&, const Event&, const HookFinished&);

}  // namespace ledger::domain

// The fleet counted by its buckets is the fleet counted computer by computer.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "tests/property/domain/naive_impact.h"
#include "tests/support/any_commands.h"
#include "tests/support/any_history.h"

namespace tests {
namespace {

using namespace ledger::domain;

ComputerId id_of(const World& world, ComputerIndex index) {
  return ComputerId{std::string(world.computers.table.id(index))};
}

// Who owes answers to what, kept computer by computer. An instruction that nobody owes an answer to
// when the next one is given is over.
class NaiveDebts {
 public:
  void see(const Event& event, const World& after) {
    if (const auto* given = get_if<Instructed>(&event.payload)) {
      for (auto it = open_.begin(); it != open_.end();) {
        const bool owed = !debtors(it->first, after).empty();
        it = owed ? std::next(it) : open_.erase(it);
      }
      given_ = given->number;
      open_[given->number] = resolve_scope(after, given->scope);
    } else if (const auto* enrolled = get_if<ComputerEnrolled>(&event.payload)) {
      answered_[enrolled->computer] = given_;
    } else if (const auto* finished = get_if<InstructionFinished>(&event.payload)) {
      auto& answered = answered_[finished->computer];
      answered = std::max(answered, number_of(finished->instruction));
    } else if (const auto* cancelled = get_if<InstructionCancelled>(&event.payload)) {
      open_.erase(number_of(cancelled->instruction));
    }
  }

  std::vector<ComputerId> debtors(std::uint64_t number, const World& world) const {
    std::vector<ComputerId> debtors;
    for (const ComputerIndex index : live_computers(world)) {
      const ComputerId id = id_of(world, index);
      if (owes(number, id, facts_of(world.computers, index))) debtors.push_back(id);
    }
    return debtors;
  }

  // The first instruction a computer owes an answer to; 0: none.
  std::uint64_t first_owed(const ComputerId& id, const BucketFacts& facts) const {
    for (const auto& [number, scope] : open_) {
      if (owes(number, id, facts)) return number;
    }
    return 0;
  }

  const std::map<std::uint64_t, ResolvedScope>& open() const { return open_; }

 private:
  static std::uint64_t number_of(const InstructionId& id) {
    return std::stoull(id.value.substr(1));
  }

  bool owes(std::uint64_t number, const ComputerId& id, const BucketFacts& facts) const {
    const auto answered = answered_.find(id);
    if (answered == answered_.end() || answered->second >= number) return false;
    const ResolvedScope& scope = open_.at(number);
    if (scope.kind != ScopeKind::computers) return covers(scope, facts);
    return std::find(scope.computers.begin(), scope.computers.end(), id) != scope.computers.end();
  }

  std::uint64_t given_ = 0;
  std::map<std::uint64_t, ResolvedScope> open_;
  std::map<ComputerId, std::uint64_t> answered_;
};

RC_GTEST_PROP(Fleet, CountsAreTheSumOverItsComputers, ()) {
  const Fold fold = play(*any_steps());
  const Expectations expectations = expectations_of(fold.world);
  FleetCounts naive;
  for (const ComputerIndex index : live_computers(fold.world)) {
    const BucketFacts& facts = facts_of(fold.world.computers, index);
    const auto moments = moments_of(fold.world.computers, index);
    const auto detail = explain(id_of(fold.world, index), facts, moments, expectations);
    add(naive, detail.status, 1);
    RC_ASSERT(detail.since.position < fold.world.size);
    RC_ASSERT(detail.since.time == fold.log[detail.since.position.value].recorded_at);
    RC_ASSERT(runs_what_it_should(fold.world, index) == runs_what_it_should(facts, expectations));
  }
  RC_ASSERT(count(fold.world) == naive);
}

RC_GTEST_PROP(Fleet, ScopesCoverWhatTheyDescribe, ()) {
  const Fold fold = play(*any_steps());
  const Step step = *any_step();
  const Scope scope = scope_of({fold.world, fold.now, step.a, step.b, step.c});
  RC_ASSERT(count_scope(fold.world, scope) == naive_scope(fold.world, scope));
}

RC_GTEST_PROP(Instructions, AreOwedByThoseWhoHaveNotAnswered, ()) {
  const Fold fold = play(*any_steps());
  World world;
  NaiveDebts debts;
  for (const Event& event : fold.log) {
    evolve(world, event);
    debts.see(event, world);
    if (event.position.value % 7 != 0) continue;
    for (const auto& [number, scope] : debts.open()) {
      RC_ASSERT(unanswered(world, number) == debts.debtors(number, world).size());
    }
    for (const ComputerIndex index : live_computers(world)) {
      const BucketFacts& facts = facts_of(world.computers, index);
      const ComputerId id = id_of(world, index);
      const auto owed = debts.first_owed(id, facts);
      const auto detail =
          explain(id, facts, moments_of(world.computers, index), expectations_of(world));
      if (detail.status == ComputerStatus::pending) {
        RC_ASSERT(detail.instruction == InstructionId{"i" + std::to_string(owed)});
      } else if (detail.status == ComputerStatus::up_to_date ||
                 detail.status == ComputerStatus::out_of_date ||
                 detail.status == ComputerStatus::unknown) {
        RC_ASSERT(owed == 0U);
      }
    }
  }
}

RC_GTEST_PROP(Buckets, HoldEveryLiveComputerOnce, ()) {
  const Fold fold = play(*any_steps());
  const Buckets& buckets = fold.world.computers.buckets;
  std::map<Buckets::Slot, std::uint64_t> members;
  for (const ComputerIndex index : live_computers(fold.world)) {
    ++members[fold.world.computers.table[index].bucket];
  }
  RC_ASSERT(members.size() == buckets.by_id().size());
  std::vector<BucketFacts> seen;
  for (const auto& [id, slot] : buckets.by_id()) {
    RC_ASSERT(buckets[slot].computers == members[slot]);
    RC_ASSERT(std::find(seen.begin(), seen.end(), buckets[slot].facts) == seen.end());
    seen.push_back(buckets[slot].facts);
  }
}

}  // namespace
}  // namespace tests

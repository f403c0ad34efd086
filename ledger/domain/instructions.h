// What computers were told to do. An instruction is one event, however many computers its scope
// covers; who still owes an answer follows from the last instruction that each has answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/domain/buckets.h"
#include "ledger/domain/decider.h"
#include "ledger/domain/scope.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

struct OpenInstruction {
  Instructed facts;
  ResolvedScope scope;  // As it was when the instruction was given.
  Since since;
};

struct Instructions {
  std::uint64_t given = 0;            // Numbers them, from 1.
  std::vector<OpenInstruction> open;  // By number. Changed only by Instructed and
                                      // InstructionCancelled; somebody may still owe an answer.

  const OpenInstruction* find(std::uint64_t number) const;  // Null: it is not open.
};

// The number of an instruction that was given, open or not. Errors: not_found.
Result<std::uint64_t> instruction_number(const Instructions&, const InstructionId&);

// How many computers owe an answer to an open instruction; 0 for others. Cost: its named computers,
// or the buckets.
std::uint64_t unanswered(const World&, std::uint64_t number);

// Brings a bucket key into the one form that means the same under the open instructions, so that
// computers which owe the same answers share a bucket.
void settle(const Instructions&, std::string_view computer, BucketKey& key);

// Errors: invalid or not_found, if what the scope names is not there or it names too many.
Result<void> check_scope(const World&, const Scope&);

// Appends the one Instructed event that tells `scope` to do `action`; those already in `events` are
// counted. Errors: as check_scope; refused ("scope-empty", "too-many-open-instructions").
Result<void> instruction_events(const World&, InstructionAction, const Scope&,
                                std::optional<std::size_t> cause, std::vector<NewEvent>& events);

Decision decide(const World&, const Command&, const Instruct&, const Moment&);
Decision decide(const World&, const Command&, const ReportInstructionTaken&, const Moment&);
Decision decide(const World&, const Command&, const ReportInstructionFinished&, const Moment&);
Decision decide(const World&, const Command&, const CancelInstruction&, const Moment&);

void evolve(World&, const Event&, const Instructed&);
void evolve(World&, const Event&, const InstructionTaken&);
void evolve(World&, const Event&, const InstructionFinished&);
void evolve(World&, const Event&, const InstructionCancelled&);

}  // namespace ledger::domain

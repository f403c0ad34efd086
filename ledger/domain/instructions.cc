#include "ledger/domain/instructions.h"

#include <algorithm>
#include <charconv>
#include <variant>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_instruction(const InstructionId& id) { return stream_of("instruction", id); }

// "i12" is number 12; 0: it is no name of an instruction.
std::uint64_t instruction_number_in(std::string_view id) {
  if (id.size() < 2 || id[0] != 'i' || id[1] == '0') return 0;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : 0;
}

// Named computers are looked at one by one, all others by their buckets. Calls visit(computers)
// with how many owe an answer alike, until it answers false.
template <class Visit>
void visit_debtors(const Computers& computers, const OpenInstruction& open, Visit visit) {
  const std::uint64_t number = open.facts.number;
  if (open.scope.kind == ScopeKind::computers) {
    for (const auto& id : open.scope.computers) {
      const auto index = find_live(computers, id.value);
      if (!index || facts_of(computers, *index).answered >= number) continue;
      if (!visit(std::uint64_t{1})) return;
    }
    return;
  }
  for (const auto& [id, slot] : computers.buckets.by_id()) {
    const Bucket& bucket = computers.buckets[slot];
    if (bucket.facts.answered >= number || !covers(open.scope, bucket.facts)) continue;
    if (!visit(bucket.computers)) return;
  }
}

bool is_owed(const Computers& computers, const OpenInstruction& open) {
  bool owed = false;
  visit_debtors(computers, open, [&](std::uint64_t) {
    owed = true;
    return false;
  });
  return owed;
}

bool owes(const Computers& computers, ComputerIndex index, const OpenInstruction& open) {
  const BucketFacts& facts = facts_of(computers, index);
  const ComputerId id{std::string(computers.table.id(index))};
  return facts.answered < open.facts.number && covers(open.scope, facts, id);
}

tl::unexpected<Error> not_concerned(const ComputerId& computer, const InstructionId& instruction) {
  return refuse("instruction-not-owed", "Instruction " + instruction.value +
                                            " is not for computer " + computer.value + ".");
}

bool names(const ResolvedScope& scope, std::string_view computer) {
  const auto& named = scope.computers;
  const auto found =
      std::lower_bound(named.begin(), named.end(), computer,
                       [](const ComputerId& id, std::string_view text) { return id.value < text; });
  return found != named.end() && found->value == computer;
}

// Brings the keys of the computers that an instruction names up to what is open now.
void settle_named(World& world, const ResolvedScope& scope) {
  for (const auto& id : scope.computers) {
    const auto index = find_live(world.computers, id.value);
    if (index) change_bucket(world.computers, *index, [](BucketKey&) {});
  }
}

}  // namespace

const OpenInstruction* Instructions::find(std::uint64_t number) const {
  for (const auto& each : open) {
    if (each.facts.number == number) return &each;
  }
  return nullptr;
}

Result<std::uint64_t> instruction_number(const Instructions& instructions,
                                         const InstructionId& id) {
  const std::uint64_t number = instruction_number_in(id.value);
  if (number == 0 || number > instructions.given) {
    return unknown("instruction-unknown", "There is no instruction " + id.value + ".");
  }
  return number;
}

std::uint64_t unanswered(const World& world, std::uint64_t number) {
  const OpenInstruction* open = world.computers.instructions.find(number);
  if (open == nullptr) return 0;
  std::uint64_t count = 0;
  visit_debtors(world.computers, *open, [&](std::uint64_t computers) {
    count += computers;
    return true;
  });
  return count;
}

void settle(const Instructions& instructions, std::string_view computer, BucketKey& key) {
  // Only open instructions ask for answers, so the last open one it answered says as much as the
  // last it ever answered.
  std::uint64_t answered = 0;
  bool named_pending = false;
  for (const auto& open : instructions.open) {
    if (open.facts.number <= key.answered) {
      answered = open.facts.number;
    } else if (names(open.scope, computer)) {
      named_pending = true;
    }
  }
  key.answered = answered;
  key.named_pending = named_pending;
  if (key.taken != 0 && instructions.find(key.taken) == nullptr) key.taken = 0;
}

Result<void> check_scope(const World& world, const Scope& scope) {
  if (const auto checked = checked_scope(world, scope); !checked) return fail(checked.error());
  return {};
}

Result<void> instruction_events(const World& world, InstructionAction action, const Scope& scope,
                                std::optional<std::size_t> cause, std::vector<NewEvent>& events) {
  const auto checked = checked_scope(world, scope);
  if (!checked) return fail(checked.error());
  const std::uint64_t covered = count_scope(world, *checked).total;
  if (covered == 0) {
    return refuse("scope-empty", "No computer is covered; there is nobody to instruct.");
  }
  const Instructions& instructions = world.computers.instructions;
  const auto earlier = std::count_if(events.begin(), events.end(), [](const NewEvent& event) {
    return holds<Instructed>(event.payload);
  });
  const auto owed =
      std::count_if(instructions.open.begin(), instructions.open.end(),
                    [&](const OpenInstruction& open) { return is_owed(world.computers, open); });
  if (static_cast<std::size_t>(owed + earlier) >= limits::open_instructions_max) {
    return refuse("too-many-open-instructions", "Computers still owe answers to " +
                                                    std::to_string(owed + earlier) +
                                                    " instructions; wait for them, or cancel one.");
  }
  const std::uint64_t number = instructions.given + static_cast<std::uint64_t>(earlier) + 1;
  const InstructionId id{"i" + std::to_string(number)};
  events.push_back(NewEvent{stream_of_instruction(id),
                            Instructed{id, number, action, *checked, covered}, cause,
                            Outcome::done});
  return {};
}

Decision decide(const World& world, const Command&, const Instruct& instruct, const Moment&) {
  std::vector<NewEvent> events;
  const auto given =
      instruction_events(world, instruct.action, instruct.scope, std::nullopt, events);
  if (!given) return fail(given.error());
  return events;
}

Decision decide(const World& world, const Command&, const ReportInstructionTaken& report,
                const Moment&) {
  const Computers& computers = world.computers;
  const auto index = live_computer(world, report.computer);
  if (!index) return fail(index.error());
  const auto number = instruction_number(computers.instructions, report.instruction);
  if (!number) return fail(number.error());
  std::vector<NewEvent> events;
  note_return(computers, *index, events);
  const BucketFacts& facts = facts_of(computers, *index);
  if (facts.taken == *number || facts.answered >= *number) return events;
  const OpenInstruction* open = computers.instructions.find(*number);
  if (open == nullptr) {
    return refuse("instruction-closed",
                  "Instruction " + report.instruction.value + " asks for no answers any more.");
  }
  if (!owes(computers, *index, *open)) return not_concerned(report.computer, report.instruction);
  events.push_back(NewEvent{stream_of_computer(report.computer),
                            InstructionTaken{report.computer, report.instruction}, std::nullopt,
                            Outcome::done});
  return events;
}

Decision decide(const World& world, const Command&, const ReportInstructionFinished& report,
                const Moment&) {
  const Computers& computers = world.computers;
  const auto index = live_computer(world, report.computer);
  if (!index) return fail(index.error());
  const auto number = instruction_number(computers.instructions, report.instruction);
  if (!number) return fail(number.error());
  std::vector<NewEvent> events;
  note_return(computers, *index, events);
  const bool taken = facts_of(computers, *index).taken == *number;
  const OpenInstruction* open = computers.instructions.find(*number);
  if (!taken) {
    // Nobody waits for it any more, or it said so before.
    if (open == nullptr || facts_of(computers, *index).answered >= *number) return events;
    if (!owes(computers, *index, *open)) return not_concerned(report.computer, report.instruction);
  }
  UpdateFault cause = UpdateFault::none;
  if (!report.succeeded) {
    cause = report.cause == UpdateFault::none ? UpdateFault::other : report.cause;
  }
  events.push_back(NewEvent{stream_of_computer(report.computer),
                            InstructionFinished{report.computer, report.instruction,
                                                report.succeeded, cause, cut_detail(report.detail)},
                            std::nullopt, report.succeeded ? Outcome::done : Outcome::failed});
  return events;
}

Decision decide(const World& world, const Command&, const CancelInstruction& cancel,
                const Moment&) {
  const Instructions& instructions = world.computers.instructions;
  const auto number = instruction_number(instructions, cancel.instruction);
  if (!number) return fail(number.error());
  const OpenInstruction* open = instructions.find(*number);
  if (open == nullptr || !is_owed(world.computers, *open)) {
    return refuse("instruction-closed", "Nobody owes instruction " + cancel.instruction.value +
                                            " an answer; there is nothing to cancel.");
  }
  return one_event(stream_of_instruction(cancel.instruction),
                   InstructionCancelled{cancel.instruction});
}

void evolve(World& world, const Event& event, const Instructed& instructed) {
  Instructions& instructions = world.computers.instructions;
  std::erase_if(instructions.open,
                [&](const OpenInstruction& open) { return !is_owed(world.computers, open); });
  instructions.given = instructed.number;
  instructions.open.push_back(
      {instructed, resolve_scope(world, instructed.scope), since_of(event)});
  settle_named(world, ResolvedScope(instructions.open.back().scope));
}

void evolve(World& world, const Event& event, const InstructionTaken& taken) {
  const auto index = find_live(world.computers, taken.computer.value);
  if (!index) return;
  world.computers.table[*index].taken = since_of(event);
  change_bucket(world.computers, *index, [&](BucketKey& key) {
    key.taken = instruction_number_in(taken.instruction.value);
  });
}

void evolve(World& world, const Event& event, const InstructionFinished& finished) {
  const auto index = find_live(world.computers, finished.computer.value);
  if (!index) return;
  if (!finished.succeeded) world.computers.table[*index].failed = since_of(event);
  change_bucket(world.computers, *index, [&](BucketKey& key) {
    const std::uint64_t number = instruction_number_in(finished.instruction.value);
    key.answered = std::max(key.answered, number);
    if (key.taken <= number) key.taken = 0;
    key.fault = finished.cause;
  });
}

void evolve(World& world, const Event&, const InstructionCancelled& cancelled) {
  auto& open = world.computers.instructions.open;
  const auto found = std::find_if(open.begin(), open.end(), [&](const OpenInstruction& each) {
    return each.facts.instruction == cancelled.instruction;
  });
  if (found == open.end()) return;
  const ResolvedScope scope = std::move(found->scope);
  open.erase(found);
  settle_named(world, scope);
}

}  // namespace ledger::domain

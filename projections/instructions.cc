#include "projections/instructions.h"

#include "projections/keys.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

// "i12" is kept under 12.
std::string key_of_instruction(const domain::InstructionId& id) {
  std::uint64_t number = 0;
  for (const char digit : std::string_view(id.value).substr(1)) {
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return number_key(number);
}

void project_open(const World& world, Rows& rows) {
  OpenInstructionsRow row;
  for (const auto& open : world.computers.instructions.open) {
    row.numbers.push_back(open.facts.number);
  }
  rows.set(View::open_instructions, "", row);
}

}  // namespace

void project(const Event& event, const domain::Instructed& instructed, const World& world,
             Rows& rows) {
  InstructionRow row;
  row.instruction = instructed.instruction;
  row.number = instructed.number;
  row.action = instructed.action;
  row.scope = instructed.scope;
  row.resolved = resolve_scope(world, instructed.scope);
  row.computers = instructed.computers;
  row.reason = event.reason;
  row.given = mark_of(event);
  rows.set(View::instructions, number_key(instructed.number), row);
  project_open(world, rows);
}

void project(const Event&, const domain::InstructionCancelled& cancelled, const World& world,
             Rows& rows) {
  project_open(world, rows);
  const auto key = key_of_instruction(cancelled.instruction);
  auto row = rows.row<InstructionRow>(View::instructions, key);
  if (!row) return;
  row->cancelled = true;
  rows.set(View::instructions, key, *row);
}

void project(const Event&, const domain::InstructionFinished& finished, const World&, Rows& rows) {
  const auto key = key_of_instruction(finished.instruction);
  auto row = rows.row<InstructionRow>(View::instructions, key);
  if (!row) return;
  ++(finished.succeeded ? row->succeeded : row->failed);
  rows.set(View::instructions, key, *row);
}

}  // namespace projections

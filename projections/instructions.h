// What computers were told to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View instructions, by number.
struct InstructionRow {
  domain::InstructionId instruction;
  std::uint64_t number = 0;
  domain::InstructionAction action{};
  domain::Scope scope;
  domain::ResolvedScope resolved;  // As it was when given.
  std::uint64_t computers = 0;     // Covered when it was given.
  std::string reason;
  bool cancelled = false;
  std::uint64_t succeeded = 0;  // Answers so far.
  std::uint64_t failed = 0;
  Mark given;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("instruction", &InstructionRow::instruction),
        field("number", &InstructionRow::number), field("action", &InstructionRow::action),
        field("scope", &InstructionRow::scope), field("resolved", &InstructionRow::resolved),
        field("computers", &InstructionRow::computers), field("reason", &InstructionRow::reason),
        field("cancelled", &InstructionRow::cancelled),
        field("succeeded", &InstructionRow::succeeded), field("failed", &InstructionRow::failed),
        field("given", &InstructionRow::given));
  }
  bool operator==(const InstructionRow&) const = default;
};

// View open_instructions, one row: the instructions that somebody may still owe an answer to, just
// as the world regards them. A row of numbers, because the instructions of years are many and those
// that are open are few.
struct OpenInstructionsRow {
  std::vector<std::uint64_t> numbers;  // Keys of view instructions, ascending.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("numbers", &OpenInstructionsRow::numbers));
  }
  bool operator==(const OpenInstructionsRow&) const = default;
};

void project(const domain::Event&, const domain::Instructed&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::InstructionCancelled&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::InstructionFinished&, const domain::World&, Rows&);

}  // namespace projections

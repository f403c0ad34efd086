// What a scheduled task does, when, for whom.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/event_types.h"
#include "ledger/domain/recurrence.h"

namespace ledger::domain {

enum class TaskKind {
  check_for_updates,
  send_patterns,
  send_policy,
  verify_ledger,
  export_report,
  prune,
};
constexpr auto enum_names(TaskKind) {
  return std::array<std::string_view, 6>{"check_for_updates", "send_patterns", "send_policy",
                                         "verify_ledger",     "export_report", "prune"};
}

struct TaskDefinition {
  TaskKind kind{};
  std::string description;
  Recurrence recurrence;
  bool enabled = false;
  std::optional<Duration> start_deadline;  // How late a run may still start; absent: any time.
  Scope scope;                             // Whom it concerns, for kinds that concern computers.
  std::string parameter;                   // The report's name, the source's id.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("kind", &TaskDefinition::kind), field("description", &TaskDefinition::description),
        field("recurrence", &TaskDefinition::recurrence),
        field("enabled", &TaskDefinition::enabled),
        field("start_deadline", &TaskDefinition::start_deadline),
        field("scope", &TaskDefinition::scope), field("parameter", &TaskDefinition::parameter));
  }
  bool operator==(const TaskDefinition&) const = default;
};

}  // namespace ledger::domain

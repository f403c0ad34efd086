// Scheduled tasks and their runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/domain/task_definition.h"

namespace ledger::domain {

// What is to be done, and when.
struct TaskCreated {
  TaskId task;
  TaskDefinition definition;
  std::optional<Time> next_run;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskCreated::task),
                      field("definition", &TaskCreated::definition),
                      field("next_run", &TaskCreated::next_run));
  }
  bool operator==(const TaskCreated&) const = default;
};

// Its whole definition anew.
struct TaskChanged {
  TaskId task;
  TaskDefinition definition;
  std::optional<Time> next_run;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskChanged::task),
                      field("definition", &TaskChanged::definition),
                      field("next_run", &TaskChanged::next_run));
  }
  bool operator==(const TaskChanged&) const = default;
};

// By hand, or because its only run is over.
struct TaskDeleted {
  TaskId task;
  bool automatic = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskDeleted::task),
                      field("automatic", &TaskDeleted::automatic));
  }
  bool operator==(const TaskDeleted&) const = default;
};

// A run began.
struct TaskRunStarted {
  TaskId task;
  std::uint64_t run = 0;  // Counted from 1 for each task.
  Time due_at;
  bool manual = false;
  std::optional<Time> next_run;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskRunStarted::task), field("run", &TaskRunStarted::run),
                      field("due_at", &TaskRunStarted::due_at),
                      field("manual", &TaskRunStarted::manual),
                      field("next_run", &TaskRunStarted::next_run));
  }
  bool operator==(const TaskRunStarted&) const = default;
};

// A run ended.
struct TaskRunFinished {
  TaskId task;
  std::uint64_t run = 0;
  bool succeeded = false;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskRunFinished::task), field("run", &TaskRunFinished::run),
                      field("succeeded", &TaskRunFinished::succeeded),
                      field("detail", &TaskRunFinished::detail));
  }
  bool operator==(const TaskRunFinished&) const = default;
};

// Nobody was there in time to start it: its start deadline passed.
struct TaskRunMissed {
  TaskId task;
  Time due_at;
  std::optional<Time> next_run;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &TaskRunMissed::task), field("due_at", &TaskRunMissed::due_at),
                      field("next_run", &TaskRunMissed::next_run));
  }
  bool operator==(const TaskRunMissed&) const = default;
};

// In which hours of a week changes may be made.
struct TimetableSet {
  std::optional<PolicyId> policy;  // Absent: everywhere.
  std::string hours;               // 168 digits from Monday 00:00, 1 allows.
  std::string zone;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &TimetableSet::policy), field("hours", &TimetableSet::hours),
                      field("zone", &TimetableSet::zone));
  }
  bool operator==(const TimetableSet&) const = default;
};

}  // namespace ledger::domain

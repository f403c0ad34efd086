// Commands on scheduled tasks.
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

// A new task.
struct CreateTask {
  TaskId task;
  TaskDefinition definition;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &CreateTask::task),
                      field("definition", &CreateTask::definition));
  }
  bool operator==(const CreateTask&) const = default;
};

// Its whole definition.
struct ChangeTask {
  TaskId task;
  TaskDefinition definition;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &ChangeTask::task),
                      field("definition", &ChangeTask::definition));
  }
  bool operator==(const ChangeTask&) const = default;
};

// It never runs again.
struct DeleteTask {
  TaskId task;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &DeleteTask::task));
  }
  bool operator==(const DeleteTask&) const = default;
};

// Now.
struct RunTask {
  TaskId task;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &RunTask::task));
  }
  bool operator==(const RunTask&) const = default;
};

// How a run ended.
struct ReportTaskRun {
  TaskId task;
  std::uint64_t run = 0;
  bool succeeded = false;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("task", &ReportTaskRun::task), field("run", &ReportTaskRun::run),
                      field("succeeded", &ReportTaskRun::succeeded),
                      field("detail", &ReportTaskRun::detail));
  }
  bool operator==(const ReportTaskRun&) const = default;
};

}  // namespace ledger::domain

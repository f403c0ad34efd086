// Scheduled tasks and what came of their runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View tasks, by task.
struct TaskRow {
  domain::TaskId task;
  domain::TaskDefinition definition;
  std::optional<domain::Time> next_run;
  std::uint64_t runs = 0;
  bool running = false;
  std::optional<domain::Time> last_run;
  bool last_succeeded = false;
  std::string last_detail;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("task", &TaskRow::task), field("definition", &TaskRow::definition),
                      field("next_run", &TaskRow::next_run), field("runs", &TaskRow::runs),
                      field("running", &TaskRow::running), field("last_run", &TaskRow::last_run),
                      field("last_succeeded", &TaskRow::last_succeeded),
                      field("last_detail", &TaskRow::last_detail),
                      field("changed", &TaskRow::changed));
  }
  bool operator==(const TaskRow&) const = default;
};

// View task_runs, by task and run.
struct TaskRunRow {
  domain::TaskId task;
  std::uint64_t run = 0;
  domain::Time due_at;
  domain::Time started_at;
  bool manual = false;
  std::optional<domain::Time> finished_at;
  bool succeeded = false;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("task", &TaskRunRow::task), field("run", &TaskRunRow::run),
        field("due_at", &TaskRunRow::due_at), field("started_at", &TaskRunRow::started_at),
        field("manual", &TaskRunRow::manual), field("finished_at", &TaskRunRow::finished_at),
        field("succeeded", &TaskRunRow::succeeded), field("detail", &TaskRunRow::detail));
  }
  bool operator==(const TaskRunRow&) const = default;
};

void project(const domain::Event&, const domain::TaskCreated&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TaskChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TaskDeleted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TaskRunStarted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TaskRunFinished&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TaskRunMissed&, const domain::World&, Rows&);

}  // namespace projections

#include "projections/schedules.h"

#include "projections/keys.h"

namespace projections {

using domain::Event;
using domain::TaskId;
using domain::World;

namespace {

void project_task(const Event& event, const TaskId& id, const World& world, Rows& rows) {
  const auto found = world.schedules.tasks.find(id);
  if (found == world.schedules.tasks.end()) return rows.erase(View::tasks, id.value);
  const domain::Task& task = found->second;
  rows.set(View::tasks, id.value,
           TaskRow{id, task.definition, task.next_run, task.runs, task.running.has_value(),
                   task.last_run, task.last_succeeded, task.last_detail, mark_of(event)});
}

std::string run_key(const TaskId& task, std::uint64_t run) {
  return joined_key(task.value, number_key(run));
}

}  // namespace

void project(const Event& event, const domain::TaskCreated& created, const World& world,
             Rows& rows) {
  project_task(event, created.task, world, rows);
}

void project(const Event& event, const domain::TaskChanged& changed, const World& world,
             Rows& rows) {
  project_task(event, changed.task, world, rows);
}

void project(const Event& event, const domain::TaskDeleted& deleted, const World& world,
             Rows& rows) {
  project_task(event, deleted.task, world, rows);
}

void project(const Event& event, const domain::TaskRunStarted& started, const World& world,
             Rows& rows) {
  project_task(event, started.task, world, rows);
  rows.set(View::task_runs, run_key(started.task, started.run),
           TaskRunRow{started.task, started.run, started.due_at, event.recorded_at, started.manual,
                      std::nullopt, false, ""});
}

void project(const Event& event, const domain::TaskRunFinished& finished, const World& world,
             Rows& rows) {
  project_task(event, finished.task, world, rows);
  const auto key = run_key(finished.task, finished.run);
  auto row = rows.row<TaskRunRow>(View::task_runs, key);
  if (!row) return;
  row->finished_at = event.recorded_at;
  row->succeeded = finished.succeeded;
  row->detail = finished.detail;
  rows.set(View::task_runs, key, *row);
}

void project(const Event& event, const domain::TaskRunMissed& missed, const World& world,
             Rows& rows) {
  project_task(event, missed.task, world, rows);
}

}  // namespace projections

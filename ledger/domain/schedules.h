// Scheduled tasks: what is due when, and what came of each run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "ledger/domain/decider.h"

namespace ledger::domain {

struct Task {
  TaskDefinition definition;
  std::optional<Time> next_run;
  std::uint64_t runs = 0;
  std::optional<std::uint64_t> running;  // The run under way.
  Position run_started_at;
  std::optional<Time> last_run;
  bool last_succeeded = false;
  std::string last_detail;
};

struct Schedules {
  std::map<TaskId, Task> tasks;
  std::set<std::pair<Time, TaskId>> due;  // Enabled tasks by their next run.
};

Decision decide(const World&, const Command&, const CreateTask&, const Moment&);
Decision decide(const World&, const Command&, const ChangeTask&, const Moment&);
Decision decide(const World&, const Command&, const DeleteTask&, const Moment&);
Decision decide(const World&, const Command&, const RunTask&, const Moment&);
Decision decide(const World&, const Command&, const ReportTaskRun&, const Moment&);
// Runs that are due start, or are missed when nobody was there in time.
void schedules_due(const World&, const Moment&, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const TaskCreated&);
void evolve(World&, const Event&, const TaskChanged&);
void evolve(World&, const Event&, const TaskDeleted&);
void evolve(World&, const Event&, const TaskRunStarted&);
void evolve(World&, const Event&, const TaskRunFinished&);
void evolve(World&, const Event&, const TaskRunMissed&);
void evolve(World&, const Event&, const TimetableSet&);

}  // namespace ledger::domain

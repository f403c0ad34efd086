#include "ledger/domain/schedules.h"

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_task(const TaskId& id) { return stream_of("task", id); }

Result<const Task*> existing(const World& world, const TaskId& id) {
  const auto found = world.schedules.tasks.find(id);
  if (found == world.schedules.tasks.end()) {
    return unknown("task-unknown", "There is no scheduled task named " + id.value + ".");
  }
  return &found->second;
}

std::optional<Time> next_run(const TaskDefinition& definition, const Moment& moment) {
  if (!definition.enabled) return std::nullopt;
  return next_after(definition.recurrence, moment.now, moment.time_zones);
}

tl::unexpected<Error> no_such_source(const std::string& source) {
  return unknown("source-unknown", "There is no source named " + source + ".");
}

Result<void> check_definition(const World& world, const TaskDefinition& definition,
                              const Moment& moment) {
  if (const auto valid = validate(definition.recurrence); !valid) return fail(valid.error());
  const std::string& zone = definition.recurrence.time_zone;
  if (!moment.time_zones.knows(zone)) {
    return invalid("time-zone-unknown", "There is no time zone named \"" + zone +
                                            "\"; use an IANA name such as Europe/Berlin.");
  }
  if (definition.enabled && !next_run(definition, moment)) {
    return refuse("task-never-runs", "The task would never run: its time is in the past.");
  }
  if (definition.start_deadline && definition.start_deadline->micros <= 0) {
    return invalid("start-deadline-invalid", "A start deadline is longer than nothing.");
  }
  const std::string& source = definition.parameter;
  if (definition.kind == TaskKind::check_for_updates && !source.empty() &&
      world.sources.find({source}) == nullptr) {
    return no_such_source(source);
  }
  const bool concerns_computers =
      definition.kind == TaskKind::send_patterns || definition.kind == TaskKind::send_policy;
  if (concerns_computers) {
    if (const auto scope = check_scope(world, definition.scope); !scope) return fail(scope.error());
  }
  return {};
}

void end_run(const TaskId& id, std::uint64_t run, const Result<void>& ended, std::size_t cause,
             std::vector<NewEvent>& events) {
  events.push_back(NewEvent{
      stream_of_task(id),
      TaskRunFinished{id, run, ended.has_value(), ended ? std::string() : ended.error().detail},
      cause, ended ? Outcome::done : Outcome::failed});
}

void instruct(const World& world, const TaskId& id, const Task& task, std::uint64_t run,
              std::vector<NewEvent>& events) {
  const std::size_t cause = events.size() - 1;
  const auto action = task.definition.kind == TaskKind::send_policy
                          ? InstructionAction::send_policy
                          : InstructionAction::download_update;
  auto instructed = instruction_events(world, action, task.definition.scope, cause, events);
  end_run(id, run, instructed, cause, events);
}

// Whether the source that a check is to be of can be checked; none is named: all that are enabled.
Result<void> check_source(const World& world, const std::string& only) {
  if (only.empty()) return {};
  const Source* source = world.sources.find({only});
  if (source == nullptr) return no_such_source(only);
  if (!source->facts.enabled) {
    return refuse("source-disabled", "Source " + only + " is switched off; enable it first.");
  }
  return {};
}

// Requests a check of each enabled source, or of the one named; not of those that another task of
// the same tick, or anybody before, has begun to check.
void begin_checks(const World& world, const std::string& only, std::size_t cause,
                  std::vector<NewEvent>& events) {
  std::set<SourceId> requested;
  for (const auto& event : events) {
    const auto* earlier = get_if<SourceCheckRequested>(&event.payload);
    if (earlier != nullptr) requested.insert(earlier->source);
  }
  std::uint64_t checks = world.sources.checks + requested.size();
  for (const auto& [id, source] : world.sources.sources) {
    if (!source.facts.enabled || source.check || requested.contains(id)) continue;
    if (!only.empty() && id.value != only) continue;
    const OperationId check{"check-" + std::to_string(++checks)};
    events.push_back(NewEvent{stream_of("source", id),
                              SourceCheckRequested{id, check, DownloadMode::check_and_download},
                              cause, Outcome::done});
  }
}

// What a run brings about of itself. Kinds that need the world outside (a check, a verification, a
// report) only start here; the manager does the work and reports how it ended.
void begin_work(const World& world, const TaskId& id, const Task& task, std::uint64_t run,
                std::vector<NewEvent>& events) {
  const std::size_t cause = events.size() - 1;
  switch (task.definition.kind) {
    case TaskKind::send_patterns:
    case TaskKind::send_policy:
      instruct(world, id, task, run, events);
      return;
    case TaskKind::prune: {
      prune_rule_updates(world, number(world.settings, SettingName::rule_updates_kept), events);
      for (std::size_t i = cause + 1; i < events.size(); ++i) events[i].cause = cause;
      end_run(id, run, Result<void>{}, cause, events);
      return;
    }
    case TaskKind::check_for_updates:
      begin_checks(world, task.definition.parameter, cause, events);
      end_run(id, run, check_source(world, task.definition.parameter), cause, events);
      return;
    case TaskKind::verify_ledger:
    case TaskKind::export_report:
      return;
  }
}

void start_run(const World& world, const TaskId& id, const Task& task, Time due_at, bool manual,
               const std::optional<Time>& next, std::vector<NewEvent>& events) {
  const std::uint64_t run = task.runs + 1;
  events.push_back(NewEvent{stream_of_task(id), TaskRunStarted{id, run, due_at, manual, next},
                            std::nullopt, Outcome::done});
  const std::size_t started = events.size() - 1;
  begin_work(world, id, task, run, events);
  const bool over = holds<TaskRunFinished>(events.back().payload);
  if (over && !manual && !next) {
    events.push_back(NewEvent{stream_of_task(id), TaskDeleted{id, true}, started, Outcome::done});
  }
}

}  // namespace

Decision decide(const World& world, const Command&, const CreateTask& create,
                const Moment& moment) {
  if (!is_name(create.task.value)) {
    return invalid(
        "task-name-invalid",
        "A task's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter or "
        "digit.");
  }
  if (world.schedules.tasks.contains(create.task)) {
    return fail(ErrorKind::conflict, "task-exists",
                "There is a scheduled task named " + create.task.value + " already.");
  }
  if (world.schedules.tasks.size() >= limits::tasks_max) {
    return refuse("too-many-tasks", "There can be " + std::to_string(limits::tasks_max) +
                                        " scheduled tasks; delete one first.");
  }
  if (const auto checked = check_definition(world, create.definition, moment); !checked) {
    return fail(checked.error());
  }
  return one_event(stream_of_task(create.task), TaskCreated{create.task, create.definition,
                                                            next_run(create.definition, moment)});
}

Decision decide(const World& world, const Command&, const ChangeTask& change,
                const Moment& moment) {
  const auto task = existing(world, change.task);
  if (!task) return fail(task.error());
  if ((*task)->definition == change.definition) return no_events();
  if (const auto checked = check_definition(world, change.definition, moment); !checked) {
    return fail(checked.error());
  }
  return one_event(stream_of_task(change.task), TaskChanged{change.task, change.definition,
                                                            next_run(change.definition, moment)});
}

Decision decide(const World& world, const Command&, const DeleteTask& del, const Moment&) {
  if (const auto task = existing(world, del.task); !task) return fail(task.error());
  return one_event(stream_of_task(del.task), TaskDeleted{del.task, false});
}

Decision decide(const World& world, const Command&, const RunTask& run, const Moment& moment) {
  const auto task = existing(world, run.task);
  if (!task) return fail(task.error());
  if ((*task)->running) {
    return fail(ErrorKind::conflict, "task-running",
                "Run " + std::to_string(*(*task)->running) + " of task " + run.task.value +
                    " is under way; wait for its end.");
  }
  std::vector<NewEvent> events;
  start_run(world, run.task, **task, moment.now, true, (*task)->next_run, events);
  return events;
}

Decision decide(const World& world, const Command&, const ReportTaskRun& report, const Moment&) {
  const auto task = existing(world, report.task);
  if (!task) return fail(task.error());
  if ((*task)->running != report.run) return no_events();
  std::vector<NewEvent> events;
  events.push_back(
      NewEvent{stream_of_task(report.task),
               TaskRunFinished{report.task, report.run, report.succeeded, report.detail},
               std::nullopt, report.succeeded ? Outcome::done : Outcome::failed});
  // One that is switched off has no next run either, but it has not had its own yet.
  const TaskDefinition& definition = (*task)->definition;
  const bool once = definition.recurrence.kind == RecurrenceKind::once;
  if (once && definition.enabled && !(*task)->next_run) {
    events.push_back(
        NewEvent{stream_of_task(report.task), TaskDeleted{report.task, true}, 0, Outcome::done});
  }
  return events;
}

void schedules_due(const World& world, const Moment& moment, std::vector<NewEvent>& events) {
  std::size_t runs = 0;
  for (const auto& [due_at, id] : world.schedules.due) {
    if (moment.now < due_at || ++runs > limits::task_runs_per_tick_max) return;
    const Task& task = world.schedules.tasks.at(id);
    const auto next = next_run(task.definition, moment);
    const auto& deadline = task.definition.start_deadline;
    const bool late = deadline && *deadline < moment.now - due_at;
    if (!late && !task.running) {
      start_run(world, id, task, due_at, false, next, events);
      continue;
    }
    events.push_back(NewEvent{stream_of_task(id), TaskRunMissed{id, due_at, next}, std::nullopt,
                              Outcome::failed});
    if (!next) {
      events.push_back(
          NewEvent{stream_of_task(id), TaskDeleted{id, true}, events.size() - 1, Outcome::done});
    }
  }
}

// -- The fold ----------------------------------------------------------------------------------

namespace {

void set_next_run(World& world, const TaskId& id, const std::optional<Time>& next) {
  auto& task = world.schedules.tasks[id];
  if (task.next_run) world.schedules.due.erase({*task.next_run, id});
  task.next_run = next;
  if (next) world.schedules.due.insert({*next, id});
}

}  // namespace

void evolve(World& world, const Event&, const TaskCreated& created) {
  world.schedules.tasks[created.task].definition = created.definition;
  set_next_run(world, created.task, created.next_run);
}

void evolve(World& world, const Event&, const TaskChanged& changed) {
  world.schedules.tasks[changed.task].definition = changed.definition;
  set_next_run(world, changed.task, changed.next_run);
}

void evolve(World& world, const Event&, const TaskDeleted& deleted) {
  set_next_run(world, deleted.task, std::nullopt);
  world.schedules.tasks.erase(deleted.task);
}

void evolve(World& world, const Event& event, const TaskRunStarted& started) {
  auto& task = world.schedules.tasks[started.task];
  task.runs = started.run;
  task.running = started.run;
  task.run_started_at = event.position;
  task.last_run = event.recorded_at;
  set_next_run(world, started.task, started.next_run);
}

void evolve(World& world, const Event&, const TaskRunFinished& finished) {
  auto& task = world.schedules.tasks[finished.task];
  task.running.reset();
  task.last_succeeded = finished.succeeded;
  task.last_detail = finished.detail;
}

void evolve(World& world, const Event&, const TaskRunMissed& missed) {
  set_next_run(world, missed.task, missed.next_run);
}

void evolve(World&, const Event&, const TimetableSet&) {}

}  // namespace ledger::domain

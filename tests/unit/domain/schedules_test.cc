#include "ledger/domain/schedules.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

Time at(const std::string& text) { return *time_from_rfc3339(text); }

// Every day at 03:00 UTC.
TaskDefinition daily(TaskKind kind = TaskKind::check_for_updates) {
  TaskDefinition definition;
  definition.kind = kind;
  definition.enabled = true;
  definition.recurrence.kind = RecurrenceKind::daily;
  definition.recurrence.time_zone = "UTC";
  definition.recurrence.hour = 3;
  definition.recurrence.minute = 0;
  return definition;
}

TaskDefinition once(TaskKind kind, Time when) {
  TaskDefinition definition;
  definition.kind = kind;
  definition.enabled = true;
  definition.recurrence.time_zone = "UTC";
  definition.recurrence.at = when;
  return definition;
}

Fold at_midnight() {
  Fold fold;
  fold.now = at("2027-03-01T00:00:00Z");
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  return fold;
}

const Task& task(const Fold& fold, const std::string& id) {
  return fold.world.schedules.tasks.at({id});
}

TEST(Tasks, RunWhenTheyAreDueAndKnowTheirNextRun) {
  Fold fold = at_midnight();
  const auto created = fold.submit(CreateTask{{"check"}, daily()});
  EXPECT_EQ(first_of<TaskCreated>(created)->next_run, at("2027-03-01T03:00:00Z"));
  EXPECT_EQ(types(fold.pass(hours(2))), TypeNames{});
  const auto events = fold.pass(hours(1));
  EXPECT_EQ(types(events),
            (TypeNames{"task_run.started", "source.check_requested", "task_run.finished"}));
  EXPECT_EQ((*events)[1].causation, (*events)[0].position);
  EXPECT_EQ(first_of<TaskRunStarted>(events)->due_at, at("2027-03-01T03:00:00Z"));
  EXPECT_EQ(task(fold, "check").next_run, at("2027-03-02T03:00:00Z"));
  EXPECT_EQ(types(fold.pass(hours(1))), TypeNames{});
}

TEST(Tasks, FailWhereTheSourceThatTheyAreToCheckCannotBeChecked) {
  Fold fold = at_midnight();
  TaskDefinition definition = daily();
  definition.parameter = "nowhere";
  EXPECT_EQ(fold.refusal(CreateTask{{"check"}, definition}), "source-unknown");
  definition.parameter = "vendor";
  given(fold, CreateTask{{"check"}, definition});
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", false});
  const auto events = given(fold, RunTask{{"check"}});
  EXPECT_EQ(types(events), (TypeNames{"task_run.started", "task_run.finished"}));
  EXPECT_EQ(events.back().outcome, Outcome::failed);
  given(fold, RemoveSource{{"vendor"}});
  EXPECT_EQ(first_of<TaskRunFinished>(fold.submit(RunTask{{"check"}}))->detail,
            "There is no source named vendor.");
}

TEST(Tasks, RunOnceForHoweverManyRunsWereSlept) {
  Fold fold = at_midnight();
  given(fold, CreateTask{{"check"}, daily()});
  EXPECT_EQ(count_of<TaskRunStarted>(*fold.pass(days(5))), 1U);
  EXPECT_EQ(task(fold, "check").next_run, at("2027-03-06T03:00:00Z"));
}

TEST(Tasks, AreMissedWhenTheirStartDeadlineHasPassed) {
  Fold fold = at_midnight();
  TaskDefinition definition = daily();
  definition.start_deadline = hours(1);
  given(fold, CreateTask{{"check"}, definition});
  const auto late = fold.pass(seconds(4 * 3'600 + 1));
  EXPECT_EQ(types(late), TypeNames{"task_run.missed"});
  EXPECT_EQ(late->front().outcome, Outcome::failed);
  EXPECT_EQ(task(fold, "check").next_run, at("2027-03-02T03:00:00Z"));
  // Exactly at the deadline it may still start.
  EXPECT_EQ(count_of<TaskRunStarted>(*fold.pass(seconds(86'400 - 1))), 1U);
}

TEST(Tasks, OfOneRunRemoveThemselves) {
  Fold fold = at_midnight();
  given(fold, CreateTask{{"check"}, once(TaskKind::check_for_updates, fold.now + hours(1))});
  const auto events = fold.pass(hours(1));
  EXPECT_EQ(types(events), (TypeNames{"task_run.started", "source.check_requested",
                                      "task_run.finished", "task.deleted"}));
  EXPECT_TRUE(first_of<TaskDeleted>(events)->automatic);
  EXPECT_TRUE(fold.world.schedules.tasks.empty());
  EXPECT_TRUE(fold.world.schedules.due.empty());
}

TEST(Tasks, OfOneRunThatTakesLongRemoveThemselvesWhenItEnds) {
  Fold fold = at_midnight();
  given(fold, CreateTask{{"verify"}, once(TaskKind::verify_ledger, fold.now + hours(1))});
  EXPECT_EQ(types(fold.pass(hours(1))), TypeNames{"task_run.started"});
  EXPECT_EQ(types(fold.submit(ReportTaskRun{{"verify"}, 1, true, "sound"})),
            (TypeNames{"task_run.finished", "task.deleted"}));
}

TEST(Tasks, OfOneRunThatIsMissedRemoveThemselvesToo) {
  Fold fold = at_midnight();
  TaskDefinition definition = once(TaskKind::check_for_updates, fold.now + hours(1));
  definition.start_deadline = minutes(1);
  given(fold, CreateTask{{"check"}, definition});
  EXPECT_EQ(types(fold.pass(hours(2))), (TypeNames{"task_run.missed", "task.deleted"}));
}

TEST(Tasks, ThatAreSwitchedOffRunOnlyByHand) {
  Fold fold = at_midnight();
  TaskDefinition definition = once(TaskKind::verify_ledger, fold.now + hours(1));
  definition.enabled = false;
  given(fold, CreateTask{{"verify"}, definition});
  EXPECT_EQ(types(fold.pass(days(1))), TypeNames{});
  const auto events = fold.submit(RunTask{{"verify"}});
  EXPECT_EQ(types(events), TypeNames{"task_run.started"});
  EXPECT_TRUE(first_of<TaskRunStarted>(events)->manual);
  // It has not had its own run yet, so it stays.
  EXPECT_EQ(types(fold.submit(ReportTaskRun{{"verify"}, 1, true, ""})),
            TypeNames{"task_run.finished"});
}

TEST(Tasks, RunNowDoesNotMoveTheNextRun) {
  Fold fold = at_midnight();
  given(fold, CreateTask{{"verify"}, daily(TaskKind::verify_ledger)});
  given(fold, RunTask{{"verify"}});
  EXPECT_EQ(task(fold, "verify").next_run, at("2027-03-01T03:00:00Z"));
  EXPECT_EQ(fold.refusal(RunTask{{"verify"}}), "task-running");
  EXPECT_EQ(types(fold.pass(hours(3))), TypeNames{"task_run.missed"});  // One run at a time.
  given(fold, ReportTaskRun{{"verify"}, 1, false, "disk full"});
  EXPECT_FALSE(task(fold, "verify").last_succeeded);
  EXPECT_EQ(task(fold, "verify").last_detail, "disk full");
  EXPECT_EQ(types(fold.submit(ReportTaskRun{{"verify"}, 1, true, ""})), TypeNames{});
}

TEST(Tasks, SendToTheirScopeAndSayWhenNobodyIsThere) {
  Fold fold = at_midnight();
  given(fold, CreateGroup{{"office"}, std::nullopt});
  TaskDefinition definition = daily(TaskKind::send_patterns);
  definition.scope = Scope{ScopeKind::group, "office", {}, {}};
  given(fold, CreateTask{{"send"}, definition});
  const auto empty = fold.submit(RunTask{{"send"}});
  EXPECT_EQ(types(empty), (TypeNames{"task_run.started", "task_run.finished"}));
  EXPECT_FALSE(first_of<TaskRunFinished>(empty)->succeeded);
  auto enrol = enrolment("pc-1");
  enrol.group = GroupId{"office"};
  given(fold, enrol);
  const auto sent = fold.submit(RunTask{{"send"}});
  EXPECT_EQ(types(sent), (TypeNames{"task_run.started", "instruction.given", "task_run.finished"}));
  EXPECT_EQ(first_of<Instructed>(sent)->action, InstructionAction::download_update);
  definition.kind = TaskKind::send_policy;
  given(fold, ChangeTask{{"send"}, definition});
  EXPECT_EQ(first_of<Instructed>(fold.submit(RunTask{{"send"}}))->action,
            InstructionAction::send_policy);
}

TEST(Tasks, OfOneTickDoNotDoTheSameTwice) {
  Fold fold = at_midnight();
  for (std::uint32_t n = 1; n <= 3; ++n) given(fold, import_of_update(n, {{1}}));
  given(fold, CreateTask{{"check-1"}, daily()});
  given(fold, CreateTask{{"check-2"}, daily()});
  given(fold, CreateTask{{"prune-1"}, daily(TaskKind::prune)});
  given(fold, CreateTask{{"prune-2"}, daily(TaskKind::prune)});
  // Only a task prunes what was kept by a larger number.
  fold.world.settings.values[SettingName::rule_updates_kept] = "1";
  const auto events = fold.pass(hours(3));
  EXPECT_EQ(count_of<SourceCheckRequested>(*events), 1U);
  EXPECT_EQ(count_of<RuleUpdateDeleted>(*events), 2U);
  EXPECT_EQ(count_of<TaskRunFinished>(*events), 4U);
}

TEST(Tasks, CheckTheOneSourceTheyName) {
  Fold fold = at_midnight();
  given(fold, ConfigureSource{{"mirror"}, "https://mirror.example", "", {}, "", true});
  TaskDefinition definition = daily();
  definition.parameter = "mirror";
  given(fold, CreateTask{{"check"}, definition});
  const auto events = fold.submit(RunTask{{"check"}});
  ASSERT_EQ(count_of<SourceCheckRequested>(*events), 1U);
  EXPECT_EQ(first_of<SourceCheckRequested>(events)->source, SourceId{"mirror"});
}

TEST(Tasks, RefuseDefinitionsThatMakeNoSense) {
  Fold fold = at_midnight();
  const auto refusal = [&](auto change) {
    TaskDefinition definition = daily();
    change(definition);
    return fold.refusal(CreateTask{{"task"}, definition});
  };
  EXPECT_EQ(refusal([](auto& d) { d.recurrence.hour = 24; }), "recurrence-hour-invalid");
  EXPECT_EQ(refusal([](auto& d) { d.recurrence.time_zone = "Mars/Olympus"; }), "time-zone-unknown");
  EXPECT_EQ(refusal([](auto& d) { d.start_deadline = Duration{0}; }), "start-deadline-invalid");
  EXPECT_EQ(refusal([](auto& d) {
              d.kind = TaskKind::send_policy;
              d.scope = Scope{ScopeKind::policy, "nowhere", {}, {}};
            }),
            "policy-unknown");
  EXPECT_EQ(fold.refusal(CreateTask{{"x"}, once(TaskKind::prune, fold.now)}), "task-never-runs");
  EXPECT_EQ(fold.refusal(CreateTask{{"No"}, daily()}), "task-name-invalid");
  given(fold, CreateTask{{"task"}, daily()});
  EXPECT_EQ(fold.refusal(CreateTask{{"task"}, daily()}), "task-exists");
  for (std::size_t i = 0; i < ledger::limits::tasks_max; ++i) {
    fold.world.schedules.tasks[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(CreateTask{{"more"}, daily()}), "too-many-tasks");
}

TEST(Tasks, AreChangedAndDeleted) {
  Fold fold = at_midnight();
  given(fold, CreateTask{{"check"}, daily()});
  TaskDefinition later = daily();
  later.recurrence.hour = 5;
  EXPECT_EQ(types(fold.submit(ChangeTask{{"check"}, later})), TypeNames{"task.changed"});
  EXPECT_EQ(types(fold.submit(ChangeTask{{"check"}, later})), TypeNames{});
  EXPECT_EQ(task(fold, "check").next_run, at("2027-03-01T05:00:00Z"));
  EXPECT_EQ(types(fold.submit(DeleteTask{{"check"}})), TypeNames{"task.deleted"});
  EXPECT_EQ(types(fold.pass(days(1))), TypeNames{});
  EXPECT_EQ(fold.refusal(ChangeTask{{"check"}, later}), "task-unknown");
  EXPECT_EQ(fold.refusal(DeleteTask{{"check"}}), "task-unknown");
  EXPECT_EQ(fold.refusal(RunTask{{"check"}}), "task-unknown");
  EXPECT_EQ(fold.refusal(ReportTaskRun{{"check"}, 1, true, ""}), "task-unknown");
}

}  // namespace
}  // namespace tests

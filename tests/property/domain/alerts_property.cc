// What must hold of alerts and scheduled tasks in every history.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "ledger/domain/alert_conditions.h"
#include "ledger/limits.h"
#include "tests/support/any_history.h"

namespace tests {
namespace {

using namespace ledger::domain;

RC_GTEST_PROP(Alerts, AreOpenOnceForEachCondition, ()) {
  const Fold fold = play(*any_steps());
  std::map<AlertKey, AlertId> open;
  std::map<AlertId, AlertKey> keys;
  for (const Event& event : fold.log) {
    if (const auto* raised = get_if<AlertRaised>(&event.payload)) {
      const AlertKey key{raised->type, raised->subject};
      RC_ASSERT(open.emplace(key, raised->alert).second);
      RC_ASSERT(keys.emplace(raised->alert, key).second);  // A name is never given twice.
      RC_ASSERT(raised->first_true_at <= event.recorded_at);
      RC_ASSERT(raised->count > 0U);
    } else if (const auto* ended = get_if<AlertEnded>(&event.payload)) {
      RC_ASSERT(open.erase(keys.at(ended->alert)) == 1U);
      if (ended->dismissed) RC_ASSERT(rule_of(keys.at(ended->alert).first).dismissible);
    } else if (const auto* changed = get_if<AlertChanged>(&event.payload)) {
      RC_ASSERT(open.at(keys.at(changed->alert)) == changed->alert);
    }
  }
  RC_ASSERT(open == fold.world.alerts.by_key);
}

RC_GTEST_PROP(Alerts, ChangeAtMostOnceAMinute, ()) {
  const Fold fold = play(*any_steps());
  std::map<AlertId, Time> told;
  for (const Event& event : fold.log) {
    if (const auto* raised = get_if<AlertRaised>(&event.payload)) {
      told[raised->alert] = event.recorded_at;
    } else if (const auto* changed = get_if<AlertChanged>(&event.payload)) {
      const Time before = std::exchange(told[changed->alert], event.recorded_at);
      RC_ASSERT(event.recorded_at - before >=
                seconds(ledger::limits::alert_change_interval.count()));
    }
  }
}

RC_GTEST_PROP(Alerts, WhatWasDismissedIsNotRaisedAgain, ()) {
  const Fold fold = play(*any_steps());
  std::map<AlertId, AlertKey> keys;
  std::map<AlertKey, Time> dismissed;
  for (const Event& event : fold.log) {
    if (const auto* raised = get_if<AlertRaised>(&event.payload)) {
      const AlertKey key{raised->type, raised->subject};
      keys[raised->alert] = key;
      if (dismissed.contains(key)) RC_ASSERT(dismissed.at(key) < raised->first_true_at);
    } else if (const auto* ended = get_if<AlertEnded>(&event.payload)) {
      if (ended->dismissed) dismissed[keys.at(ended->alert)] = event.recorded_at;
    }
  }
}

RC_GTEST_PROP(Alerts, AreOpenAfterATickExactlyForWhatHolds, ()) {
  Fold fold = play(*any_steps());
  // What the first tick brings about (a silent computer) is a condition for the second.
  RC_ASSERT(fold.pass(seconds(61)));
  RC_ASSERT(fold.pass(seconds(1)));
  std::set<AlertKey> expected;
  for (const Condition& condition : conditions(fold.world, fold.now)) {
    if (configuration_of(fold.world.alerts, condition.key.first).enabled) {
      expected.insert(condition.key);
    }
  }
  std::set<AlertKey> open;
  for (const auto& [key, id] : fold.world.alerts.by_key) open.insert(key);
  RC_ASSERT(open == expected);
  // Nothing happens when nothing has happened.
  RC_ASSERT(fold.submit(Tick{fold.now, {}})->empty());
}

RC_GTEST_PROP(Tasks, RunsAreCountedAndEndOnce, ()) {
  const Fold fold = play(*any_steps());
  std::map<TaskId, std::uint64_t> runs;
  std::map<TaskId, std::uint64_t> running;
  for (const Event& event : fold.log) {
    if (const auto* started = get_if<TaskRunStarted>(&event.payload)) {
      RC_ASSERT(started->run == ++runs[started->task]);
      RC_ASSERT(running.emplace(started->task, started->run).second);
      RC_ASSERT(!started->next_run || event.recorded_at < *started->next_run || started->manual);
    } else if (const auto* finished = get_if<TaskRunFinished>(&event.payload)) {
      RC_ASSERT(running.at(finished->task) == finished->run);
      running.erase(finished->task);
    } else if (const auto* deleted = get_if<TaskDeleted>(&event.payload)) {
      runs.erase(deleted->task);
      running.erase(deleted->task);
    }
  }
}

RC_GTEST_PROP(Tasks, AreDueExactlyWhenEnabled, ()) {
  const Fold fold = play(*any_steps());
  std::set<std::pair<Time, TaskId>> due;
  for (const auto& [id, task] : fold.world.schedules.tasks) {
    if (task.next_run) due.emplace(*task.next_run, id);
    if (task.next_run) RC_ASSERT(task.definition.enabled);
    const bool once = task.definition.recurrence.kind == RecurrenceKind::once;
    if (task.definition.enabled && !once) RC_ASSERT(task.next_run.has_value());
  }
  RC_ASSERT(due == fold.world.schedules.due);
}

RC_GTEST_PROP(Sources, ChecksAreUnderWayOneAtATime, ()) {
  const Fold fold = play(*any_steps());
  std::map<SourceId, OperationId> under_way;
  std::set<OperationId> names;
  for (const Event& event : fold.log) {
    if (const auto* requested = get_if<SourceCheckRequested>(&event.payload)) {
      RC_ASSERT(names.insert(requested->check).second);
      RC_ASSERT(under_way.emplace(requested->source, requested->check).second);
    } else if (const auto* checked = get_if<SourceChecked>(&event.payload)) {
      under_way.erase(checked->source);
    } else if (const auto* failed = get_if<SourceCheckFailed>(&event.payload)) {
      under_way.erase(failed->source);
    } else if (const auto* removed = get_if<SourceRemoved>(&event.payload)) {
      under_way.erase(removed->source);
    }
  }
}

}  // namespace
}  // namespace tests

// Steps about tasks, alerts, users and tokens, and the ledger about itself.
#include <array>
#include <span>

#include "tests/support/any_commands.h"

namespace tests {

using namespace ledger::domain;

namespace {

// -- Tasks ---------------------------------------------------------------------------------------

Recurrence some_recurrence(const Dice& dice) {
  Recurrence recurrence;
  recurrence.time_zone = "UTC";
  recurrence.kind = static_cast<RecurrenceKind>(dice.b % 6);
  const bool once = recurrence.kind == RecurrenceKind::once;
  if (once) {
    recurrence.at = dice.now + minutes(1 + dice.c % 90);
    return recurrence;
  }
  recurrence.minute = dice.c % 60;
  if (recurrence.kind != RecurrenceKind::hourly) recurrence.hour = dice.c % 24;
  if (recurrence.kind == RecurrenceKind::weekly) {
    recurrence.days_of_week = {static_cast<Weekday>(dice.c % 7)};
  }
  if (recurrence.kind == RecurrenceKind::monthly) recurrence.day_of_month = 1 + dice.c % 31;
  return recurrence;
}

TaskDefinition some_definition(const Dice& dice) {
  TaskDefinition definition;
  definition.kind = static_cast<TaskKind>(dice.a % 6);
  definition.recurrence = some_recurrence(dice);
  definition.enabled = dice.a % 5 != 0;
  if (dice.c % 3 == 0) definition.start_deadline = minutes(30);
  if (definition.kind == TaskKind::send_patterns || definition.kind == TaskKind::send_policy) {
    definition.scope = scope_of(dice);
  }
  return definition;
}

TaskId known_task(const Dice& dice) {
  return one_of(dice.world.schedules.tasks, dice.a).value_or(TaskId{"t1"});
}

CommandPayload create_task(const Dice& dice) {
  return CreateTask{named<TaskId>("t", dice.c, 4), some_definition(dice)};
}
CommandPayload change_task(const Dice& dice) {
  return ChangeTask{known_task(dice), some_definition(dice)};
}
CommandPayload delete_task(const Dice& dice) { return DeleteTask{known_task(dice)}; }
CommandPayload run_task(const Dice& dice) { return RunTask{known_task(dice)}; }

CommandPayload report_task_run(const Dice& dice) {
  const TaskId id = known_task(dice);
  const auto found = dice.world.schedules.tasks.find(id);
  const bool running = found != dice.world.schedules.tasks.end() && found->second.running;
  return ReportTaskRun{id, running ? *found->second.running : dice.b % 3, dice.c % 4 != 0, "ended"};
}

// -- Alerts --------------------------------------------------------------------------------------

AlertId known_alert(const Dice& dice) {
  return one_of(dice.world.alerts.open, dice.a).value_or(AlertId{"alert-1"});
}

CommandPayload acknowledge(const Dice& dice) { return AcknowledgeAlert{known_alert(dice), "seen"}; }
CommandPayload dismiss(const Dice& dice) { return DismissAlert{known_alert(dice)}; }

CommandPayload configure_alert(const Dice& dice) {
  return ConfigureAlertType{static_cast<AlertType>(dice.a % 20), dice.b % 4 != 0,
                            static_cast<AlertSeverity>(dice.c % 3)};
}

// -- Users and tokens ----------------------------------------------------------------------------

CommandPayload create_user(const Dice& dice) {
  return CreateUser{named<UserId>("u", dice.a, 3), "User", static_cast<Role>(dice.b % 5)};
}
CommandPayload change_user(const Dice& dice) {
  return ChangeUser{named<UserId>("u", dice.a, 3), "User " + std::to_string(dice.c % 2),
                    static_cast<Role>(dice.b % 5)};
}
CommandPayload disable_user(const Dice& dice) { return DisableUser{named<UserId>("u", dice.a, 3)}; }
CommandPayload enable_user(const Dice& dice) { return EnableUser{named<UserId>("u", dice.a, 3)}; }

CommandPayload issue_token(const Dice& dice) {
  IssueToken issue{named<TokenId>("token", dice.a, 9),
                   {},
                   static_cast<Role>(dice.b % 5),
                   digest_of(dice.c),
                   dice.now + days(1 + dice.c % 60),
                   "",
                   {}};
  if (const auto user = perhaps_one_of(dice.world.access.users, dice.b)) {
    issue.user = *user;
    issue.role = dice.world.access.users.at(*user).facts.role;
  }
  return issue;
}

CommandPayload revoke_token(const Dice& dice) {
  return RevokeToken{named<TokenId>("token", dice.a, 9)};
}

CommandPayload issue_enrolment(const Dice& dice) {
  return IssueEnrolmentToken{named<TokenId>("join", dice.a, 6),
                             digest_of(dice.c),
                             1 + dice.b % 3,
                             dice.now + days(1 + dice.c % 9),
                             perhaps_one_of(dice.world.policies.policies, dice.b),
                             {},
                             {}};
}

CommandPayload revoke_enrolment(const Dice& dice) {
  return RevokeEnrolmentToken{named<TokenId>("join", dice.a, 6)};
}

// -- The ledger itself ---------------------------------------------------------------------------

CommandPayload set_bookmark(const Dice& dice) {
  const auto size = static_cast<std::uint32_t>(dice.world.size.value);
  return SetBookmark{named<BookmarkId>("mark", dice.a, 4), Position{dice.b % (size + 1)}};
}
CommandPayload remove_bookmark(const Dice& dice) {
  return RemoveBookmark{named<BookmarkId>("mark", dice.a, 4)};
}

CommandPayload record_verification(const Dice& dice) {
  const bool sound = dice.a % 3 != 0;
  RecordVerification run{dice.world.size, digest_of(dice.b), sound, {}};
  if (!sound) run.faults = {"Record 7 is not what its leaf says."};
  return run;
}

// What only says that something happened; one step for all of them.
CommandPayload record_something(const Dice& dice) {
  const Position size = dice.world.size;
  switch (dice.a % 15) {
    case 0:
      return RecordServiceStarted{"0.1.0", 1, size, 0};
    case 1:
      return RecordServiceStopped{"asked to"};
    case 2:
      return RecordViewsDigested{size, {{"computers", 3, dice.b, dice.c}}};
    case 3:
      return RecordSigningKey{"key-" + std::to_string(dice.b % 3), "ledger", "AAAA"};
    case 4:
      return RecordBackup{size, digest_of(dice.b), "backup"};
    case 5:
      return RecordRestore{size, digest_of(dice.b), "backup"};
    case 6:
      return RecordExport{"computers", "platform = linux", size, 3, "csv", digest_of(dice.b)};
    case 8:
      return RecordEvidence{"stream policy/web", Position{0}, size, digest_of(dice.b)};
    case 9:
      return RetireSigningKey{"key-" + std::to_string(dice.b % 3)};
    case 10:
      return RecordWitnessCosigned{"w" + std::to_string(dice.b % 2), size, digest_of(dice.b)};
    case 11:
      return RecordWitnessRefused{"w" + std::to_string(dice.b % 2), size, "another root"};
    case 12:
      return RecordWitnessUnreachable{"w" + std::to_string(dice.b % 2), size, "no answer"};
    case 13:
      return RecordReport{"coverage", Position{0}, size, digest_of(dice.b)};
    case 7:
      return RecordAccessDenied{"POST", "/v1/policies", "policies.write"};
    default:
      return RecordSignInFailed{1 + dice.b % 5, "unknown token"};
  }
}

constexpr Choice service_commands[] = {
    {"create_task", create_task, 8},
    {"change_task", change_task, 3},
    {"delete_task", delete_task, 2},
    {"run_task", run_task, 4},
    {"report_task_run", report_task_run, 4},
    {"acknowledge", acknowledge, 3},
    {"dismiss", dismiss, 6},
    {"configure_alert", configure_alert, 4},
    {"create_user", create_user, 3},
    {"change_user", change_user, 2},
    {"disable_user", disable_user, 2},
    {"enable_user", enable_user, 4},
    {"issue_token", issue_token, 4},
    {"revoke_token", revoke_token, 2},
    {"issue_enrolment", issue_enrolment, 3},
    {"revoke_enrolment", revoke_enrolment, 1},
    {"set_bookmark", set_bookmark, 2},
    {"remove_bookmark", remove_bookmark, 1},
    {"record_verification", record_verification, 2},
    {"record_something", record_something, 6},
};

}  // namespace

std::span<const Choice> service_choices() { return service_commands; }

}  // namespace tests

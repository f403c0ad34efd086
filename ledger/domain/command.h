// The command: what people ask, what schedules ask, and what I/O reports. decide() turns it into
// events.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/commands_access.h"
#include "ledger/domain/commands_alerts.h"
#include "ledger/domain/commands_computers.h"
#include "ledger/domain/commands_patterns.h"
#include "ledger/domain/commands_policies.h"
#include "ledger/domain/commands_relays.h"
#include "ledger/domain/commands_rule_updates.h"
#include "ledger/domain/commands_schedules.h"
#include "ledger/domain/commands_service.h"
#include "ledger/domain/commands_settings.h"
#include "ledger/domain/commands_sources.h"
#include "ledger/domain/one_of.h"

namespace ledger::domain {

struct CommandPayloadTypes {
  using List =
      TypeList<Tick, RecordServiceStarted, RecordServiceStopped, RecordViewsDigested,
               RecordVerification, RecordSigningKey, RecordBackup, RecordRestore, RecordExport,
               RecordAccessDenied, RecordSignInFailed, SetBookmark, RemoveBookmark, ChangeSetting,
               ChangePolicySetting, ConfigureSource, RemoveSource, RequestSourceCheck,
               ReportSourceChecked, ReportSourceCheckFailed, ReportVerificationFailed,
               ReleasePattern, RetirePattern, ImportRuleUpdate, ApplyRuleUpdate, ReapplyRuleUpdate,
               RollBackRuleUpdate, DeleteRuleUpdate, RecordRuleUpdateExport, PlaceHold, ReleaseHold,
               CreatePolicy, ChangePolicy, DeletePolicy, AssignRules, UnassignRules, EnrolComputer,
               ChangeComputerFacts, ReportComputer, RemoveComputer, AssignPolicy, MoveComputer,
               AssignRelayGroup, Instruct, ReportInstructionTaken, ReportInstructionFinished,
               CancelInstruction, ReportUpdateFailed, CreateGroup, ChangeGroup, DeleteGroup,
               SaveSearch, DeleteSearch, CreateRelayGroup, ChangeRelayGroup, DeleteRelayGroup,
               RegisterRelay, RemoveRelay, ReportRelay, ReportRelayUnavailable, CreateTask,
               ChangeTask, DeleteTask, RunTask, ReportTaskRun, AcknowledgeAlert, DismissAlert,
               ConfigureAlertType, CreateUser, ChangeUser, DisableUser, IssueToken, RevokeToken,
               IssueEnrolmentToken, RevokeEnrolmentToken, RecordEvidence, RetireSigningKey,
               RenewIdentity, RevokeIdentity, ReportClone, ReportHook, RecordBundleCreated,
               ReportTrustRoot, ReportDownloadStarted, ReportDownloadFinished, ReportDownloadFailed,
               RecordBundleImported, RecordBundleRefused, RecordContentPruned,
               RecordWitnessCosigned, RecordWitnessRefused, RecordWitnessUnreachable,
               RevokeCertificate, RecordReport, EnableUser>;
};
extern template class OneOf<CommandPayloadTypes>;
using CommandPayload = OneOf<CommandPayloadTypes>;

// By index in CommandPayload; what refusals and metrics call it.
constexpr std::array<std::string_view, 95> command_names = {
    "tick",
    "record_service_started",
    "record_service_stopped",
    "record_views_digested",
    "record_verification",
    "record_signing_key",
    "record_backup",
    "record_restore",
    "record_export",
    "record_access_denied",
    "record_sign_in_failed",
    "set_bookmark",
    "remove_bookmark",
    "change_setting",
    "change_policy_setting",
    "configure_source",
    "remove_source",
    "request_source_check",
    "report_source_checked",
    "report_source_check_failed",
    "report_verification_failed",
    "release_pattern",
    "retire_pattern",
    "import_rule_update",
    "apply_rule_update",
    "reapply_rule_update",
    "roll_back_rule_update",
    "delete_rule_update",
    "record_rule_update_export",
    "place_hold",
    "release_hold",
    "create_policy",
    "change_policy",
    "delete_policy",
    "assign_rules",
    "unassign_rules",
    "enrol_computer",
    "change_computer_facts",
    "report_computer",
    "remove_computer",
    "assign_policy",
    "move_computer",
    "assign_relay_group",
    "instruct",
    "report_instruction_taken",
    "report_instruction_finished",
    "cancel_instruction",
    "report_update_failed",
    "create_group",
    "change_group",
    "delete_group",
    "save_search",
    "delete_search",
    "create_relay_group",
    "change_relay_group",
    "delete_relay_group",
    "register_relay",
    "remove_relay",
    "report_relay",
    "report_relay_unavailable",
    "create_task",
    "change_task",
    "delete_task",
    "run_task",
    "report_task_run",
    "acknowledge_alert",
    "dismiss_alert",
    "configure_alert_type",
    "create_user",
    "change_user",
    "disable_user",
    "issue_token",
    "revoke_token",
    "issue_enrolment_token",
    "revoke_enrolment_token",
    "record_evidence",
    "retire_signing_key",
    "renew_identity",
    "revoke_identity",
    "report_clone",
    "report_hook",
    "record_bundle_created",
    "report_trust_root",
    "report_download_started",
    "report_download_finished",
    "report_download_failed",
    "record_bundle_imported",
    "record_bundle_refused",
    "record_content_pruned",
    "record_witness_cosigned",
    "record_witness_refused",
    "record_witness_unreachable",
    "revoke_certificate",
    "record_report",
    "enable_user",
};
static_assert(CommandPayloadTypes::List::size == command_names.size());

inline std::string_view command_name(const CommandPayload& payload) {
  return command_names[payload.index()];
}

struct Command {
  CommandId id;
  Actor actor;
  std::optional<Time> occurred_at;  // The reporter's claim; absent: when it is recorded.
  std::string reason;
  std::string ticket;
  std::optional<Digest> plan_digest;  // The plan that was confirmed, for dangerous actions.
  std::optional<std::uint64_t> expected_version;  // Of the subject's stream.
  std::optional<Position> causation;              // The event that led to this command.
  std::optional<Position> correlation;            // Where that event's chain of causes began.
  CommandPayload payload;
};

}  // namespace ledger::domain

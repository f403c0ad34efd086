// The event: one thing that happened, with who, when, why and because of what. The payload is
// exactly one of the structs of the events_*.h headers; a type that is not listed here is not in
// the language.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/events_access.h"
#include "ledger/domain/events_alerts.h"
#include "ledger/domain/events_computers.h"
#include "ledger/domain/events_patterns.h"
#include "ledger/domain/events_policies.h"
#include "ledger/domain/events_relays.h"
#include "ledger/domain/events_rule_updates.h"
#include "ledger/domain/events_schedules.h"
#include "ledger/domain/events_service.h"
#include "ledger/domain/events_settings.h"
#include "ledger/domain/events_sources.h"
#include "ledger/domain/one_of.h"

namespace ledger::domain {

// Only ever appended to: the index of a type is its number in the log.
struct PayloadTypes {
  using List = TypeList<
      ServiceStarted, ServiceStopped, ViewsDigested, LedgerVerified, SigningKeyIntroduced,
      SigningKeyRetired, WitnessCosigned, WitnessRefused, BackupCreated, LedgerRestored, ExportMade,
      EvidenceIssued, ReportMade, CommandRefused, AccessDenied, SignInFailed, BookmarkSet,
      BookmarkRemoved, ClockStepped, SettingChanged, PolicySettingChanged, SourceConfigured,
      SourceRemoved, SourceCheckRequested, SourceChecked, SourceCheckFailed, SourceUnreachable,
      SourceReachable, MetadataExpiring, MetadataExpired, TrustRootAdvanced,
      ContentVerificationFailed, EquivocationDetected, DownloadStarted, DownloadFinished,
      DownloadFailed, ContentPruned, BundleCreated, BundleImported, BundleRefused, PatternReleased,
      PatternRetired, RuleUpdateImported, RulesRecorded, RuleUpdateApplied, RuleUpdateReapplied,
      RuleUpdateRolledBack, RuleUpdateDeleted, RuleUpdateExported, AutoApplyWithheld, HoldPlaced,
      HoldReleased, PolicyCreated, PolicyChanged, PolicyDeleted, RulesAssigned, RulesUnassigned,
      PolicyRulesetChanged, PolicySendFailed, ComputerEnrolled, ComputerFactsChanged,
      ComputerReported, ComputerRemoved, PolicyAssigned, ComputerMoved, RelayGroupAssigned,
      Instructed, InstructionTaken, InstructionFinished, InstructionCancelled, ComputerUpdateFailed,
      ComputerSilent, ComputerReturned, HookFinished, IdentityIssued, IdentityRevoked,
      CloneDetected, GroupCreated, GroupChanged, GroupDeleted, SearchSaved, SearchDeleted,
      RelayGroupCreated, RelayGroupChanged, RelayGroupDeleted, RelayRegistered, RelayRemoved,
      RelayReported, RelayUnavailable, RelayAvailable, RelayGroupUpdateRequested, TaskCreated,
      TaskChanged, TaskDeleted, TaskRunStarted, TaskRunFinished, TaskRunMissed, TimetableSet,
      AlertRaised, AlertChanged, AlertEnded, AlertAcknowledged, AlertTypeConfigured, UserCreated,
      UserChanged, UserDisabled, UserCredentialChanged, TokenIssued, TokenRevoked, SessionOpened,
      SessionClosed, EnrolmentTokenIssued, EnrolmentTokenRevoked, WitnessUnreachable, UserEnabled>;
};
extern template class OneOf<PayloadTypes>;
using Payload = OneOf<PayloadTypes>;

// "rule_update.rolled_back": the subject's topic and what happened, by index in Payload.
constexpr std::array<std::string_view, 115> payload_names = {
    "service.started",
    "service.stopped",
    "views.digested",
    "ledger.verified",
    "signing_key.introduced",
    "signing_key.retired",
    "witness.cosigned",
    "witness.refused",
    "backup.created",
    "ledger.restored",
    "export.made",
    "evidence.issued",
    "report.made",
    "command.refused",
    "access.denied",
    "sign_in.failed",
    "bookmark.set",
    "bookmark.removed",
    "clock.stepped",
    "setting.changed",
    "policy_setting.changed",
    "source.configured",
    "source.removed",
    "source.check_requested",
    "source.checked",
    "source.check_failed",
    "source.unreachable",
    "source.reachable",
    "metadata.expiring",
    "metadata.expired",
    "trust_root.advanced",
    "content.verification_failed",
    "equivocation.detected",
    "download.started",
    "download.finished",
    "download.failed",
    "content.pruned",
    "bundle.created",
    "bundle.imported",
    "bundle.refused",
    "pattern.released",
    "pattern.retired",
    "rule_update.imported",
    "rules.recorded",
    "rule_update.applied",
    "rule_update.reapplied",
    "rule_update.rolled_back",
    "rule_update.deleted",
    "rule_update.exported",
    "auto_apply.withheld",
    "hold.placed",
    "hold.released",
    "policy.created",
    "policy.changed",
    "policy.deleted",
    "rules.assigned",
    "rules.unassigned",
    "policy.ruleset_changed",
    "policy.send_failed",
    "computer.enrolled",
    "computer.facts_changed",
    "computer.reported",
    "computer.removed",
    "policy.assigned",
    "computer.moved",
    "relay_group.assigned",
    "instruction.given",
    "instruction.taken",
    "instruction.finished",
    "instruction.cancelled",
    "computer.update_failed",
    "computer.silent",
    "computer.returned",
    "hook.finished",
    "identity.issued",
    "identity.revoked",
    "clone.detected",
    "group.created",
    "group.changed",
    "group.deleted",
    "search.saved",
    "search.deleted",
    "relay_group.created",
    "relay_group.changed",
    "relay_group.deleted",
    "relay.registered",
    "relay.removed",
    "relay.reported",
    "relay.unavailable",
    "relay.available",
    "relay_group.update_requested",
    "task.created",
    "task.changed",
    "task.deleted",
    "task_run.started",
    "task_run.finished",
    "task_run.missed",
    "timetable.set",
    "alert.raised",
    "alert.changed",
    "alert.ended",
    "alert.acknowledged",
    "alert_type.configured",
    "user.created",
    "user.changed",
    "user.disabled",
    "user_credential.changed",
    "token.issued",
    "token.revoked",
    "session.opened",
    "session.closed",
    "enrolment_token.issued",
    "enrolment_token.revoked",
    "witness.unreachable",
    "user.enabled",
};
static_assert(PayloadTypes::List::size == payload_names.size());

inline std::string_view type_name(const Payload& payload) { return payload_names[payload.index()]; }

struct Event {
  Position position;   // Given at commit by the one writer, from 0, without gaps.
  Time recorded_at;    // Never decreases along the log.
  Time occurred_at;    // As the reporter claims; equals recorded_at where nobody claims.
  std::string stream;  // Whose history this continues: "policy/web".
  std::uint64_t stream_version = 0;  // Dense from 0 within the stream.
  CommandId command;     // The caller's Idempotency-Key; events of one command share it.
  Position correlation;  // The first event of the chain of causes that this one belongs to.
  std::optional<Position> causation;  // The event that caused this one.
  Actor actor;
  Outcome outcome{};
  std::string reason;
  std::string ticket;
  std::optional<Digest> plan_digest;  // Of the plan that was confirmed.
  Payload payload;

  bool operator==(const Event&) const = default;
};

}  // namespace ledger::domain

# The bytes of events. This file is only ever added to: an ordinal, once released, keeps its meaning
# for ever, because the log's records are never written anew.
#
# A record is the six letters LEDGER, the format's number as 16 bits (upcast.h says what the numbers
# mean), and then one unpacked segment with an Event as its root, in canonical form and without a
# segment table. `tail -c +9 record | capnp convert canonical:json events.capnp Event` shows one.
#
# What the types of ledger/domain become:
#   Time, Duration     Int64, microseconds; times are UTC and count from 1970
#   Position           UInt64
#   RuleId             UInt32
#   RuleUpdateId       UInt32, year * 1000 + number: 25-031 is 25031
#   Digest, CommandId  Data of 32 and 16 bytes; all zeros are written as a null pointer
#   names and texts    Text; an empty one is written as a null pointer
#   optional X         X itself where X is a pointer, otherwise a struct around it; null: absent
# Fields are those of the struct's fields() and in their order; layout.h checks that they are.
@0xec2a50d6d9f5cd0e;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ledger::codec::schema");

struct Event {
  # One thing that happened, with who, when, why and because of what.
  position @0 :UInt64;
  recordedAt @1 :Int64;
  occurredAt @2 :Int64;  # As the reporter claims.
  stream @3 :Text;  # Whose history this continues: "policy/web".
  streamVersion @4 :UInt64;
  command @5 :Data;  # 16 bytes.
  correlation @6 :UInt64;
  causation @7 :OptionalUInt64;
  actor @8 :Actor;
  outcome @9 :Outcome;
  reason @10 :Text;
  ticket @11 :Text;
  planDigest @12 :Data;
  payload :union {
    serviceStarted @13 :ServiceStarted;
    serviceStopped @14 :ServiceStopped;
    viewsDigested @15 :ViewsDigested;
    ledgerVerified @16 :LedgerVerified;
    signingKeyIntroduced @17 :SigningKeyIntroduced;
    signingKeyRetired @18 :SigningKeyRetired;
    witnessCosigned @19 :WitnessCosigned;
    witnessRefused @20 :WitnessRefused;
    backupCreated @21 :BackupCreated;
    ledgerRestored @22 :LedgerRestored;
    exportMade @23 :ExportMade;
    evidenceIssued @24 :EvidenceIssued;
    reportMade @25 :ReportMade;
    commandRefused @26 :CommandRefused;
    accessDenied @27 :AccessDenied;
    signInFailed @28 :SignInFailed;
    bookmarkSet @29 :BookmarkSet;
    bookmarkRemoved @30 :BookmarkRemoved;
    clockStepped @31 :ClockStepped;
    settingChanged @32 :SettingChanged;
    policySettingChanged @33 :PolicySettingChanged;
    sourceConfigured @34 :SourceConfigured;
    sourceRemoved @35 :SourceRemoved;
    sourceCheckRequested @36 :SourceCheckRequested;
    sourceChecked @37 :SourceChecked;
    sourceCheckFailed @38 :SourceCheckFailed;
    sourceUnreachable @39 :SourceUnreachable;
    sourceReachable @40 :SourceReachable;
    metadataExpiring @41 :MetadataExpiring;
    metadataExpired @42 :MetadataExpired;
    trustRootAdvanced @43 :TrustRootAdvanced;
    contentVerificationFailed @44 :ContentVerificationFailed;
    equivocationDetected @45 :EquivocationDetected;
    downloadStarted @46 :DownloadStarted;
    downloadFinished @47 :DownloadFinished;
    downloadFailed @48 :DownloadFailed;
    contentPruned @49 :ContentPruned;
    bundleCreated @50 :BundleCreated;
    bundleImported @51 :BundleImported;
    bundleRefused @52 :BundleRefused;
    patternReleased @53 :PatternReleased;
    patternRetired @54 :PatternRetired;
    ruleUpdateImported @55 :RuleUpdateImported;
    rulesRecorded @56 :RulesRecorded;
    ruleUpdateApplied @57 :RuleUpdateApplied;
    ruleUpdateReapplied @58 :RuleUpdateReapplied;
    ruleUpdateRolledBack @59 :RuleUpdateRolledBack;
    ruleUpdateDeleted @60 :RuleUpdateDeleted;
    ruleUpdateExported @61 :RuleUpdateExported;
    autoApplyWithheld @62 :AutoApplyWithheld;
    holdPlaced @63 :HoldPlaced;
    holdReleased @64 :HoldReleased;
    policyCreated @65 :PolicyCreated;
    policyChanged @66 :PolicyChanged;
    policyDeleted @67 :PolicyDeleted;
    rulesAssigned @68 :RulesAssigned;
    rulesUnassigned @69 :RulesUnassigned;
    policyRulesetChanged @70 :PolicyRulesetChanged;
    policySendFailed @71 :PolicySendFailed;
    computerEnrolled @72 :ComputerEnrolled;
    computerFactsChanged @73 :ComputerFactsChanged;
    computerReported @74 :ComputerReported;
    computerRemoved @75 :ComputerRemoved;
    policyAssigned @76 :PolicyAssigned;
    computerMoved @77 :ComputerMoved;
    relayGroupAssigned @78 :RelayGroupAssigned;
    instructed @79 :Instructed;
    instructionTaken @80 :InstructionTaken;
    instructionFinished @81 :InstructionFinished;
    instructionCancelled @82 :InstructionCancelled;
    computerUpdateFailed @83 :ComputerUpdateFailed;
    computerSilent @84 :ComputerSilent;
    computerReturned @85 :ComputerReturned;
    hookFinished @86 :HookFinished;
    identityIssued @87 :IdentityIssued;
    identityRevoked @88 :IdentityRevoked;
    cloneDetected @89 :CloneDetected;
    groupCreated @90 :GroupCreated;
    groupChanged @91 :GroupChanged;
    groupDeleted @92 :GroupDeleted;
    searchSaved @93 :SearchSaved;
    searchDeleted @94 :SearchDeleted;
    relayGroupCreated @95 :RelayGroupCreated;
    relayGroupChanged @96 :RelayGroupChanged;
    relayGroupDeleted @97 :RelayGroupDeleted;
    relayRegistered @98 :RelayRegistered;
    relayRemoved @99 :RelayRemoved;
    relayReported @100 :RelayReported;
    relayUnavailable @101 :RelayUnavailable;
    relayAvailable @102 :RelayAvailable;
    relayGroupUpdateRequested @103 :RelayGroupUpdateRequested;
    taskCreated @104 :TaskCreated;
    taskChanged @105 :TaskChanged;
    taskDeleted @106 :TaskDeleted;
    taskRunStarted @107 :TaskRunStarted;
    taskRunFinished @108 :TaskRunFinished;
    taskRunMissed @109 :TaskRunMissed;
    timetableSet @110 :TimetableSet;
    alertRaised @111 :AlertRaised;
    alertChanged @112 :AlertChanged;
    alertEnded @113 :AlertEnded;
    alertAcknowledged @114 :AlertAcknowledged;
    alertTypeConfigured @115 :AlertTypeConfigured;
    userCreated @116 :UserCreated;
    userChanged @117 :UserChanged;
    userDisabled @118 :UserDisabled;
    userCredentialChanged @119 :UserCredentialChanged;
    tokenIssued @120 :TokenIssued;
    tokenRevoked @121 :TokenRevoked;
    sessionOpened @122 :SessionOpened;
    sessionClosed @123 :SessionClosed;
    enrolmentTokenIssued @124 :EnrolmentTokenIssued;
    enrolmentTokenRevoked @125 :EnrolmentTokenRevoked;
    witnessUnreachable @126 :WitnessUnreachable;
    userEnabled @127 :UserEnabled;
  }
}

# -- Words that events share -----------------------------------------------------------------------

enum ActorKind {
  # Who did it.
  system @0;
  user @1;
  token @2;
  agent @3;
  relay @4;
  schedule @5;
}

enum Authentication {
  # How the actor proved to be so.
  none @0;
  token @1;
  session @2;
  certificate @3;
  local @4;
}

enum Outcome {
  # How it ended.
  done @0;
  refused @1;
  failed @2;
}

enum Module {
  # The parts of the protection that have rules.
  antiMalware @0;
  firewall @1;
  intrusionPrevention @2;
  integrityMonitoring @3;
  logInspection @4;
}

enum RuleSeverity {
  low @0;
  medium @1;
  high @2;
  critical @3;
}

enum ImportOrigin {
  file @0;
  check @1;
  bundle @2;
}

enum PruneCause {
  manual @0;
  retention @1;
}

enum HoldEnd {
  manual @0;
  expired @1;
}

enum SettingName {
  primarySource @0;
  agentsDirectWhenRelaysUnavailable @1;
  agentsDirectWhenManagerUnavailable @2;
  autoApplyRuleUpdates @3;
  ruleUpdatesKept @4;
  instructionPendingAlertAfter @5;
  patternUnusedAlertAfter @6;
  ruleUpdateUnappliedAlertAfter @7;
  relaysDownloadAllRegions @8;
  heartbeatInterval @9;
  heartbeatsMissedUntilSilent @10;
}

enum DownloadMode {
  checkOnly @0;
  checkAndDownload @1;
}

enum SourceFault {
  # Whose fault it was, as far as the one who tried can tell.
  none @0;
  nameNotResolved @1;
  connectionRefused @2;
  timedOut @3;
  tlsFailed @4;
  httpStatus @5;
  proxyFailed @6;
  notFound @7;
  metadataExpired @8;
  verificationFailed @9;
  diskFull @10;
  other @11;
}

enum SyncReason {
  # Why a relay does not serve the latest update. `none`: it does.
  none @0;
  airGapped @1;
  unreachable @2;
  sourceUnreachable @3;
  diskFull @4;
  verificationFailed @5;
  behindParent @6;
  neverReported @7;
}

enum ScopeKind {
  # What an instruction or a task is for. A scope is a description, not a list: it is looked at when
  # asked.
  all @0;
  computers @1;
  group @2;
  groupTree @3;
  policy @4;
  policyTree @5;
  relayGroup @6;
}

enum InstructionAction {
  downloadUpdate @0;
  rollBackPatterns @1;
  sendPolicy @2;
}

enum UpdateFault {
  none @0;
  relayUnreachable @1;
  sourceUnreachable @2;
  verificationFailed @3;
  diskFull @4;
  installFailed @5;
  hookFailed @6;
  agentTooOld @7;
  timedOut @8;
  other @9;
}

enum AlertType {
  patternsUnused @0;
  ruleUpdateUnapplied @1;
  instructionOverdue @2;
  updateFailed @3;
  relayOutOfSync @4;
  relayUnavailable @5;
  sourceUnreachable @6;
  contentVerificationFailed @7;
  metadataExpiring @8;
  metadataExpired @9;
  computerSilent @10;
  autoApplyHeld @11;
  policySendFailed @12;
  agentTooOld @13;
  diskLow @14;
  ledgerVerificationFailed @15;
  equivocation @16;
  cloneDetected @17;
  witnessUnreachable @18;
  recordedTimeAhead @19;
}

enum AlertSeverity {
  info @0;
  warning @1;
  critical @2;
}

enum Role {
  viewer @0;
  auditor @1;
  operator @2;
  approver @3;
  admin @4;
  agent @5;
  relay @6;
  witness @7;
}

enum RecurrenceKind {
  once @0;
  hourly @1;
  daily @2;
  weekdays @3;
  weekly @4;
  monthly @5;
}

enum Weekday {
  monday @0;
  tuesday @1;
  wednesday @2;
  thursday @3;
  friday @4;
  saturday @5;
  sunday @6;
}

enum Month {
  january @0;
  february @1;
  march @2;
  april @3;
  may @4;
  june @5;
  july @6;
  august @7;
  september @8;
  october @9;
  november @10;
  december @11;
}

enum Ordinal {
  # Which of a month's days.
  first @0;
  second @1;
  third @2;
  fourth @3;
  last @4;
}

enum TaskKind {
  checkForUpdates @0;
  sendPatterns @1;
  sendPolicy @2;
  verifyLedger @3;
  exportReport @4;
  prune @5;
}

struct Actor {
  # Who, and from where.
  kind @0 :ActorKind;
  id @1 :Text;
  address @2 :Text;
  authentication @3 :Authentication;
}

struct Rule {
  # One rule of one rule update. The body stays in the update's document, found by its digest.
  id @0 :UInt32;
  module @1 :Module;
  name @2 :Text;
  version @3 :UInt32;
  severity @4 :RuleSeverity;
  applicationType @5 :Text;
  cves @6 :List(Text);
  autoAssignable @7 :Bool;
  body @8 :Data;
  bodyBytes @9 :UInt32;
}

struct ComponentVersion {
  component @0 :Text;
  version @1 :Text;
}

struct Scope {
  kind @0 :ScopeKind;
  name @1 :Text;  # Of the group, policy or relay group.
  computers @2 :List(Text);  # Only for kind computers; a saved search is resolved to these.
  search @3 :Text;  # Where `computers` came from.
}

struct Unheard {
  # A computer that the contact book has not heard for too long, and when it last did.
  computer @0 :Text;
  lastContact @1 :Int64;
}

struct ViewDigest {
  # A view's current rows, as a sum that does not depend on their order: 128 bits in two halves.
  view @0 :Text;
  rows @1 :UInt64;
  high @2 :UInt64;
  low @3 :UInt64;
}

struct Recurrence {
  # What each kind reads; any other field must be absent.
  #   once      `at`, or `date` with `hour` and `minute`
  #   hourly    `minute`: each moment at which clocks show it, also in an hour that they show twice
  #   daily     `hour`, `minute`; `every` N days, counted from `date`
  #   weekdays  `hour`, `minute`: Monday to Friday
  #   weekly    `hour`, `minute`, `days_of_week`; `every` N weeks, counted from the week of `date`
  #   monthly   `hour`, `minute`; `day_of_month` (a month without it is passed over), or the
  #             `ordinal` of the one weekday in `days_of_week`, or of all days ("last": the last
  #             day); `months`
  # Nothing falls due before `date`. Weeks begin on Monday. A time of day that clocks jump over
  # falls due at the jump, one that they show twice at the first.
  kind @0 :RecurrenceKind;
  timeZone @1 :Text;  # IANA name: "Europe/Berlin".
  at @2 :OptionalInt64;
  date @3 :Text;  # "2026-11-03"
  hour @4 :OptionalUInt32;  # 0..23
  minute @5 :OptionalUInt32;  # 0..59
  every @6 :OptionalUInt32;  # 1..limits::recurrence_every_max; absent: 1.
  daysOfWeek @7 :List(Weekday);
  dayOfMonth @8 :OptionalUInt32;  # 1..31
  ordinal @9 :OptionalOrdinal;
  months @10 :List(Month);  # Empty: all.
}

struct TaskDefinition {
  # What a scheduled task does, when, for whom.
  kind @0 :TaskKind;
  description @1 :Text;
  recurrence @2 :Recurrence;
  enabled @3 :Bool;
  startDeadline @4 :OptionalInt64;  # How late a run may still start; absent: any time.
  scope @5 :Scope;  # Whom it concerns, for kinds that concern computers.
  parameter @6 :Text;  # The report's name, the source's id.
}

# Values that may be absent: a null pointer is none, so that zero is not mistaken for it.
struct OptionalInt64 { value @0 :Int64; }
struct OptionalOrdinal { value @0 :Ordinal; }
struct OptionalUInt32 { value @0 :UInt32; }
struct OptionalUInt64 { value @0 :UInt64; }

# -- The ledger about itself -----------------------------------------------------------------------

struct ServiceStarted {
  # The manager opened the log and begins to serve.
  version @0 :Text;  # Of the program.
  dataFormat @1 :UInt32;
  size @2 :UInt64;  # Records found at start.
  beyondHead @3 :UInt64;
  # Of those, records that the head file did not cover yet: durable, perhaps never acknowledged.
}

struct ServiceStopped {
  # An orderly stop; a start without one before it was a crash.
  cause @0 :Text;
}

struct ViewsDigested {
  # What every view amounts to after `folded` events; every later replay must reproduce it.
  folded @0 :UInt64;
  views @1 :List(ViewDigest);
}

struct LedgerVerified {
  # A verification run over the first `size` records ended.
  size @0 :UInt64;
  root @1 :Data;
  sound @2 :Bool;
  faults @3 :List(Text);  # The first ones, in words.
}

struct SigningKeyIntroduced {
  # From here on checkpoints are signed by this key.
  keyId @0 :Text;
  name @1 :Text;
  publicKey @2 :Text;  # Base64.
}

struct SigningKeyRetired {
  # Checkpoints signed by it stay valid; it signs no new ones.
  keyId @0 :Text;
}

struct WitnessCosigned {
  # A witness elsewhere has seen this head and found it consistent with the last it saw.
  witness @0 :Text;
  size @1 :UInt64;
  root @2 :Data;
}

struct WitnessRefused {
  # A witness found this head inconsistent.
  witness @0 :Text;
  size @1 :UInt64;
  detail @2 :Text;
}

struct BackupCreated {
  # A copy of the record was made.
  size @0 :UInt64;
  root @1 :Data;
  name @2 :Text;
}

struct LedgerRestored {
  # The log continues from a backup.
  size @0 :UInt64;
  root @1 :Data;
  name @2 :Text;
}

struct ExportMade {
  # Somebody took data out.
  what @0 :Text;  # The route or report.
  filter @1 :Text;
  asOf @2 :UInt64;
  rows @3 :UInt64;
  format @4 :Text;
  digest @5 :Data;
}

struct EvidenceIssued {
  # An evidence bundle was made.
  scope @0 :Text;
  from @1 :UInt64;
  to @2 :UInt64;
  digest @3 :Data;
}

struct ReportMade {
  # A report over a period was made.
  report @0 :Text;
  from @1 :UInt64;
  to @2 :UInt64;
  digest @3 :Data;
}

struct CommandRefused {
  # Somebody with the right to ask asked for what the domain does not allow.
  command @0 :Text;
  subject @1 :Text;
  code @2 :Text;
  detail @3 :Text;
  conflict @4 :Bool;  # The state had moved on, as opposed to a rule that forbids it.
}

struct AccessDenied {
  # Somebody known asked for what the role does not allow.
  method @0 :Text;
  route @1 :Text;
  permission @2 :Text;
}

struct SignInFailed {
  # Attempts without a valid credential from one address since the last such event.
  attempts @0 :UInt32;
  cause @1 :Text;
}

struct BookmarkSet {
  # A position got a name.
  bookmark @0 :Text;
  position @1 :UInt64;
}

struct BookmarkRemoved {
  # The name is free again; the position stays.
  bookmark @0 :Text;
}

struct ClockStepped {
  # The wall clock went back; recorded times stand still until it has caught up.
  from @0 :Int64;
  to @1 :Int64;
}

# -- Settings --------------------------------------------------------------------------------------

struct SettingChanged {
  # A setting of the whole product.
  name @0 :SettingName;
  value @1 :Text;
  previous @2 :Text;
}

struct PolicySettingChanged {
  # A policy's own value of a setting, or its end.
  policy @0 :Text;
  name @1 :SettingName;
  value @2 :Text;  # Absent: the product's value counts again.
  previous @3 :Text;
}

# -- Sources of updates ----------------------------------------------------------------------------

struct SourceConfigured {
  # A source was added or changed.
  source @0 :Text;
  url @1 :Text;
  alternativeUrl @2 :Text;
  trustRoot @3 :Data;  # Of the root metadata pinned for it.
  proxy @4 :Text;
  enabled @5 :Bool;
}

struct SourceRemoved {
  # Its content stays; nothing is asked of it any more.
  source @0 :Text;
}

struct SourceCheckRequested {
  # A check begins.
  source @0 :Text;
  check @1 :Text;
  download @2 :DownloadMode;
}

struct SourceChecked {
  # A check succeeded.
  source @0 :Text;
  check @1 :Text;
  metadataVersion @2 :UInt64;
  metadataDigest @3 :Data;
  expiresAt @4 :OptionalInt64;  # Of the metadata that expires first.
  ruleUpdates @5 :List(UInt32);  # New ones.
  patterns @6 :UInt32;  # New ones.
}

struct SourceCheckFailed {
  # A check failed; the fault is the source's own or the way's, as `cause` says.
  source @0 :Text;
  check @1 :Text;
  cause @2 :SourceFault;
  detail @3 :Text;
}

struct SourceUnreachable {
  # Noticed by `observer`: the manager or a relay.
  source @0 :Text;
  observer @1 :Text;
  cause @2 :SourceFault;
  detail @3 :Text;
}

struct SourceReachable {
  # The same observer reaches it again.
  source @0 :Text;
  observer @1 :Text;
}

struct MetadataExpiring {
  # A role's metadata ends in so many days.
  source @0 :Text;
  role @1 :Text;
  expiresAt @2 :Int64;
  daysLeft @3 :UInt32;
}

struct MetadataExpired {
  # New content is refused until the role is signed anew; what runs goes on.
  source @0 :Text;
  role @1 :Text;
  expiresAt @2 :Int64;
}

struct TrustRootAdvanced {
  # The next root was verified by the one before it.
  source @0 :Text;
  version @1 :UInt64;
  digest @2 :Data;
}

struct ContentVerificationFailed {
  # Bytes were not what a signature or a digest says.
  source @0 :Text;
  target @1 :Text;
  role @2 :Text;
  observer @3 :Text;
  detail @4 :Text;
}

struct EquivocationDetected {
  # One version of a role was seen with two digests.
  source @0 :Text;
  role @1 :Text;
  version @2 :UInt64;
  first @3 :Data;
  second @4 :Data;
  observer @5 :Text;
}

struct DownloadStarted {
  # Bytes of a target are on their way.
  source @0 :Text;
  target @1 :Text;
  digest @2 :Data;
  bytes @3 :UInt64;
}

struct DownloadFinished {
  # A target was downloaded and verified.
  source @0 :Text;
  target @1 :Text;
  digest @2 :Data;
  bytes @3 :UInt64;
  rootVersion @4 :UInt64;
  metadataVersion @5 :UInt64;
}

struct DownloadFailed {
  # A target could not be had.
  source @0 :Text;
  target @1 :Text;
  cause @2 :SourceFault;
  detail @3 :Text;
}

struct ContentPruned {
  # Bytes are gone from the content store; digest and size stay here.
  digest @0 :Data;
  bytes @1 :UInt64;
  cause @2 :PruneCause;
}

struct BundleCreated {
  # A file for an air-gapped place.
  digest @0 :Data;
  bytes @1 :UInt64;
  metadataVersion @2 :UInt64;
}

struct BundleImported {
  # Content arrived as a file.
  digest @0 :Data;
  bytes @1 :UInt64;
  metadataVersion @2 :UInt64;
  alreadyNewer @3 :Bool;
}

struct BundleRefused {
  # A file was not taken.
  digest @0 :Data;
  detail @1 :Text;
}

# -- Patterns --------------------------------------------------------------------------------------

struct PatternReleased {
  # A component's new version is stored and offered to relays.
  component @0 :Text;
  product @1 :Text;
  platform @2 :Text;
  version @3 :Text;
  releasedAt @4 :Int64;
  digest @5 :Data;
  bytes @6 :UInt64;
  source @7 :Text;
}

struct PatternRetired {
  # A version is offered no longer.
  component @0 :Text;
  platform @1 :Text;
  version @2 :Text;
}

# -- Rule updates ----------------------------------------------------------------------------------

struct RuleUpdateImported {
  # A rule update is available; its rules follow in `chunks` events of the same batch.
  update @0 :UInt32;
  title @1 :Text;
  digest @2 :Data;  # Of the document's bytes.
  bytes @3 :UInt64;
  releasedAt @4 :Int64;
  origin @5 :ImportOrigin;
  source @6 :Text;
  metadataVersion @7 :UInt64;  # Verified under; 0 for a file.
  rules @8 :UInt32;
  chunks @9 :UInt32;
}

struct RulesRecorded {
  # A part of an update's complete set of rules, by id.
  update @0 :UInt32;
  chunk @1 :UInt32;
  rules @2 :List(Rule);
}

struct RuleUpdateApplied {
  # The update is in force.
  update @0 :UInt32;
  previous @1 :OptionalUInt32;
  automatic @2 :Bool;
}

struct RuleUpdateReapplied {
  # The update in force was resolved again for every policy.
  update @0 :UInt32;
}

struct RuleUpdateRolledBack {
  # An earlier update is in force again.
  from @0 :UInt32;
  to @1 :UInt32;
  hold @2 :Text;
}

struct RuleUpdateDeleted {
  # The bytes are gone, the history stays.
  update @0 :UInt32;
  digest @1 :Data;
  cause @2 :PruneCause;
}

struct RuleUpdateExported {
  # Somebody took the document.
  update @0 :UInt32;
  digest @1 :Data;
  bytes @2 :UInt64;
}

struct AutoApplyWithheld {
  # The update would have been applied by itself, but a hold stands against it.
  update @0 :UInt32;
  hold @1 :Text;
}

struct HoldPlaced {
  # Until it is released, nothing of its scope is applied by itself.
  hold @0 :Text;
  update @1 :OptionalUInt32;  # Absent: every update is held.
  until @2 :OptionalInt64;
}

struct HoldReleased {
  # Automatic steps may go on.
  hold @0 :Text;
  cause @1 :HoldEnd;
}

# -- Policies --------------------------------------------------------------------------------------

struct PolicyCreated {
  # A policy without rules of its own; it inherits its parent's.
  policy @0 :Text;
  parent @1 :Text;
  description @2 :Text;
}

struct PolicyChanged {
  # Parent or description.
  policy @0 :Text;
  parent @1 :Text;
  description @2 :Text;
}

struct PolicyDeleted {
  # Only without children and computers.
  policy @0 :Text;
}

struct RulesAssigned {
  # Rules by id; an application type or module assigned here also lets new auto-assignable rules in.
  policy @0 :Text;
  rules @1 :List(UInt32);
  applicationTypes @2 :List(Text);
  modules @3 :List(Module);
  automatic @4 :Bool;
}

struct RulesUnassigned {
  # The reverse.
  policy @0 :Text;
  rules @1 :List(UInt32);
  applicationTypes @2 :List(Text);
  modules @3 :List(Module);
}

struct PolicyRulesetChanged {
  # What the policy's computers are to run from now on.
  policy @0 :Text;
  update @1 :OptionalUInt32;
  ruleset @2 :Data;
  rules @3 :UInt32;
  added @4 :UInt32;
  removed @5 :UInt32;
  changed @6 :UInt32;
}

struct PolicySendFailed {
  # A policy could not be sent to a computer.
  policy @0 :Text;
  computer @1 :Text;
  detail @2 :Text;
}

# -- Computers -------------------------------------------------------------------------------------

struct ComputerEnrolled {
  # A computer joined the fleet.
  computer @0 :Text;
  name @1 :Text;
  platform @2 :Text;
  agentVersion @3 :Text;
  modules @4 :List(Module);
  labels @5 :List(Text);
  policy @6 :Text;
  group @7 :Text;
  relayGroup @8 :Text;
  enrolment @9 :Text;
  key @10 :Data;  # Of its public key.
}

struct ComputerFactsChanged {
  # What it is, as it says.
  computer @0 :Text;
  name @1 :Text;
  platform @2 :Text;
  agentVersion @3 :Text;
  modules @4 :List(Module);
  labels @5 :List(Text);
}

struct ComputerReported {
  # What is in effect on it.
  computer @0 :Text;
  sequence @1 :UInt64;  # Counted by the computer; a report that is not newer is not recorded.
  components @2 :List(ComponentVersion);
  ruleset @3 :Data;
  ruleUpdate @4 :OptionalUInt32;
}

struct ComputerRemoved {
  # It left the fleet.
  computer @0 :Text;
}

struct PolicyAssigned {
  # To one computer.
  computer @0 :Text;
  policy @1 :Text;
}

struct ComputerMoved {
  # To another group.
  computer @0 :Text;
  group @1 :Text;
}

struct RelayGroupAssigned {
  # To one computer.
  computer @0 :Text;
  relayGroup @1 :Text;
}

struct Instructed {
  # One event, however many computers its scope covers.
  instruction @0 :Text;
  number @1 :UInt64;
  # Counts instructions; a computer owes an answer to those after the last it answered.
  action @2 :InstructionAction;
  scope @3 :Scope;
  computers @4 :UInt64;  # Covered when it was given.
}

struct InstructionTaken {
  # A computer is at work on it.
  computer @0 :Text;
  instruction @1 :Text;
}

struct InstructionFinished {
  # A computer answered.
  computer @0 :Text;
  instruction @1 :Text;
  succeeded @2 :Bool;
  cause @3 :UpdateFault;
  detail @4 :Text;
}

struct InstructionCancelled {
  # Computers that have not answered yet need not.
  instruction @0 :Text;
}

struct ComputerUpdateFailed {
  # An update failed on a computer outside an instruction.
  computer @0 :Text;
  what @1 :Text;
  cause @2 :UpdateFault;
  detail @3 :Text;
}

struct ComputerSilent {
  # It missed its heartbeats.
  computer @0 :Text;
  lastContact @1 :Int64;
}

struct ComputerReturned {
  # It is heard again.
  computer @0 :Text;
}

struct HookFinished {
  # The site's command after a change ended.
  computer @0 :Text;
  exitStatus @1 :Int32;
  detail @2 :Text;
}

struct IdentityIssued {
  # A certificate for a computer or relay.
  computer @0 :Text;
  serial @1 :Text;
  expiresAt @2 :Int64;
  renewal @3 :Bool;
}

struct IdentityRevoked {
  # Its certificate counts no longer.
  computer @0 :Text;
  serial @1 :Text;
}

struct CloneDetected {
  # Two live sessions used one identity.
  computer @0 :Text;
  serial @1 :Text;
  firstAddress @2 :Text;
  secondAddress @3 :Text;
}

struct GroupCreated {
  # A folder of computers.
  group @0 :Text;
  parent @1 :Text;
}

struct GroupChanged {
  # Its parent.
  group @0 :Text;
  parent @1 :Text;
}

struct GroupDeleted {
  # Only when empty.
  group @0 :Text;
}

struct SearchSaved {
  # A filter over computers with a name.
  search @0 :Text;
  filter @1 :Text;
}

struct SearchDeleted {
  # The name is free again.
  search @0 :Text;
}

# -- Relays ----------------------------------------------------------------------------------------

struct RelayGroupCreated {
  # Top groups pull from the primary source, sub-groups from their parent.
  relayGroup @0 :Text;
  parent @1 :Text;
  airGapped @2 :Bool;
  description @3 :Text;
}

struct RelayGroupChanged {
  # Parent, air gap or description.
  relayGroup @0 :Text;
  parent @1 :Text;
  airGapped @2 :Bool;
  description @3 :Text;
}

struct RelayGroupDeleted {
  # Only without relays, computers and sub-groups.
  relayGroup @0 :Text;
}

struct RelayRegistered {
  # A computer took the relay role in a group.
  relay @0 :Text;
  relayGroup @1 :Text;
  url @2 :Text;
}

struct RelayRemoved {
  # It is an ordinary computer again.
  relay @0 :Text;
}

struct RelayReported {
  # What it serves, and if that is behind, why.
  relay @0 :Text;
  metadataVersion @1 :UInt64;
  metadataDigest @2 :Data;
  reason @3 :SyncReason;  # As the relay sees it; none: it has all that it could get.
  components @4 :List(ComponentVersion);
  ruleUpdate @5 :OptionalUInt32;
  freeBytes @6 :UInt64;
}

struct RelayUnavailable {
  # Its update service does not answer.
  relay @0 :Text;
  detail @1 :Text;
}

struct RelayAvailable {
  # It answers again.
  relay @0 :Text;
}

struct RelayGroupUpdateRequested {
  # Relays of the group are told to pull.
  relayGroup @0 :Text;
}

# -- Scheduled tasks -------------------------------------------------------------------------------

struct TaskCreated {
  # What is to be done, and when.
  task @0 :Text;
  definition @1 :TaskDefinition;
  nextRun @2 :OptionalInt64;
}

struct TaskChanged {
  # Its whole definition anew.
  task @0 :Text;
  definition @1 :TaskDefinition;
  nextRun @2 :OptionalInt64;
}

struct TaskDeleted {
  # By hand, or because its only run is over.
  task @0 :Text;
  automatic @1 :Bool;
}

struct TaskRunStarted {
  # A run began.
  task @0 :Text;
  run @1 :UInt64;  # Counted from 1 for each task.
  dueAt @2 :Int64;
  manual @3 :Bool;
  nextRun @4 :OptionalInt64;
}

struct TaskRunFinished {
  # A run ended.
  task @0 :Text;
  run @1 :UInt64;
  succeeded @2 :Bool;
  detail @3 :Text;
}

struct TaskRunMissed {
  # Nobody was there in time to start it: its start deadline passed.
  task @0 :Text;
  dueAt @1 :Int64;
  nextRun @2 :OptionalInt64;
}

struct TimetableSet {
  # In which hours of a week changes may be made.
  policy @0 :Text;  # Absent: everywhere.
  hours @1 :Text;  # 168 digits from Monday 00:00, 1 allows.
  zone @2 :Text;
}

# -- Alerts ----------------------------------------------------------------------------------------

struct AlertRaised {
  # A condition holds.
  alert @0 :Text;
  type @1 :AlertType;
  severity @2 :AlertSeverity;
  subject @3 :Text;  # Empty: the whole product.
  firstTrueAt @4 :Int64;
  summary @5 :Text;
  count @6 :UInt64;  # Subjects concerned.
}

struct AlertChanged {
  # It still holds, for another number of subjects.
  alert @0 :Text;
  summary @1 :Text;
  count @2 :UInt64;
}

struct AlertEnded {
  # The condition holds no longer, or somebody dismissed the alert.
  alert @0 :Text;
  dismissed @1 :Bool;
}

struct AlertAcknowledged {
  # Somebody has seen it and says so.
  alert @0 :Text;
  note @1 :Text;
}

struct AlertTypeConfigured {
  # Whether such alerts are raised, and how loud.
  type @0 :AlertType;
  enabled @1 :Bool;
  severity @2 :AlertSeverity;
}

# -- Who may do what -------------------------------------------------------------------------------

struct UserCreated {
  # A person.
  user @0 :Text;
  name @1 :Text;
  role @2 :Role;
}

struct UserChanged {
  # Name or role.
  user @0 :Text;
  name @1 :Text;
  role @2 :Role;
}

struct UserDisabled {
  # With all the user's tokens.
  user @0 :Text;
}

struct UserCredentialChanged {
  # A password or second factor was set; the secret itself stands nowhere here.
  user @0 :Text;
  kind @1 :Text;
}

struct TokenIssued {
  # A bearer token, known by the digest of its secret.
  token @0 :Text;
  user @1 :Text;
  role @2 :Role;
  secret @3 :Data;  # SHA-256 of 256 random bits.
  expiresAt @4 :Int64;
  description @5 :Text;
  computer @6 :Text;  # For an agent's or relay's token: it may speak only for this one.
}

struct TokenRevoked {
  # It opens nothing any more.
  token @0 :Text;
}

struct SessionOpened {
  # A person signed in.
  user @0 :Text;
  session @1 :Text;
}

struct SessionClosed {
  # A person signed out, or time did.
  user @0 :Text;
  session @1 :Text;
}

struct EnrolmentTokenIssued {
  # Lets so many computers join.
  token @0 :Text;
  secret @1 :Data;
  uses @2 :UInt32;
  expiresAt @3 :Int64;
  policy @4 :Text;
  group @5 :Text;
  relayGroup @6 :Text;
}

struct EnrolmentTokenRevoked {
  # No computer joins by it any more.
  token @0 :Text;
}

struct WitnessUnreachable {
  # A witness has not cosigned for long, though there is something new.
  witness @0 :Text;
  size @1 :UInt64;  # Of the newest head that it cosigned.
  detail @2 :Text;
}

struct UserEnabled {
  # May get tokens again; those of before were revoked.
  user @0 :Text;
}

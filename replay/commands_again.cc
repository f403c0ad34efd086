#include "replay/commands_again.h"

#include <algorithm>
#include <utility>
namespace replay {

using namespace ledger::domain;
using Events = std::span<const Event>;
using Again = std::optional<CommandPayload>;

namespace {

template <class T>
const T* first_of(Events events) {
  for (const auto& event : events) {
    if (const T* found = get_if<T>(&event.payload)) return found;
  }
  return nullptr;
}

// -- By the first event ---------------------------------------------------------------------------

template <class T>
Again again(Events, const T&) {
  return std::nullopt;
}

Again again(Events events, const RuleUpdateImported& imported) {
  ImportRuleUpdate import{imported.update,
                          imported.title,
                          imported.digest,
                          imported.bytes,
                          imported.released_at,
                          imported.origin,
                          imported.source,
                          imported.metadata_version,
                          {}};
  for (const auto& event : events) {
    const auto* recorded = get_if<RulesRecorded>(&event.payload);
    if (recorded == nullptr) continue;
    import.rules.insert(import.rules.end(), recorded->rules.begin(), recorded->rules.end());
  }
  return import;
}
Again again(Events, const RuleUpdateApplied& applied) {
  if (applied.automatic) return std::nullopt;
  return ApplyRuleUpdate{applied.update};
}
Again again(Events, const RuleUpdateReapplied& reapplied) {
  return ReapplyRuleUpdate{reapplied.update};
}
Again again(Events events, const RuleUpdateRolledBack& rolled_back) {
  RollBackRuleUpdate command{rolled_back.to, rolled_back.hold.has_value(), std::nullopt};
  if (const auto* placed = first_of<HoldPlaced>(events)) command.hold_until = placed->until;
  return command;
}
Again again(Events, const RuleUpdateDeleted& deleted) {
  if (deleted.cause != PruneCause::manual) return std::nullopt;
  return DeleteRuleUpdate{deleted.update};
}
Again again(Events, const HoldPlaced& placed) {
  return PlaceHold{placed.hold, placed.update, placed.until};
}
Again again(Events, const PolicyCreated& created) {
  return CreatePolicy{created.policy, created.parent, created.description};
}
Again again(Events, const PolicyChanged& changed) {
  return ChangePolicy{changed.policy, changed.parent, changed.description};
}
Again again(Events, const PolicyDeleted& deleted) { return DeletePolicy{deleted.policy}; }

// What is too long for one event is several of them.
template <class Command, class Recorded>
Command gathered(Events events, const Recorded& first) {
  Command command{first.policy, {}, first.application_types, first.modules};
  for (const auto& event : events) {
    const auto* each = get_if<Recorded>(&event.payload);
    if (each == nullptr || each->policy != first.policy) continue;
    command.rules.insert(command.rules.end(), each->rules.begin(), each->rules.end());
  }
  return command;
}
Again again(Events events, const RulesAssigned& assigned) {
  if (assigned.automatic) return std::nullopt;
  return gathered<AssignRules>(events, assigned);
}
Again again(Events events, const RulesUnassigned& unassigned) {
  return gathered<UnassignRules>(events, unassigned);
}
Again again(Events, const SettingChanged& changed) {
  return ChangeSetting{changed.name, changed.value};
}
Again again(Events events, const PolicySettingChanged& changed) {
  // A policy that is deleted takes its settings with it, before it goes.
  if (const auto* deleted = first_of<PolicyDeleted>(events)) return DeletePolicy{deleted->policy};
  return ChangePolicySetting{changed.policy, changed.name, changed.value};
}
Again again(Events, const PatternReleased& released) {
  return ReleasePattern{released.component,   released.product, released.platform, released.version,
                        released.released_at, released.digest,  released.bytes,    released.source};
}
Again again(Events, const PatternRetired& retired) {
  return RetirePattern{retired.component, retired.platform, retired.version};
}
Again again(Events, const GroupDeleted& deleted) { return DeleteGroup{deleted.group}; }
Again again(Events, const RelayGroupDeleted& deleted) {
  return DeleteRelayGroup{deleted.relay_group};
}
Again again(Events, const AlertTypeConfigured& configured) {
  return ConfigureAlertType{configured.type, configured.enabled, configured.severity};
}

// -- Time passing ---------------------------------------------------------------------------------

bool is_of_time(const Payload& payload) {
  if (const auto* released = get_if<HoldReleased>(&payload)) {
    return released->cause == HoldEnd::expired;
  }
  if (const auto* started = get_if<TaskRunStarted>(&payload)) return !started->manual;
  if (const auto* ended = get_if<AlertEnded>(&payload)) return !ended->dismissed;
  return holds<ClockStepped>(payload) || holds<MetadataExpiring>(payload) ||
         holds<MetadataExpired>(payload) || holds<TaskRunMissed>(payload) ||
         holds<ComputerSilent>(payload) || holds<AlertRaised>(payload) ||
         holds<AlertChanged>(payload);
}

Tick tick_of(Events events) {
  Tick tick{events.front().recorded_at, {}};
  for (const auto& event : events) {
    if (const auto* stepped = get_if<ClockStepped>(&event.payload)) tick.now = stepped->to;
    if (const auto* silent = get_if<ComputerSilent>(&event.payload)) {
      tick.unheard.push_back({silent->computer, silent->last_contact});
    }
  }
  return tick;
}

}  // namespace

Again command_of(Events events) {
  const Event& first = events.front();
  if (is_of_time(first.payload)) return tick_of(events);
  if (const auto* released = get_if<HoldReleased>(&first.payload)) {
    return ReleaseHold{released->hold};
  }
  return visit([&](const auto& payload) { return again(events, payload); }, first.payload);
}

bool of_one_command(const Event& first, const Event& next) {
  return next.command == first.command && next.correlation == first.correlation &&
         next.recorded_at == first.recorded_at && next.actor == first.actor &&
         next.reason == first.reason;
}

}  // namespace replay

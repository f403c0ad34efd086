#include "replay/applicability.h"

#include <concepts>
#include <type_traits>

namespace replay {

using namespace ledger::domain;
using Why = std::optional<std::string>;

namespace {

template <class Tag>
Why missing(const char* what, const Id<Tag>& id) {
  return std::string("There is no ") + what + " " + id.value + ".";
}

Why why_missing(const World& world, const PolicyId& id) {
  return world.policies.find(id) == nullptr ? missing("policy", id) : Why();
}
Why why_missing(const World& world, const ComputerId& id) {
  return is_enrolled(world.computers, id) ? Why() : missing("computer", id);
}
Why why_missing(const World& world, const GroupId& id) {
  return world.computers.groups.contains(id) ? Why() : missing("group", id);
}
Why why_missing(const World& world, const SearchId& id) {
  return world.computers.searches.filters.contains(id) ? Why() : missing("saved search", id);
}
Why why_missing(const World& world, const RelayGroupId& id) {
  return world.relays.groups.contains(id) ? Why() : missing("relay group", id);
}
Why why_missing(const World& world, const SourceId& id) {
  return world.sources.find(id) == nullptr ? missing("source", id) : Why();
}
Why why_missing(const World& world, const TaskId& id) {
  return world.schedules.tasks.contains(id) ? Why() : missing("task", id);
}
Why why_missing(const World& world, const UserId& id) {
  return world.access.users.contains(id) ? Why() : missing("user", id);
}
Why why_missing(const World& world, const BookmarkId& id) {
  return world.service.bookmarks.contains(id) ? Why() : missing("bookmark", id);
}
Why why_missing(const World& world, const HoldId& id) {
  return world.rule_updates.holds.contains(id) ? Why() : missing("hold", id);
}
Why why_missing(const World& world, const AlertId& id) {
  return world.alerts.open.contains(id) ? Why() : missing("open alert", id);
}
Why why_missing(const World& world, const RuleUpdateId& id) {
  return world.rule_updates.updates.contains(id) ? Why()
                                                 : "There is no rule update " + text(id) + ".";
}
Why why_missing(const World& world, const InstructionId& id) {
  return instruction_number(world.computers.instructions, id) ? Why() : missing("instruction", id);
}
template <class Tag>
Why why_missing(const World& world, const std::optional<Id<Tag>>& id) {
  return id ? why_missing(world, *id) : Why();
}
// Everything else that an event begins with is no reference to something that must be there.
template <class Other>
Why why_missing(const World&, const Other&) {
  return std::nullopt;
}

template <class... Ids>
Why first_missing(const World& world, const Ids&... ids) {
  Why why;
  ((why = why ? why : why_missing(world, ids)), ...);
  return why;
}

// Events that make what they name first, or that may be of something that never was.
template <class T>
concept Beginning = std::same_as<T, PolicyCreated> || std::same_as<T, GroupCreated> ||
    std::same_as<T, RelayGroupCreated> || std::same_as<T, TaskCreated> ||
    std::same_as<T, UserCreated> || std::same_as<T, RuleUpdateImported> ||
    std::same_as<T, HoldPlaced> || std::same_as<T, AlertRaised>;
template <class T>
concept Setting = std::same_as<T, SourceConfigured> || std::same_as<T, BookmarkSet> ||
    std::same_as<T, SearchSaved> || std::same_as<T, ComputerEnrolled>;

// What an event is about is its first field.
template <class T>
Why about(const World& world, const T& payload) {
  return T::fields()([&](const auto& first, const auto&...) {
    return why_missing(world, payload.*(first.member));
  });
}

template <class T>
Why why_not(const World& world, const T& payload) {
  return about(world, payload);
}
template <Beginning T>
Why why_not(const World& world, const T& payload) {
  if (about(world, payload)) return std::nullopt;
  return "What it makes is there already.";
}
template <Setting T>
Why why_not(const World&, const T&) {
  return std::nullopt;
}
Why why_not(const World& world, const ComputerEnrolled& enrolled) {
  if (enrolled.enrolment && !world.access.enrolment_tokens.contains(*enrolled.enrolment)) {
    return "There is no enrolment token " + enrolled.enrolment->value + ".";
  }
  return first_missing(world, enrolled.policy, enrolled.group, enrolled.relay_group);
}
Why why_not(const World& world, const EnrolmentTokenRevoked& revoked) {
  return world.access.enrolment_tokens.contains(revoked.token)
             ? Why()
             : missing("enrolment token", revoked.token);
}
Why why_not(const World& world, const PolicyAssigned& assigned) {
  return first_missing(world, assigned.computer, assigned.policy);
}
Why why_not(const World& world, const ComputerMoved& moved) {
  return first_missing(world, moved.computer, moved.group);
}
Why why_not(const World& world, const RelayGroupAssigned& assigned) {
  return first_missing(world, assigned.computer, assigned.relay_group);
}
Why why_not(const World& world, const PolicySendFailed& failed) {
  return first_missing(world, failed.policy, failed.computer);
}
Why why_not(const World& world, const GroupChanged& changed) {
  return first_missing(world, changed.group, changed.parent);
}
Why why_not(const World& world, const RelayGroupChanged& changed) {
  return first_missing(world, changed.relay_group, changed.parent);
}
Why why_not(const World& world, const RelayRegistered& registered) {
  return first_missing(world, registered.relay, registered.relay_group);
}

Why why_no_relay(const World& world, const ComputerId& id) {
  return world.relays.find(id) == nullptr ? missing("relay", id) : Why();
}
Why why_not(const World& world, const RelayRemoved& event) {
  return why_no_relay(world, event.relay);
}
Why why_not(const World& world, const RelayReported& event) {
  return why_no_relay(world, event.relay);
}
Why why_not(const World& world, const RelayUnavailable& event) {
  return why_no_relay(world, event.relay);
}
Why why_not(const World& world, const RelayAvailable& event) {
  return why_no_relay(world, event.relay);
}

Why why_not(const World& world, const InstructionTaken& taken) {
  return first_missing(world, taken.computer, taken.instruction);
}
Why why_not(const World& world, const InstructionFinished& finished) {
  return first_missing(world, finished.computer, finished.instruction);
}
Why why_not(const World& world, const TaskRunFinished& finished) {
  const auto task = world.schedules.tasks.find(finished.task);
  if (task != world.schedules.tasks.end() && task->second.running == finished.run) return {};
  return "That run of task " + finished.task.value + " is not under way.";
}
Why why_not(const World& world, const RuleUpdateApplied& applied) {
  return world.rule_updates.find(applied.update) == nullptr
             ? Why("Rule update " + text(applied.update) + " is not available.")
             : Why();
}
// Whose tokens the world does not list (computers'), or that were made by hand.
Why why_not(const World&, const TokenIssued&) { return std::nullopt; }
Why why_not(const World&, const SessionOpened&) { return std::nullopt; }
Why why_not(const World&, const SessionClosed&) { return std::nullopt; }
Why why_not(const World&, const Instructed&) { return std::nullopt; }

}  // namespace

std::optional<std::string> why_impossible(const World& world, const Event& event) {
  return visit([&](const auto& payload) { return why_not(world, payload); }, event.payload);
}

}  // namespace replay

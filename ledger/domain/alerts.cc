#include "ledger/domain/alerts.h"

#include <array>
#include <set>

#include "ledger/domain/alert_conditions.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr auto info = AlertSeverity::info;
constexpr auto warning = AlertSeverity::warning;
constexpr auto critical = AlertSeverity::critical;

constexpr std::array<AlertTypeRule, 20> all_type_rules = {{
    {AlertType::patterns_unused, warning, true,
     "A pattern update is available and computers are not updated."},
    {AlertType::rule_update_unapplied, warning, true,
     "A rule update is available and not applied."},
    {AlertType::instruction_overdue, warning, true, "An instruction is pending for too long."},
    {AlertType::update_failed, warning, true, "A security update failed on computers."},
    {AlertType::relay_out_of_sync, warning, true,
     "A relay does not serve the latest downloaded update."},
    {AlertType::relay_unavailable, critical, false,
     "The update service of a relay does not answer."},
    {AlertType::source_unreachable, warning, true, "An update source cannot be reached."},
    {AlertType::content_verification_failed, critical, false,
     "Content of a source is not authentic."},
    {AlertType::metadata_expiring, warning, true, "The metadata of a source is about to expire."},
    {AlertType::metadata_expired, critical, false, "The metadata of a source has expired."},
    {AlertType::computer_silent, warning, true, "Computers are not heard any more."},
    {AlertType::auto_apply_held, info, true,
     "A hold stands while rule updates are to be applied by themselves."},
    {AlertType::policy_send_failed, warning, true,
     "The rules of a policy could not be put into effect on computers."},
    {AlertType::agent_too_old, warning, true, "Agents are too old for an update."},
    {AlertType::disk_low, warning, true, "A relay is running out of disk space."},
    {AlertType::ledger_verification_failed, critical, false,
     "The ledger did not pass its verification."},
    {AlertType::equivocation, critical, true,
     "A relay, a source or this ledger told different things to different askers."},
    {AlertType::clone_detected, critical, true, "Two machines use one identity."},
    {AlertType::witness_unreachable, warning, true,
     "A witness has not cosigned the heads of this ledger for long."},
    {AlertType::recorded_time_ahead, critical, true,
     "The clock had run ahead and was set back: recorded time waits until it has caught up."},
}};

constexpr Duration change_interval = seconds(limits::alert_change_interval.count());

NewEvent alert_event(const AlertId& alert, Payload payload) {
  return NewEvent{stream_of("alert", alert), std::move(payload), std::nullopt, Outcome::done};
}

Result<const OpenAlert*> open_alert(const World& world, const AlertId& id) {
  const auto found = world.alerts.open.find(id);
  if (found == world.alerts.open.end()) {
    return unknown("alert-not-open", "There is no open alert " + id.value + ".");
  }
  return &found->second;
}

}  // namespace

const AlertTypeRule& rule_of(AlertType type) {
  return all_type_rules[static_cast<std::size_t>(type)];
}

AlertTypeConfigured configuration_of(const Alerts& alerts, AlertType type) {
  const auto found = alerts.configured.find(type);
  if (found != alerts.configured.end()) return found->second;
  return {type, true, rule_of(type).severity};
}

Decision decide(const World& world, const Command&, const AcknowledgeAlert& acknowledge,
                const Moment&) {
  const auto alert = open_alert(world, acknowledge.alert);
  if (!alert) return fail(alert.error());
  if (acknowledge.note.size() > limits::reason_bytes_max) {
    return invalid("note-too-long",
                   "A note has at most " + std::to_string(limits::reason_bytes_max) + " bytes.");
  }
  std::vector<NewEvent> events;
  events.push_back(
      alert_event(acknowledge.alert, AlertAcknowledged{acknowledge.alert, acknowledge.note}));
  return events;
}

Decision decide(const World& world, const Command&, const DismissAlert& dismiss, const Moment&) {
  const auto alert = open_alert(world, dismiss.alert);
  if (!alert) return fail(alert.error());
  const AlertType type = (*alert)->facts.type;
  if (!rule_of(type).dismissible) {
    return refuse("alert-not-dismissible",
                  "Alerts of the type " + std::string(name_of(type)) +
                      " end when their condition does; they cannot be dismissed.");
  }
  std::vector<NewEvent> events;
  events.push_back(alert_event(dismiss.alert, AlertEnded{dismiss.alert, true}));
  return events;
}

Decision decide(const World& world, const Command&, const ConfigureAlertType& configure,
                const Moment&) {
  const AlertTypeConfigured wanted{configure.type, configure.enabled, configure.severity};
  if (configuration_of(world.alerts, configure.type) == wanted) return no_events();
  return one_event("alert-type/" + std::string(name_of(configure.type)), wanted);
}

void alerts_due(const World& world, Time now, std::vector<NewEvent>& events) {
  const Alerts& alerts = world.alerts;
  std::set<AlertKey> holding;
  std::uint64_t number = alerts.raised;
  for (auto& condition : conditions(world, now)) {
    const auto type = configuration_of(alerts, condition.key.first);
    if (!type.enabled) continue;
    holding.insert(condition.key);
    const auto open = alerts.by_key.find(condition.key);
    if (open == alerts.by_key.end()) {
      const AlertId id{"alert-" + std::to_string(++number)};
      events.push_back(alert_event(
          id, AlertRaised{id, type.type, type.severity, condition.key.second, condition.since,
                          std::move(condition.summary), condition.count}));
      continue;
    }
    const OpenAlert& known = alerts.open.at(open->second);
    if (known.count == condition.count && known.summary == condition.summary) continue;
    if (now < known.changed_at + change_interval) continue;
    events.push_back(alert_event(
        open->second, AlertChanged{open->second, std::move(condition.summary), condition.count}));
  }
  for (const auto& [key, id] : alerts.by_key) {
    if (!holding.contains(key)) events.push_back(alert_event(id, AlertEnded{id, false}));
  }
}

void evolve(World& world, const Event& event, const AlertRaised& raised) {
  const AlertKey key{raised.type, raised.subject};
  world.alerts.open[raised.alert] = {raised, raised.summary, raised.count, event.recorded_at,
                                     false};
  world.alerts.by_key[key] = raised.alert;
  ++world.alerts.raised;
}

void evolve(World& world, const Event& event, const AlertChanged& changed) {
  OpenAlert& alert = world.alerts.open.at(changed.alert);
  alert.summary = changed.summary;
  alert.count = changed.count;
  alert.changed_at = event.recorded_at;
}

void evolve(World& world, const Event& event, const AlertEnded& ended) {
  const auto found = world.alerts.open.find(ended.alert);
  const AlertKey key{found->second.facts.type, found->second.facts.subject};
  if (ended.dismissed) world.alerts.dismissed[key] = event.recorded_at;
  world.alerts.by_key.erase(key);
  world.alerts.open.erase(found);
}

void evolve(World& world, const Event&, const AlertAcknowledged& acknowledged) {
  world.alerts.open.at(acknowledged.alert).acknowledged = true;
}

void evolve(World& world, const Event&, const AlertTypeConfigured& configured) {
  world.alerts.configured[configured.type] = configured;
}

}  // namespace ledger::domain

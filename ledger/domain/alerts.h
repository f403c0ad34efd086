// Alerts: conditions that somebody should know of. Time passing (Tick) notices what begins and what
// ends; each beginning and each end is an event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/domain/decider.h"

namespace ledger::domain {

// One condition is one type of alert about one subject; no subject: the fleet as a whole.
using AlertKey = std::pair<AlertType, std::string>;

struct OpenAlert {
  AlertRaised facts;
  std::string summary;
  std::uint64_t count = 0;
  Time changed_at;
  bool acknowledged = false;
};

struct Alerts {
  std::map<AlertId, OpenAlert> open;
  std::map<AlertKey, AlertId> by_key;  // The same, by condition.
  // Occurrences that began up to such a moment are told no more, neither by themselves nor together
  // with later ones.
  std::map<AlertKey, Time> dismissed;
  std::uint64_t raised = 0;                             // Names alerts.
  std::map<AlertType, AlertTypeConfigured> configured;  // Types that were ever changed.
};

struct AlertTypeRule {
  AlertType type;
  AlertSeverity severity;  // The default.
  bool dismissible;
  std::string_view meaning;  // For people.
};
const AlertTypeRule& rule_of(AlertType type);
AlertTypeConfigured configuration_of(const Alerts& alerts, AlertType type);

Decision decide(const World&, const Command&, const AcknowledgeAlert&, const Moment&);
Decision decide(const World&, const Command&, const DismissAlert&, const Moment&);
Decision decide(const World&, const Command&, const ConfigureAlertType&, const Moment&);
// Conditions that have begun, ended, or concern another number of subjects by now.
void alerts_due(const World&, Time now, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const AlertRaised&);
void evolve(World&, const Event&, const AlertChanged&);
void evolve(World&, const Event&, const AlertEnded&);
void evolve(World&, const Event&, const AlertAcknowledged&);
void evolve(World&, const Event&, const AlertTypeConfigured&);

}  // namespace ledger::domain

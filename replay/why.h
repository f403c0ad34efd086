// Why an alert was raised, and what became of it, in events.
#pragma once

#include <string>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/activity.h"
#include "projections/alerts.h"

namespace replay {

namespace domain = ledger::domain;

// Events told of one moment, and of the life of one alert.
inline constexpr std::size_t why_moment_events_max = 20;
inline constexpr std::size_t why_alert_events_max = 200;

struct Reason {
  // "cause" of the condition, further back; "condition": recorded when it came to hold; "before":
  // the last event before that, if nothing was recorded just then; "alert": about the alert.
  std::string part;
  projections::EventItem event;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("part", &Reason::part), field("event", &Reason::event));
  }
  bool operator==(const Reason&) const = default;
};

// In the order of what happened, up to and with the event at `at`. Errors: corrupt, io.
// Thread: any.
ledger::Result<std::vector<Reason>> why(const ledger::store::EventLog& log,
                                        const projections::AlertRow& alert, domain::Position at);

}  // namespace replay

// When something became true, and by which event.
#pragma once

#include "ledger/domain/event.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

struct Since {
  Time time;
  Position position;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("time", &Since::time), field("position", &Since::position));
  }
  bool operator==(const Since&) const = default;
};

inline Since since_of(const Event& event) { return {event.recorded_at, event.position}; }

// Positions order events; times may be equal.
inline Since later(const Since& a, const Since& b) { return a.position < b.position ? b : a; }

}  // namespace ledger::domain

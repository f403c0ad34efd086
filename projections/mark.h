// Which event set something, when, and by whom: what a row says about its own making.
#pragma once

#include <string>

#include "ledger/domain/event.h"

namespace projections {

namespace domain = ledger::domain;

struct Mark {
  domain::Position position;
  domain::Time time;
  std::string by;  // "user:alice", "system".

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &Mark::position), field("time", &Mark::time),
                      field("by", &Mark::by));
  }
  bool operator==(const Mark&) const = default;
};

inline std::string text_of(const domain::Actor& actor) {
  std::string text(domain::name_of(actor.kind));
  if (!actor.id.empty()) text += ":" + actor.id;
  return text;
}

inline Mark mark_of(const domain::Event& event) {
  return {event.position, event.recorded_at, text_of(event.actor)};
}

}  // namespace projections

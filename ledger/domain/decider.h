// How decisions are made: decide() holds every rule and returns what happens, or why not; evolve()
// only records, cannot fail, and stays dull. Neither sees a clock, a file or a random number: time
// comes in as `now`, results of I/O come in as commands.
//
// Each topic adds, for each of its commands and events, the overloads
//   Decision decide(const World&, const Command&, const ThatCommand&, const Moment&);
//   void evolve(World&, const Event&, const ThatEvent&);
// and world.cc calls them; a forgotten one does not compile.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/event.h"
#include "ledger/domain/time_zones.h"
#include "ledger/result.h"

namespace ledger::domain {

struct World;

// An event before the writer gave it a position.
struct NewEvent {
  std::string stream;  // "policy/web"
  Payload payload;
  std::optional<std::size_t> cause;  // An earlier event of the decision; absent: the command's.
  Outcome outcome = Outcome::done;
  // Recorded before this decision, and what led to the event; absent: as `cause` says.
  std::optional<Position> because = std::nullopt;
};

using Decision = Result<std::vector<NewEvent>>;  // In order; empty: nothing to do.

inline Decision no_events() { return std::vector<NewEvent>{}; }

inline Decision one_event(std::string stream, Payload payload) {
  std::vector<NewEvent> events;
  events.push_back(NewEvent{std::move(stream), std::move(payload), std::nullopt, Outcome::done});
  return events;
}

// What a decision may know of the moment it is made in.
struct Moment {
  Time now;
  const TimeZones& time_zones;
};

inline tl::unexpected<Error> refuse(std::string reason, std::string detail) {
  return fail(ErrorKind::refused, std::move(reason), std::move(detail));
}
inline tl::unexpected<Error> unknown(std::string reason, std::string detail) {
  return fail(ErrorKind::not_found, std::move(reason), std::move(detail));
}
inline tl::unexpected<Error> invalid(std::string reason, std::string detail) {
  return fail(ErrorKind::invalid, std::move(reason), std::move(detail));
}

// Streams: one subject, one history.
template <class Tag>
std::string stream_of(const char* kind, const Id<Tag>& id) {
  return std::string(kind) + "/" + id.value;
}

}  // namespace ledger::domain

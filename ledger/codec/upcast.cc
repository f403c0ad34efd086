#include "ledger/codec/upcast.h"

#include <array>
#include <utility>

namespace ledger::codec {
namespace {

using domain::Event;

// Format 1 recorded a silence when it was noticed and no more. That moment is the latest at which
// the computer can have been heard; a zero would claim that it was silent since 1970.
Event from_1_to_2(Event event) {
  auto* silent = domain::get_if<domain::ComputerSilent>(&event.payload);
  if (silent != nullptr) silent->last_contact = event.occurred_at;
  return event;
}

// The function at index i lifts format oldest_format + i by one.
constexpr std::array<Event (*)(Event), newest_format - oldest_format> steps = {from_1_to_2};

}  // namespace

Event upcast(Event event, std::uint16_t from) {
  CHECK(from >= oldest_format && from <= newest_format, "the format was checked before");
  for (std::size_t i = from - oldest_format; i < steps.size(); ++i) {
    event = steps[i](std::move(event));
  }
  return event;
}

}  // namespace ledger::codec

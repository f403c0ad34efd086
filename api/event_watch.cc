#include "api/event_watch.h"

#include <algorithm>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/domain/event.h"
#include "ledger/store/event_log.h"
#include "projections/view_store.h"

namespace api {

namespace domain = ledger::domain;
using domain::Position;

namespace {

// More events than that since somebody last asked are not looked through: what is kept is made
// again.
constexpr std::uint64_t events_looked_through_max = 10'000;

}  // namespace

EventWatch::EventWatch(const projections::ViewStore& views, const ledger::store::EventLog& log,
                       std::vector<std::string_view> types)
    : views_(views), log_(log), types_(std::move(types)) {
  for (const auto type : types_) {
    const auto& names = domain::payload_names;
    CHECK(std::find(names.begin(), names.end(), type) != names.end(), "a type of events");
  }
}

std::uint64_t EventWatch::version() const {
  const Position size = views_.size();
  if (size.value == seen_.load(std::memory_order_acquire)) return version_;
  const std::lock_guard lock(mutex_);
  const Position seen{seen_};
  if (size == seen) return version_;
  // Views that were emptied show less than before.
  const bool skips = size < seen || size.value - seen.value > events_looked_through_max;
  if (skips || has_come(seen, size)) ++version_;
  seen_.store(size.value, std::memory_order_release);
  return version_;
}

bool EventWatch::is_watched(std::string_view type) const {
  return std::find(types_.begin(), types_.end(), type) != types_.end();
}

// Whether an event at [from, to) is of these types; also if one of them cannot be read.
bool EventWatch::has_come(Position from, Position to) const {
  const auto cursor = log_.read(from, to);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return true;
    if (!*entry) return false;
    const auto envelope = ledger::codec::decode_envelope((*entry)->bytes);
    if (!envelope || is_watched(envelope->type_name())) return true;
  }
}

}  // namespace api

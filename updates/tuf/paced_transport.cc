#include "updates/tuf/paced_transport.h"

#include <algorithm>

namespace ledger::updates::tuf {

domain::Duration Pace::after(std::uint64_t bytes, domain::Time now) {
  const std::lock_guard lock(mutex_);
  const auto begin = std::max(free_at_, now);
  free_at_ =
      begin + domain::Duration{static_cast<std::int64_t>(bytes * 1'000'000 / bytes_per_second_)};
  return free_at_ - now;
}

Sink PacedTransport::paced(const Sink& sink) {
  return [this, &sink](std::string_view piece) -> Result<void> {
    auto taken = sink(piece);
    if (taken) wait_(pace_.after(piece.size(), now_()));
    return taken;
  };
}

}  // namespace ledger::updates::tuf

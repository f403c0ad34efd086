// What a relay's own disk damaged: found, no longer served, and told; the next pull fetches it
// again.
#include <algorithm>

#include "ledger/limits.h"
#include "updates/relay/relay.h"

namespace ledger::updates::relay {

void Relay::look_through(Round& round, const std::stop_token& stop) {
  const auto damaged = parts_.content.look_through(limits::content_read_through_bytes_max, stop);
  if (!damaged) {
    round.disk = damaged.error();
    return;
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [source, mirror] : mirrors_) {
    for (const auto& target : mirror->state().targets) {
      if (!std::binary_search(damaged->begin(), damaged->end(), target.digest)) continue;
      round.damaged.push_back({source, target.path});
    }
  }
  damaged_untold_.insert(round.damaged.begin(), round.damaged.end());
}

// What the manager did not hear is told at the next round.
void Relay::tell_damaged(Round& round) {
  while (!round.manager && !damaged_untold_.empty()) {
    const auto& [source, path] = *damaged_untold_.begin();
    const auto told = parts_.manager.not_authentic(
        source, path, {},
        "It was damaged on this relay's disk; it is not served until it came again.");
    if (!told && told.error().kind == ErrorKind::unavailable) return note(round, told.error());
    damaged_untold_.erase(damaged_untold_.begin());
  }
}

std::string Relay::damaged_target(const Mirror& mirror) const {
  for (const auto& target : mirror.state().targets) {
    if (wants(plan_, target) && parts_.content.is_damaged(target.digest)) return target.path;
  }
  return {};
}

}  // namespace ledger::updates::relay

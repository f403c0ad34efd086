#include "api/replay_sessions.h"

#include <algorithm>
#include <utility>

#include "replay/limits.h"

namespace api {

// With the lock held.
void ReplaySessions::forget_unused() {
  const auto life = domain::minutes(ledger::limits::replay_session_life.count());
  const auto now = clock_.now();
  std::erase_if(sessions_, [&](const auto& each) { return each.used_at + life < now; });
}

ReplaySession ReplaySessions::begin(std::string caller, replay::StepRange range) {
  const std::lock_guard lock(mutex_);
  forget_unused();
  const auto is_own = [&](const ReplaySession& each) { return each.caller == caller; };
  const auto own = std::count_if(sessions_.begin(), sessions_.end(), is_own);
  if (static_cast<std::size_t>(own) >= ledger::limits::replay_sessions_per_caller_max) {
    sessions_.erase(std::find_if(sessions_.begin(), sessions_.end(), is_own));
  } else if (sessions_.size() >= ledger::limits::replay_sessions_max) {
    sessions_.erase(sessions_.begin());
  }
  sessions_.push_back(
      {"replay-" + std::to_string(++made_), std::move(caller), range, range.first, clock_.now()});
  return sessions_.back();
}

Answered<ReplaySession> ReplaySessions::find(std::string_view name, std::string_view caller) {
  const std::lock_guard lock(mutex_);
  forget_unused();
  const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& each) {
    return each.name == name && each.caller == caller;
  });
  if (found == sessions_.end()) {
    return refused("replay-session-unknown", "There is no such replay session of yours.", 404);
  }
  found->used_at = clock_.now();
  std::rotate(found, found + 1, sessions_.end());
  return sessions_.back();
}

void ReplaySessions::move(std::string_view name, domain::Position at) {
  const std::lock_guard lock(mutex_);
  for (auto& each : sessions_) {
    if (each.name == name) each.at = at;
  }
}

void ReplaySessions::end(std::string_view name) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& each) { return each.name == name; });
}

}  // namespace api

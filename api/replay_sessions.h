// Sessions that walk through the record: where each is. They are forgotten with the process.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/refusal.h"
#include "ledger/clock.h"
#include "replay/step.h"

namespace api {

namespace domain = ledger::domain;

struct ReplaySession {
  std::string name;    // "replay-3"
  std::string caller;  // Nobody else sees it.
  replay::StepRange range;
  domain::Position at;
  domain::Time used_at;
};

// Thread: any, for all of it.
class ReplaySessions {
 public:
  explicit ReplaySessions(const ledger::Clock& clock) : clock_(clock) {}

  // What was not used for longest goes, if there are too many (replay/limits.h).
  ReplaySession begin(std::string caller, replay::StepRange range);
  // Problems: 404 "replay-session-unknown", also of somebody else's.
  Answered<ReplaySession> find(std::string_view name, std::string_view caller);
  void move(std::string_view name, domain::Position at);
  void end(std::string_view name);

 private:
  void forget_unused();

  const ledger::Clock& clock_;
  std::mutex mutex_;
  std::vector<ReplaySession> sessions_;  // That used last at the end.
  std::uint64_t made_ = 0;
};

}  // namespace api

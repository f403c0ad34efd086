// How a change of what is in effect went.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "updates/agent/outbox.h"

namespace ledger::updates::agent {

struct Outcome {
  bool changed = false;
  bool waits = false;           // Not there yet; the next round asks again.
  domain::UpdateFault cause{};  // None: it is as it should be, or waits.
  std::string detail;
  std::vector<Message> not_authentic;

  bool failed() const { return cause != domain::UpdateFault::none; }
};

// What the disk or its contents refused.
inline Outcome refused_by_disk(const Error& error) {
  Outcome outcome;
  outcome.cause = error.reason == "disk-full" ? domain::UpdateFault::disk_full
                                              : domain::UpdateFault::install_failed;
  outcome.detail = error.detail;
  return outcome;
}

}  // namespace ledger::updates::agent

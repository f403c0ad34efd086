// A check of a source as an operation: what it is doing now, for whoever asks, and an end for
// whoever cancels it. None of that is in the log but what it came to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "api/operations.h"
#include "ledger/clock.h"
#include "ledger/domain/command.h"
#include "updates/repository_check.h"

namespace ledgerd {

// Thread: that of the check.
class CheckWatch {
 public:
  struct Check {
    ledger::domain::SourceId source;
    ledger::domain::OperationId check;  // Which also names the operation.
    std::string started_by;
  };
  // `service` ends the check too.
  CheckWatch(api::Operations& operations, const ledger::Clock& clock, Check check,
             const std::stop_token& service);

  // What ends the check.
  std::stop_token stop() const { return stop_.get_token(); }

  void tell(const ledger::updates::CheckProgress& progress);
  // After so many attempts in vain the next one comes that much later.
  void tell_pause(unsigned failures, ledger::domain::Duration pause);
  // What a check came to, as the last of its commands says it; nothing: this is another one.
  using Outcome = ledger::Result<std::string>;
  static std::optional<Outcome> outcome_of(const ledger::domain::CommandPayload& payload);
  void end(Outcome outcome);
  // What ends a check that was cancelled before it came to an end of its own.
  std::optional<ledger::domain::ReportSourceCheckFailed> cancellation();

 private:
  void measure(std::uint64_t done);

  const ledger::Clock& clock_;
  const Check check_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> with_service_;
  std::mutex mutex_;
  std::string cancelled_by_;  // Guarded; empty: nobody did.
  api::Progress progress_;
  std::uint64_t measured_done_ = 0;       // When the rate was last looked at,
  ledger::domain::Duration measured_at_;  // by the clock that never goes back.
  bool ended_ = false;
  std::unique_ptr<api::Operations::Watched> operation_;
};

}  // namespace ledgerd

// The half of a verification that looks at meaning: every event stands where and when it says, is
// the next of its stream, and the views that were recorded come out of the fold once more.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/domain/world.h"
#include "ledger/store/event_log.h"
#include "projections/event_rows.h"
#include "replay/fault_book.h"
#include "replay/record_chunk.h"

namespace replay {

// Thread: one.
class FoldCheck {
 public:
  FoldCheck(const ledger::store::EventLog& log, const VerifyOptions& options);

  // Shape: chunks in the order of the log, decoded.
  void take(const RecordChunk& chunk);
  void finish();
  // Adds what it found and counted.
  void report_to(VerifyReport& report) const;

  const FaultBook& faults() const { return faults_; }

 private:
  // A command whose events are being passed.
  struct Run {
    domain::CommandId command;
    domain::Position first;
    std::uint32_t count = 0;
    bool cut_off = false;  // There may have been more of its events before, in a gap.
  };

  void take_event(const domain::Event& event, domain::Position at);
  void check_stream(const domain::Event& event);
  void pass_command(const domain::Event& event);
  void check_receipt();
  void fold(const domain::Event& event);
  void check_digest(const domain::Event& event);

  const ledger::store::EventLog& log_;
  const VerifyOptions& options_;
  FaultBook faults_;
  domain::World world_;
  projections::EventRows rows_;
  // A record that is not what it should be makes everything that follows from it doubtful, so the
  // fold ends there; time and place of later events can still be checked.
  bool folding_ = true;
  domain::Time last_time_;
  std::optional<Run> run_;
  bool behind_gap_ = false;  // Of records that cannot be trusted.
  std::uint64_t receipts_checked_ = 0;
  std::uint64_t digests_checked_ = 0;
  std::uint64_t digests_unchecked_ = 0;
};

}  // namespace replay

// The half of a verification that looks at meaning: every event stands where and when it says, is
// the next of its stream, and the views that were recorded come out of the fold once more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "ledger/domain/world.h"
#include "ledger/store/event_log.h"
#include "projections/computers.h"
#include "projections/summed_rows.h"
#include "replay/fault_book.h"
#include "replay/index_sums.h"
#include "replay/record_chunk.h"

namespace replay {

// Thread: one.
class FoldCheck {
 public:
  // With sums, what the indexes should have is added to them; without, each entry is looked up,
  // which takes many times longer and names those that are wrong.
  FoldCheck(const ledger::store::EventLog& log, const VerifyOptions& options,
            std::optional<IndexSums> index_sums);

  // Says what comes: sums of the position that a recorded digest is of are only kept if it is known
  // then that they will be asked for. Shape: chunks in the order of the log, decoded.
  void announce(const RecordChunk& chunk);
  // Shape: chunks in the order of the log, decoded.
  void take(const RecordChunk& chunk);
  void finish();
  // Adds what it found and counted.
  void report_to(VerifyReport& report) const;

  const FaultBook& faults() const { return faults_; }
  // What the indexes should come to; nothing, if not every event could be added.
  std::optional<IndexSums> index_sums() const;

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
  void look_up_stream(const domain::Event& event);
  void pass_command(const domain::Event& event);
  void end_command();
  void look_up_receipt(const Run& run);
  void fold(const domain::Event& event);
  void keep_sums(domain::Position folded);
  void check_digest(const domain::Event& event);

  const ledger::store::EventLog& log_;
  const VerifyOptions& options_;
  FaultBook faults_;
  domain::World world_;
  projections::SummedRows rows_;
  projections::TouchedComputers touched_;  // Whose rows the sums do not have yet.
  std::set<domain::Position> wanted_;      // Of which sums will be asked; none is behind the fold.
  std::map<domain::Position, projections::ViewSums> kept_;
  std::optional<IndexSums> index_sums_;
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

// The half of a verification that looks at bytes: reads every record, hashes it, and compares the
// tree over them with the stored one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ledger/merkle/tree.h"
#include "ledger/store/event_log.h"
#include "replay/fault_book.h"
#include "replay/record_chunk.h"

namespace replay {

// Thread: one.
class RecordCheck {
 public:
  RecordCheck(const ledger::store::EventLog& log, domain::Position size,
              std::optional<ledger::store::Head> checkpoint);

  // Reads and checks the next records; false: there are no more, or it was told to end.
  bool read(RecordChunk& chunk);
  // read() asks `go_on` first; empty: it always goes on.
  void ask_before_reading(std::function<bool()> go_on) { go_on_ = std::move(go_on); }
  bool ended_early() const { return ended_early_; }
  // Compares the roots, once everything is read.
  void finish();

  const FaultBook& faults() const { return faults_; }
  domain::Digest root() const { return tree_.root(); }
  std::uint64_t tiles_checked() const { return tiles_checked_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void read_record(RecordChunk& chunk);
  void add_record(RecordChunk& chunk, std::string_view bytes);
  void unreadable(RecordChunk& chunk, const ledger::Error& error);
  void check_leaves(RecordChunk& chunk);
  // Whether what is stored above the leaves of a tile speaks for these.
  bool parent_is_of(std::uint64_t tile_index, const std::string& hashes) const;
  void grow(const std::string& leaves);
  void check_checkpoint();
  std::pair<domain::Position, domain::Position> suspects() const;

  const ledger::store::EventLog& log_;
  const domain::Position size_;
  const std::optional<ledger::store::Head> checkpoint_;
  std::unique_ptr<ledger::store::Cursor> cursor_;  // Null: the last read failed.
  std::uint64_t next_ = 0;
  ledger::merkle::Tree tree_;
  FaultBook faults_;
  std::uint64_t tiles_checked_ = 0;
  std::uint64_t bytes_ = 0;
  std::function<bool()> go_on_;
  bool ended_early_ = false;
};

}  // namespace replay

// The log in memory, with the contract of the one on disk: for the simulation, for property tests
// and for ThreadSanitizer, which cannot see into RocksDB.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/merkle/tree.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

class MemoryLog final : public EventLog {
 public:
  MemoryLog() = default;
  MemoryLog(const MemoryLog&) = delete;
  MemoryLog& operator=(const MemoryLog&) = delete;

  // Errors: conflict, invalid; there is no disk to fail.
  Result<Head> append(const Batch& batch) override;
  Head head() const override;
  Result<Digest> root_at(Position size) const override;
  // A cursor does not outlive the log.
  std::unique_ptr<Cursor> read(Position from, Position to) const override;
  Result<std::string> record(Position at) const override;
  Result<std::vector<Position>> stream(std::string_view stream, std::uint64_t from,
                                       std::size_t max) const override;
  Result<std::optional<Receipt>> receipt(const CommandId& id) const override;
  Result<void> visit_streams(const StreamVisit& visit) const override;
  Result<void> visit_receipts(const ReceiptVisit& visit) const override;
  Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                           std::uint32_t width) const override;
  Position wait_beyond(Position seen, std::chrono::milliseconds at_most) const override;

 private:
  class MemoryCursor;

  Result<std::string> tile_locked(const merkle::TileId& tile) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  std::deque<std::string> records_;  // Elements stay where they are while it grows.
  std::map<std::string, std::map<std::uint64_t, Position>, std::less<>> streams_;
  std::map<CommandId, Receipt> receipts_;
  merkle::Tree tree_;
  std::map<merkle::TileId, std::string> full_tiles_;
};

}  // namespace ledger::store

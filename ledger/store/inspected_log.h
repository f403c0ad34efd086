// The log of a directory as it lies there, damaged or not: for finding out what is wrong with one
// that RocksLog refuses to open. Nothing is compared at opening and nothing can be appended.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/store/directory_lock.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

class Database;

class InspectedLog final : public EventLog {
 public:
  // Shape:  `directory` is a data directory that nobody has open, better a copy of one.
  // Errors: unavailable ("ledger-locked"), corrupt ("log-damaged": not even the database can be
  //         opened; "log-inconsistent": nothing says how many records there were), io.
  static Result<std::unique_ptr<InspectedLog>> open(const std::filesystem::path& directory);
  ~InspectedLog() override;
  InspectedLog(const InspectedLog&) = delete;
  InspectedLog& operator=(const InspectedLog&) = delete;

  // Errors: refused ("log-inspected"), always.
  Result<Head> append(const Batch& batch) override;
  // As the newest batch says.
  Head head() const override { return head_; }
  Result<Digest> root_at(Position size) const override;
  std::unique_ptr<Cursor> read(Position from, Position to) const override;
  Result<std::string> record(Position at) const override;
  Result<std::vector<Position>> stream(std::string_view stream, std::uint64_t from,
                                       std::size_t max) const override;
  Result<std::optional<Receipt>> receipt(const CommandId& id) const override;
  Result<void> visit_streams(const StreamVisit& visit) const override;
  Result<void> visit_receipts(const ReceiptVisit& visit) const override;
  Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                           std::uint32_t width) const override;
  Position wait_beyond(Position, std::chrono::milliseconds) const override { return head_.size; }

 private:
  InspectedLog(DirectoryLock lock, std::unique_ptr<Database> database, Head head);

  DirectoryLock lock_;
  std::unique_ptr<Database> database_;
  Head head_;
};

}  // namespace ledger::store

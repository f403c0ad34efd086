// The record on this machine's disk: RocksDB, with the signed head in a file beside it. What opens
// has been compared with that head, so a log that lost its end does not pass for a whole one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/limits.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/merkle/tree.h"
#include "ledger/newest_cache.h"
#include "ledger/store/directory_lock.h"
#include "ledger/store/event_log.h"
#include "ledger/store/head_file.h"
#include "ledger/store/stream_end.h"

namespace rocksdb {
class FileSystem;
}

namespace ledger::store {

class Database;

class RocksLog final : public EventLog {
 public:
  struct Options {
    std::filesystem::path directory;  // The data directory; made if it is missing.
    std::string origin;               // The log's name in its signed heads.
    // An append is refused while the disk has less than this left.
    std::uint64_t free_bytes_low = limits::log_free_bytes_low;
    // Null for the machine's. Tests give one that fails; it outlives the log.
    std::shared_ptr<rocksdb::FileSystem> files;
  };

  // Locks the directory, recovers the log and checks it; a new directory gets an empty log.
  // Shape:  `key` is the directory's own, from load_or_make_key().
  // Errors: unavailable ("ledger-locked", "disk-full"), refused ("data-format-newer"), invalid
  //         ("origin-malformed"), corrupt ("head-damaged", "head-missing", "checkpoint-signature":
  //         the head is signed by another key or for another name; those of recover()), io.
  static Result<std::unique_ptr<RocksLog>> open(Options options, const merkle::SigningKey& key);
  ~RocksLog() override;
  RocksLog(const RocksLog&) = delete;
  RocksLog& operator=(const RocksLog&) = delete;

  // Errors, beside the contract's: invalid ("record-size", "stream-name").
  Result<Head> append(const Batch& batch) override;
  Head head() const override;
  Result<Digest> root_at(Position size) const override;
  // A cursor does not outlive the log.
  std::unique_ptr<Cursor> read(Position from, Position to) const override;
  Result<std::string> record(Position at) const override;
  Result<std::vector<Position>> stream(std::string_view stream, std::uint64_t from,
                                       std::size_t max) const override;
  Result<std::uint64_t> stream_version(std::string_view stream, Position at) const override;
  Result<std::optional<Receipt>> receipt(const CommandId& id) const override;
  Result<void> visit_streams(const StreamVisit& visit) const override;
  Result<void> visit_receipts(const ReceiptVisit& visit) const override;
  Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                           std::uint32_t width) const override;
  Position wait_beyond(Position seen, std::chrono::milliseconds at_most) const override;

  // For the one who keeps the head (HeadKeeper). Its newest head is not beyond head().
  HeadFile& head_file() { return *head_file_; }
  // Records found at opening that no signed head spoke of: durable, perhaps never acknowledged.
  std::uint64_t beyond_head() const { return beyond_head_; }

  // Copies the log as of now, with its key and a signed head, into a directory that is missing or
  // empty, and opens the copy to check it; answers the copy's head. Appends may go on meanwhile.
  // Errors: invalid ("backup-directory-used"), unavailable ("disk-full"), io, corrupt.
  // Thread: any.
  Result<Head> back_up(const std::filesystem::path& into, const merkle::SigningKey& key) const;
  // Puts the files in order: what is in memory goes to them, the write-ahead files go, and so does
  // the room that was written over. Appends may go on meanwhile, more slowly.
  // Errors: unavailable ("disk-full"), io, corrupt. Thread: any.
  Result<void> compact();

 private:
  RocksLog(Options options, DirectoryLock lock, std::unique_ptr<HeadFile> head_file,
           std::unique_ptr<Database> database, merkle::Tree tree, std::uint64_t batches);

  Result<void> check_space() const;
  Result<std::string> tile_of(const merkle::TileId& tile) const;

  Options options_;
  DirectoryLock lock_;
  std::unique_ptr<HeadFile> head_file_;
  std::unique_ptr<Database> database_;
  std::uint64_t beyond_head_ = 0;
  std::uint64_t batches_ = 0;          // The appender's.
  std::optional<Error> write_failed_;  // The appender's: nothing is written any more.

  mutable NewestCache<StreamEnd> stream_ends_{limits::stream_ends_bytes_max};
  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  merkle::Tree tree_;  // Over what is durable.
  Head head_;
};

}  // namespace ledger::store

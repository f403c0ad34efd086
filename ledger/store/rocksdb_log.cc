#include "ledger/store/rocksdb_log.h"

#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ledger/merkle/proof.h"
#include "ledger/store/batch_check.h"
#include "ledger/store/database_reads.h"
#include "ledger/store/record_cursor.h"
#include "ledger/store/refusals.h"
#include "ledger/tree_hashes.h"

namespace ledger::store {
namespace {

void put(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, std::string_view key,
         std::string_view value) {
  const auto status = batch.Put(family, slice_of(key), slice_of(value));
  CHECK(status.ok(), "a batch without a limit takes everything");
}

void fill(rocksdb::WriteBatch& to, const Batch& batch, const Database& database,
          const std::vector<merkle::Tree::FullTile>& tiles, const BatchMark& mark) {
  std::uint64_t at = batch.expected.value;
  for (const NewRecord& record : batch.records) {
    put(to, database.family(Family::records), record_key({at}), record.bytes);
    put(to, database.family(Family::streams), stream_key(record.stream, record.stream_version),
        u64_bytes(at));
    ++at;
  }
  for (const Receipt& receipt : batch.receipts) {
    put(to, database.family(Family::receipts), bytes_of(receipt.id), bytes_of(receipt));
  }
  for (const auto& tile : tiles) {
    put(to, database.family(Family::tiles), tile_key(tile.id.level, tile.id.index), tile.hashes);
  }
  put(to, database.family(Family::streams), batch_key, u64_bytes(mark.batches));
  put(to, database.family(Family::receipts), batch_key, u64_bytes(mark.batches));
  put(to, database.family(Family::meta), batch_key, bytes_of(mark));
}

std::vector<Digest> leaves_of(const Batch& batch) {
  std::vector<std::string_view> records;
  records.reserve(batch.records.size());
  for (const NewRecord& record : batch.records) records.push_back(record.bytes);
  std::vector<Digest> leaves(records.size());
  leaf_hashes(records, leaves);
  return leaves;
}

std::size_t bytes_expected(const Batch& batch) {
  std::size_t bytes = 1024 + batch.receipts.size() * 128;
  for (const auto& record : batch.records) bytes += record.bytes.size() + record.stream.size() + 64;
  return bytes;
}

}  // namespace

RocksLog::RocksLog(Options options, DirectoryLock lock, std::unique_ptr<HeadFile> head_file,
                   std::unique_ptr<Database> database, merkle::Tree tree, std::uint64_t batches)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      head_file_(std::move(head_file)),
      database_(std::move(database)),
      beyond_head_(tree.size() - head_file_->newest().head.size.value),
      batches_(batches),
      tree_(std::move(tree)),
      head_{{tree_.size()}, tree_.root()} {}

RocksLog::~RocksLog() = default;

// RocksDB must not meet a full disk: what it has begun to write would then be of unknown extent.
// So appending ends while there is still room for what it does in the background.
Result<void> RocksLog::check_space() const {
  const auto free = database_->free_bytes();
  if (!free) return fail(free.error());
  if (*free >= options_.free_bytes_low) return {};
  return fail(ErrorKind::unavailable, "disk-full",
              "The disk has " + std::to_string(*free >> 20U) + " MiB left and the log stops at " +
                  std::to_string(options_.free_bytes_low >> 20U) +
                  "; free some space. What is stored can be read.");
}

Result<Head> RocksLog::append(const Batch& batch) {
  if (write_failed_) return fail(*write_failed_);
  const Head before = head();
  if (const auto checked = check(batch, before.size); !checked) return fail(checked.error());
  if (const auto space = check_space(); !space) return fail(space.error());
  if (batch.records.empty() && batch.receipts.empty()) return before;

  merkle::Tree tree = tree_;  // Only this thread changes it.
  std::vector<merkle::Tree::FullTile> tiles;
  for (const auto& leaf : leaves_of(batch)) tree.append(leaf, tiles);
  const Head after{{tree.size()}, tree.root()};
  // Eight bytes for each key guard the batch in memory until it is written.
  rocksdb::WriteBatch writes(bytes_expected(batch), 0, 8, 0);
  fill(writes, batch, *database_, tiles, {batches_ + 1, after});
  rocksdb::WriteOptions options;
  options.sync = true;
  rocksdb::SetPerfLevel(rocksdb::kDisable);  // Of this thread: nobody asks for its counts.
  const auto status = database_->db().Write(options, &writes);
  if (!status.ok()) {
    write_failed_ = Error{ErrorKind::io, "log-write-failed",
                          "The log could not be written (" + status.ToString() +
                              ") and nobody knows what is on the disk; start the service again."};
    return fail(*write_failed_);
  }
  ++batches_;
  for (Position at = before.size; const NewRecord& record : batch.records) {
    const StreamEnd end{record.stream_version + 1, at};
    stream_ends_.changed(record.stream, [&end] { return std::pair(end, sizeof(end)); });
    ++at.value;
  }
  {
    const std::lock_guard lock(mutex_);
    tree_ = std::move(tree);
    head_ = after;
  }
  grown_.notify_all();
  return after;
}

Head RocksLog::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

Result<Digest> RocksLog::root_at(Position size) const {
  const Head now = head();
  if (size > now.size) return size_beyond_head(size, now.size);
  if (size == now.size) return now.root;
  return merkle::root_at(size.value, [this](const merkle::TileId& tile) { return tile_of(tile); });
}

std::unique_ptr<Cursor> RocksLog::read(Position from, Position to) const {
  return std::make_unique<RecordCursor>(*database_, from, std::min(to, head().size));
}

Result<std::string> RocksLog::record(Position at) const {
  return record_in(*database_, at, head().size);
}

Result<std::vector<Position>> RocksLog::stream(std::string_view stream, std::uint64_t from,
                                               std::size_t max) const {
  return stream_in(*database_, stream, from, max, head().size);
}

Result<std::uint64_t> RocksLog::stream_version(std::string_view stream, Position at) const {
  auto end = stream_ends_.find(stream);
  if (!end) {
    const std::uint64_t turn = stream_ends_.turn(stream);
    const auto found = stream_end_in(*database_, stream);
    if (!found) return fail(found.error());
    stream_ends_.keep(stream, turn, *found, sizeof(StreamEnd));
    end = *found;
  }
  if (end->version == 0 || end->newest <= at) return end->version;
  return EventLog::stream_version(stream, at);
}

Result<std::optional<Receipt>> RocksLog::receipt(const CommandId& id) const {
  return receipt_in(*database_, id);
}

Result<void> RocksLog::visit_streams(const StreamVisit& visit) const {
  return visit_streams_in(*database_, visit);
}

Result<void> RocksLog::visit_receipts(const ReceiptVisit& visit) const {
  return visit_receipts_in(*database_, visit);
}

Result<std::string> RocksLog::tile(std::uint32_t level, std::uint64_t index,
                                   std::uint32_t width) const {
  return tile_of({level, index, width});
}

Result<std::string> RocksLog::tile_of(const merkle::TileId& tile) const {
  {
    const std::lock_guard lock(mutex_);
    if (!merkle::exists(tile, tree_.size())) return no_such_tile(tile);
    if (auto edge = tree_.edge_tile(tile)) return *std::move(edge);
  }
  auto full = database_->full_tile(tile.level, tile.index);
  if (full) full->resize(std::size_t{tile.width} * merkle::digest_bytes);
  return full;
}

Position RocksLog::wait_beyond(Position seen, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, at_most, [&] { return head_.size > seen; });
  return head_.size;
}

}  // namespace ledger::store

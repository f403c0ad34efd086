#include "ledger/store/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <utility>
#include <vector>

#include "ledger/merkle/tile.h"
#include "ledger/store/checked_files.h"
#include "ledger/store/table_check.h"

namespace ledger::store {
namespace {

constexpr std::array<const char*, families> family_names = {"records", "streams", "receipts",
                                                            "tiles", "meta"};
constexpr std::size_t mebibyte = 1 << 20;

// Options come from here alone: OPTIONS files of the database are never loaded.
rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  // The other modes refuse to open after honest power cuts. What this one would hide is caught by
  // the head beside the database.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.recycle_log_file_num = 0;  // Old bytes behind the end could pass for new ones.
  options.paranoid_checks = true;
  options.verify_sst_unique_id_in_manifest = true;
  // A failed write leaves nobody knowing what is on the disk: nothing is tried again behind us.
  options.max_bgerror_resume_count = 0;
  options.max_total_wal_size = 128 * mebibyte;  // Small families do not keep old WALs alive.
  options.max_background_jobs = 2;
  options.skip_stats_update_on_db_open = true;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * mebibyte;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  auto table = table_options();
  table.block_cache = cache;
  table.block_size = 16 * 1024;
  options.write_buffer_size = 8 * mebibyte;
  // Appended keys are moved down the levels as they are, so the compression that a file is flushed
  // with is the one it keeps.
  options.compaction_style = rocksdb::kCompactionStyleLevel;
  options.compression = rocksdb::kLZ4Compression;
  switch (family) {
    case Family::records:
      table.block_size = 32 * 1024;
      options.write_buffer_size = 32 * mebibyte;
      options.target_file_size_base = 128 * mebibyte;
      break;
    case Family::receipts:  // Asked mostly for what is not there.
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      options.compression = rocksdb::kNoCompression;  // Digests.
      break;
    case Family::tiles:
      options.compression = rocksdb::kNoCompression;  // Digests.
      break;
    case Family::streams:
    case Family::meta:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

Error error_of(const rocksdb::Status& status) {
  if (status.subcode() == rocksdb::Status::kNoSpace) {
    return {ErrorKind::unavailable, "disk-full",
            "The disk is full (" + status.ToString() + "); free some space."};
  }
  if (status.IsIOError() && status.subcode() != rocksdb::Status::kPathNotFound) {
    return {ErrorKind::io, "log-io", "The log's disk failed: " + status.ToString() + "."};
  }
  if (status.IsShutdownInProgress() || status.IsBusy() || status.IsTryAgain()) {
    return {ErrorKind::io, "log-io", "The log's database says: " + status.ToString() + "."};
  }
  return {ErrorKind::corrupt, "log-damaged",
          "The log is damaged: " + status.ToString() + "; restore it from a backup."};
}

std::string bytes_of(const BatchMark& mark) {
  std::string bytes = u64_bytes(mark.batches);
  add_u64(bytes, mark.head.size.value);
  bytes += bytes_of(mark.head.root);
  return bytes;
}

std::optional<BatchMark> batch_mark_in(std::string_view bytes) {
  if (bytes.size() != 16 + merkle::digest_bytes) return std::nullopt;
  return BatchMark{u64_in(bytes),
                   {{u64_in(bytes.substr(8))}, merkle::hash_in(bytes.substr(16), 0)}};
}

std::string stream_key(std::string_view stream, std::uint64_t version) {
  std::string key(stream);
  key.push_back('\0');
  add_u64(key, version);
  return key;
}

std::string tile_key(std::uint32_t level, std::uint64_t index) {
  std::string key(1, static_cast<char>(static_cast<unsigned char>(level)));
  add_u64(key, index);
  return key;
}

std::string bytes_of(const Receipt& receipt) {
  std::string bytes(bytes_of(receipt.body));
  add_u64(bytes, receipt.first.value);
  add_u64(bytes, receipt.count);
  return bytes;
}

std::optional<Receipt> receipt_in(const CommandId& id, std::string_view bytes) {
  if (bytes.size() != merkle::digest_bytes + 16) return std::nullopt;
  const std::uint64_t count = u64_in(bytes.substr(merkle::digest_bytes + 8));
  return Receipt{id,
                 merkle::hash_in(bytes, 0),
                 {u64_in(bytes.substr(merkle::digest_bytes))},
                 static_cast<std::uint32_t>(count)};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& directory,
                                                 const std::shared_ptr<rocksdb::FileSystem>& files,
                                                 Create create) {
  std::unique_ptr<Database> database(new Database());
  database->directory_ = directory;
  database->files_ = std::make_shared<CheckedFiles>(files);
  database->env_ = rocksdb::NewCompositeEnv(database->files_);
  auto options = database_options(database->env_.get());
  options.create_if_missing = options.create_missing_column_families = create == Create::if_missing;
  const auto cache = rocksdb::NewLRUCache(64 * mebibyte);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < families; ++i) {
    descriptors.push_back({family_names[i], family_options(static_cast<Family>(i), cache)});
  }
  descriptors.push_back({rocksdb::kDefaultColumnFamilyName, {}});  // RocksDB insists on it.
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options, directory.string(), descriptors, &handles, &db);
  if (!status.ok()) return fail(error_of(status));
  database->db_.reset(db);
  for (std::size_t i = 0; i < families; ++i) database->handles_[i] = handles[i];
  const auto dropped = db->DestroyColumnFamilyHandle(handles[families]);
  CHECK(dropped.ok(), "a handle can be given back");
  return database;
}

Database::~Database() {
  if (!db_) return;
  for (auto* const handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  // Everything acknowledged is in the WAL, synced: a close that fails loses nothing.
  db_->Close().PermitUncheckedError();
}

Result<std::optional<std::string>> Database::get(Family family, std::string_view key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), this->family(family), slice_of(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return fail(error_of(status));
  return std::optional<std::string>(std::move(value));
}

Result<std::string> Database::full_tile(std::uint32_t level, std::uint64_t index) const {
  auto tile = get(Family::tiles, tile_key(level, index));
  if (!tile) return fail(tile.error());
  const merkle::TilePath path{merkle::TilePath::Kind::hashes, {level, index, merkle::tile_width}};
  if (!*tile || (*tile)->size() != merkle::tile_width * merkle::digest_bytes) {
    return fail(ErrorKind::corrupt, "tile-missing",
                "The log has lost " + merkle::path_of(path) + "; restore it from a backup.");
  }
  return **std::move(tile);
}

Result<void> Database::copy_to(const std::filesystem::path& directory) const {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // With a limit of 0 the memory is flushed first: a WAL that is linked could miss its end.
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string(), 0);
  if (!status.ok()) return fail(error_of(status));
  return {};
}

Result<void> Database::compact() const {
  rocksdb::FlushOptions all;
  auto status = db_->Flush(all, {handles_.begin(), handles_.end()});
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  for (auto* const handle : handles_) {
    if (status.ok()) status = db_->CompactRange(options, handle, nullptr, nullptr);
  }
  if (!status.ok()) return fail(error_of(status));
  return {};
}

Result<std::uint64_t> Database::free_bytes() const {
  std::uint64_t bytes = 0;
  const auto status =
      files_->GetFreeSpace(directory_.string(), rocksdb::IOOptions(), &bytes, nullptr);
  if (!status.ok()) return fail(error_of(status));
  return bytes;
}

}  // namespace ledger::store

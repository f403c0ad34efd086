// The RocksDB database below RocksLog: its options, families and keys. Only ledger/store sees it.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/merkle/tile.h"
#include "ledger/result.h"
#include "ledger/store/big_endian.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

enum class Family : std::size_t {
  records,   // position -> record
  streams,   // stream ‖ 0 ‖ version -> position
  receipts,  // command id -> receipt
  tiles,     // level ‖ index -> the hashes of a full tile
  meta,      // batch_key -> BatchMark
};
inline constexpr std::size_t families = 5;

// Every batch writes its number under this key in `meta`, `streams` and `receipts`. The database
// keeps them equal; a family that lost what was written last shows by its number. (`records` and
// `tiles` have no mark, since a key that returns would keep RocksDB from moving their files as they
// are; their newest keys tell the same.) No other key is this short.
inline constexpr std::string_view batch_key{"\0", 1};

// The value under batch_key in `meta`.
struct BatchMark {
  std::uint64_t batches = 0;
  Head head;
};
std::string bytes_of(const BatchMark& mark);
std::optional<BatchMark> batch_mark_in(std::string_view bytes);

inline std::string record_key(Position at) { return u64_bytes(at.value); }
std::string stream_key(std::string_view stream, std::uint64_t version);
std::string tile_key(std::uint32_t level, std::uint64_t index);
std::string bytes_of(const Receipt& receipt);
std::optional<Receipt> receipt_in(const CommandId& id, std::string_view bytes);

class Database {
 public:
  enum class Create { if_missing, never };
  // `files`: null for the machine's.
  // Errors: corrupt ("log-damaged"), unavailable ("disk-full"), io ("log-io").
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory,
                                                const std::shared_ptr<rocksdb::FileSystem>& files,
                                                Create create);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;
  // All 256 hashes. Errors: corrupt ("tile-missing", "log-damaged"), io.
  Result<std::string> full_tile(std::uint32_t level, std::uint64_t index) const;
  // Errors: io, unavailable ("disk-full").
  Result<void> copy_to(const std::filesystem::path& directory) const;
  // Errors: io, unavailable ("disk-full"), corrupt.
  Result<void> compact() const;
  // Bytes that the log could still fill. Errors: io.
  Result<std::uint64_t> free_bytes() const;

 private:
  Database() = default;

  std::filesystem::path directory_;
  std::shared_ptr<rocksdb::FileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;  // Over files_.
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, families> handles_{};
};

// What RocksDB said, in our words.
Error error_of(const rocksdb::Status& status);

inline rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

}  // namespace ledger::store

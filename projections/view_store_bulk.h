// The rows of a rebuild on their way into the database. Nobody reads them until all are there, so
// they need no memtable: they are gathered, sorted and written to files of their own beside the
// projector, which RocksDB takes over as they are.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "projections/gathered_rows.h"

namespace projections {

// Thread: one.
class BulkRows {
 public:
  // `db` outlives it; its files lie in `directory`.
  BulkRows(rocksdb::DB& db, std::filesystem::path directory);
  ~BulkRows();
  BulkRows(const BulkRows&) = delete;
  BulkRows& operator=(const BulkRows&) = delete;

  // Shape: each key once.
  void put(std::string_view key, std::string_view value) { gathered_.put(key, value); }
  // Hands what was gathered to the other thread, if that is worth a file.
  // Errors: io, unavailable ("disk-full"): of what was handed over before.
  ledger::Result<void> pass_on();
  // Everything put so far is in the database on return. Errors: as above.
  ledger::Result<void> finish();

 private:
  static rocksdb::Status write_sorted(GatheredRows& gathered, const rocksdb::Options& options,
                                      const std::string& path);
  ledger::Result<void> await_file();
  void write_gathered();

  rocksdb::DB& db_;
  const std::filesystem::path directory_;
  GatheredRows gathered_;
  GatheredRows handed_over_;  // The other thread's until it ended; then its memory is used again.
  std::future<rocksdb::Status> writing_;
  std::vector<std::string> files_;
};

}  // namespace projections

#include "projections/view_store_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include "ledger/store/table_check.h"

namespace projections {
namespace {

constexpr std::size_t mebibyte = 1 << 20;
constexpr int no_limit = 1'000'000;

}  // namespace

rocksdb::Options views_options(rocksdb::Env* env, bool bulk) {
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  // A failed write leaves the store behind; whoever opens it again folds from there.
  options.max_bgerror_resume_count = 0;
  options.max_background_jobs = 2;
  options.skip_stats_update_on_db_open = true;
  options.keep_log_file_num = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 64 * mebibyte;
  options.max_write_buffer_number = 3;
  auto table = ledger::store::table_options();
  table.block_cache = rocksdb::NewLRUCache(64 * mebibyte);
  table.block_size = 8 * 1024;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (bulk) {
    // Nobody reads while a rebuild writes, so files are merged once, at the end.
    options.disable_auto_compactions = true;
    options.level0_slowdown_writes_trigger = no_limit;
    options.level0_stop_writes_trigger = no_limit;
    options.soft_pending_compaction_bytes_limit = 0;
    options.hard_pending_compaction_bytes_limit = 0;
  }
  return options;
}

rocksdb::CompactRangeOptions compact_whole() {
  rocksdb::CompactRangeOptions options;
  options.max_subcompactions = 2;
  return options;
}

}  // namespace projections

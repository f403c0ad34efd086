// How RocksDB is to keep the views. Only view_store*.cc see it.
#pragma once

#include <rocksdb/options.h>

namespace projections {

// `env`: over checked files (ledger/store/checked_files.h); outlives the store.
rocksdb::Options views_options(rocksdb::Env* env, bool bulk);
rocksdb::CompactRangeOptions compact_whole();

}  // namespace projections

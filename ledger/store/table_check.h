// Whether a table of RocksDB is whole where RocksDB believes it unseen. It reads a table's block of
// properties before it compares the checksum, and the footer has none: one flipped bit there fails
// an assertion, which Debian's build keeps, and ends the process.
#pragma once

#include <rocksdb/file_system.h>
#include <rocksdb/table.h>

#include <cstdint>

namespace ledger::store {

// What every table is written with. Another format or checksum is a flipped bit: both are spelled
// out, so that they stay what they are when RocksDB changes its mind.
rocksdb::BlockBasedTableOptions table_options();

// Looks at the footer, the index of blocks that are not rows, and the block of properties; all
// others are read by their checksums. Cost: three small reads.
// Errors: Corruption, which says what is wrong; those of reading.
rocksdb::IOStatus check_table(const rocksdb::FSRandomAccessFile& table, std::uint64_t size);

}  // namespace ledger::store

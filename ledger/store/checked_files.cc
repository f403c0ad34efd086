#include "ledger/store/checked_files.h"

#include <cstdint>

#include "ledger/store/table_check.h"

namespace ledger::store {

rocksdb::IOStatus CheckedFiles::NewRandomAccessFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* file, rocksdb::IODebugContext* debug) {
  auto status = target()->NewRandomAccessFile(path, options, file, debug);
  if (!status.ok() || !path.ends_with(".sst")) return status;
  std::uint64_t size = 0;
  status = target()->GetFileSize(path, options.io_options, &size, debug);
  if (status.ok()) status = check_table(**file, size);
  if (status.IsCorruption()) status = rocksdb::IOStatus::Corruption(path, status.getState());
  if (!status.ok()) file->reset();
  return status;
}

}  // namespace ledger::store

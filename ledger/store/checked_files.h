// Files for RocksDB: a table that would end the process when RocksDB opens it is refused instead,
// whenever that is: at the start, after a compaction, of a copy.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace ledger::store {

class CheckedFiles final : public rocksdb::FileSystemWrapper {
 public:
  // `below`: null for the machine's.
  explicit CheckedFiles(const std::shared_ptr<rocksdb::FileSystem>& below)
      : FileSystemWrapper(below ? below : rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "CheckedFiles"; }

  // Errors, beside those of opening: what check_table() says.
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
};

}  // namespace ledger::store

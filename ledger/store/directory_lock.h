// One process for each data directory: two that write the same log would tear it apart.
#pragma once

#include <filesystem>

#include "ledger/result.h"
#include "ledger/store/durable_file.h"

namespace ledger::store {

// Held until it is destroyed or the process ends, however it ends.
class DirectoryLock {
 public:
  // Locks the file LOCK in the directory and writes this process's id into it.
  // Errors: unavailable ("ledger-locked": another holds it; the detail tells its id), io.
  static Result<DirectoryLock> acquire(const std::filesystem::path& directory);

 private:
  explicit DirectoryLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace ledger::store

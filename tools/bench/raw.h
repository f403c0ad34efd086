// What the machine itself can do: the limits that figures are held against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "tools/bench/timing.h"

namespace bench {

// Writes of so many bytes to a file of `directory`, each followed by fdatasync.
struct SyncedWrites {
  double per_second = 0;
  Times times;
};
ledger::Result<SyncedWrites> synced_writes(const std::filesystem::path& directory,
                                           std::size_t bytes, std::uint64_t count);

// Records read by a cursor with nothing done to them, and their bytes.
struct RecordsRead {
  double per_second = 0;
  double seconds = 0;
  std::uint64_t bytes = 0;
};
ledger::Result<RecordsRead> records_read(const ledger::store::EventLog& log);

// Records got by their positions, one at a time, here and there.
ledger::Result<Times> records_got(const ledger::store::EventLog& log, std::uint64_t count);

// Of all files below a directory.
std::uint64_t bytes_below(const std::filesystem::path& directory);

}  // namespace bench

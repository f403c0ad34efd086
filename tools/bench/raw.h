// What the machine itself can do: the limits that figures are held against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "ledger/store/event_log.h"

namespace bench {

// Writes of so many bytes to a file of `directory`, each followed by fdatasync, a second.
double synced_writes_per_second(const std::filesystem::path& directory, std::size_t bytes,
                                std::uint64_t count);

// Records read by a cursor, a second, with nothing done to them.
double records_read_per_second(const ledger::store::EventLog& log);

// Of all files below a directory.
std::uint64_t bytes_below(const std::filesystem::path& directory);

}  // namespace bench

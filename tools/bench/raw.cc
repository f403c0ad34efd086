#include "tools/bench/raw.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <system_error>

#include "ledger/random.h"

namespace bench {

using ledger::fail;
using ledger::Result;

Result<SyncedWrites> synced_writes(const std::filesystem::path& directory, std::size_t bytes,
                                   std::uint64_t count) {
  const auto path = directory / "raw";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  bool good = file >= 0;
  const std::string record(bytes, 'r');
  const auto began = Clock::now();
  SyncedWrites written;
  written.times = timed(good ? count : 0, [&](std::uint64_t) {
    good = good && ::write(file, record.data(), bytes) == static_cast<ssize_t>(bytes) &&
           ::fdatasync(file) == 0;
  });
  written.per_second = static_cast<double>(count) / seconds_since(began);
  if (file >= 0) ::close(file);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (good) return written;
  return fail(ledger::ErrorKind::io, "bench-disk",
              "Cannot write to " + path.string() + "; choose another --directory.");
}

Result<RecordsRead> records_read(const ledger::store::EventLog& log) {
  RecordsRead read;
  const auto size = log.head().size;
  const auto began = Clock::now();
  const auto cursor = log.read({0}, size);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) break;
    read.bytes += (*entry)->bytes.size();
  }
  read.seconds = seconds_since(began);
  read.per_second = static_cast<double>(size.value) / read.seconds;
  return read;
}

Result<Times> records_got(const ledger::store::EventLog& log, std::uint64_t count) {
  const ledger::Random random(1);
  const auto size = log.head().size.value;
  std::optional<ledger::Error> failed;
  auto times = timed(count, [&](std::uint64_t i) {
    const auto record = log.record({random.value("bench", "records_got", i) % size});
    if (!record) failed = record.error();
  });
  if (failed) return fail(*failed);
  return times;
}

std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory)) {
    if (each.is_regular_file()) bytes += each.file_size();
  }
  return bytes;
}

}  // namespace bench

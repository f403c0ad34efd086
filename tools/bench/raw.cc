#include "tools/bench/raw.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace

double synced_writes_per_second(const std::filesystem::path& directory, std::size_t bytes,
                                std::uint64_t count) {
  const auto path = directory / "raw";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return 0;
  const std::string record(bytes, 'r');
  const auto began = Clock::now();
  bool good = true;
  for (std::uint64_t i = 0; i < count && good; ++i) {
    good = ::write(file, record.data(), record.size()) == static_cast<ssize_t>(bytes) &&
           ::fdatasync(file) == 0;
  }
  const double seconds = seconds_since(began);
  ::close(file);
  std::filesystem::remove(path);
  return good ? static_cast<double>(count) / seconds : 0;
}

double records_read_per_second(const ledger::store::EventLog& log) {
  const auto size = log.head().size;
  const auto began = Clock::now();
  const auto cursor = log.read({0}, size);
  while (true) {
    const auto entry = cursor->next();
    if (!entry || !*entry) break;
  }
  return static_cast<double>(size.value) / seconds_since(began);
}

std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory)) {
    if (each.is_regular_file()) bytes += each.file_size();
  }
  return bytes;
}

}  // namespace bench

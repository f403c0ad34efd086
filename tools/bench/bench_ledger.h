// A ledger to measure: a log on disk with a writer, computers that report to it, and its views.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/clock.h"
#include "ledger/domain/command.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"
#include "ledger/store/rocksdb_log.h"
#include "ledger/time_zones_tzdb.h"
#include "ledger/writer.h"

namespace bench {

class BenchLedger {
 public:
  // A new ledger in a directory that is missing, with so many computers. Errors: of the log.
  static ledger::Result<std::unique_ptr<BenchLedger>> make(const std::filesystem::path& directory,
                                                           std::uint64_t computers);

  // The n-th report: of one computer after the other, each time with a new version.
  ledger::domain::Command report(std::uint64_t n) const;

  // How long each command took, in microseconds, with `outstanding` of them under way at a time.
  struct Appended {
    double events_per_second = 0;
    std::vector<double> microseconds;  // Sorted.
  };
  ledger::Result<Appended> append(std::uint64_t count, std::size_t outstanding);

  ledger::Writer& writer() { return *writer_; }
  const ledger::store::RocksLog& log() const { return *log_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  BenchLedger() = default;

  std::filesystem::path directory_;
  std::uint64_t computers_ = 0;
  std::uint64_t reported_ = 0;
  ledger::SystemClock clock_;
  ledger::TzdbTimeZones time_zones_;
  std::optional<ledger::merkle::SigningKey> key_;
  std::unique_ptr<ledger::store::RocksLog> log_;
  std::unique_ptr<ledger::Writer> writer_;
};

}  // namespace bench

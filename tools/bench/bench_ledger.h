// A ledger to measure: a log on disk with its head and its writer, and a fleet that reports to it.
// What the n-th computer is and says depends on n alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/clock.h"
#include "ledger/domain/command.h"
#include "ledger/head_keeper.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"
#include "ledger/store/rocksdb_log.h"
#include "ledger/time_zones_tzdb.h"
#include "ledger/writer.h"
#include "tools/bench/timing.h"

namespace bench {

namespace domain = ledger::domain;

// The name that every ledger of a bench signs its heads with.
inline constexpr const char* log_name = "bench.local";
inline constexpr std::uint64_t groups = 20;

domain::ComputerId computer_id(std::uint64_t n);
std::string computer_name(std::uint64_t n);
domain::GroupId group_id(std::uint64_t n);
// What the agent of a computer calls itself by: a bearer token.
std::string agent_token(std::uint64_t n);
// What a computer runs after its `round`-th report.
std::vector<domain::ComponentVersion> components(std::uint64_t round);
// The release of such a component for a platform.
domain::ReleasePattern release(const domain::ComponentVersion& component,
                               const std::string& platform, domain::Time now);
domain::Command by_system(domain::CommandPayload payload);

class BenchLedger {
 public:
  // Commands under way at a time while a ledger is filled.
  static constexpr std::size_t outstanding_when_filling = 4'096;

  // A new ledger in a directory that is missing, with groups, policies and so many computers, each
  // with its token. Errors: of the log and the writer.
  static ledger::Result<std::unique_ptr<BenchLedger>> make(const std::filesystem::path& directory,
                                                           std::uint64_t computers);

  // The n-th report: of one computer after the other, each time with new versions.
  domain::Command report(std::uint64_t n) const;

  // How long each command took, with `outstanding` of them under way at a time.
  struct Appended {
    double per_second = 0;  // Commands.
    Times times;
  };
  // `count` further reports. Errors: of the writer.
  ledger::Result<Appended> append_reports(std::uint64_t count, std::size_t outstanding);
  // The commands that `make` makes of 0, 1, ...
  using MakeCommand = std::function<domain::Command(std::uint64_t)>;
  ledger::Result<Appended> append(std::uint64_t count, std::size_t outstanding,
                                  const MakeCommand& make);

  // The rounds that every computer has reported.
  std::uint64_t rounds() const { return reported_ / computers_; }
  std::uint64_t computers() const { return computers_; }
  std::uint64_t size() const { return log_->head().size.value; }
  domain::Time now() const { return clock_.now(); }
  // Of the newest record.
  ledger::Result<std::size_t> record_bytes() const;

  ledger::store::RocksLog& log() { return *log_; }
  const ledger::store::RocksLog& log() const { return *log_; }
  const ledger::HeadKeeper& head_keeper() const { return *head_keeper_; }
  ledger::Writer& writer() { return *writer_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  BenchLedger() = default;
  ledger::Result<void> open();
  ledger::Result<void> settle_fleet();

  std::filesystem::path directory_;
  std::uint64_t computers_ = 0;
  std::uint64_t reported_ = 0;
  ledger::SystemClock clock_;
  ledger::TzdbTimeZones time_zones_;
  std::optional<ledger::merkle::SigningKey> key_;
  std::unique_ptr<ledger::store::RocksLog> log_;
  std::unique_ptr<ledger::HeadKeeper> head_keeper_;
  std::unique_ptr<ledger::Writer> writer_;
};

}  // namespace bench

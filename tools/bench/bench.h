// What the benches of one run share: what was asked for, and ledgers that are made when the first
// bench needs them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "ledger/result.h"
#include "projections/view_store.h"
#include "tools/bench/bench_ledger.h"
#include "tools/bench/figure.h"
#include "tools/bench/raw.h"

namespace bench {

struct Settings {
  std::filesystem::path directory;  // Of this run alone.
  std::filesystem::path ledgerd;    // The program.
  std::uint64_t computers = 10'000;
  std::uint64_t events = 200'000;
  std::uint64_t fleet = 1'000'000;
  std::uint64_t fleet_events = 3'500'000;
  std::uint64_t requests = 100'000;
  std::uint64_t idle_connections = 10'000;
  std::uint64_t synced_writes = 2'000;
  std::uint64_t questions = 20'000;  // As many points as lists and overviews a hundredth of it.
  std::uint64_t beating = 2'000;     // Computers that beat as fast as they can, so many times.
  std::uint64_t beats = 100'000;
  std::uint64_t site = 100'000;  // Computers that beat in their time.
  std::uint64_t polling_seconds = 60;
  std::uint64_t idle_interval_seconds = 600;
  std::uint64_t idle_seconds = 20;  // Of which their heartbeats are looked at.
  std::uint64_t target_bytes = 100'000'000;
};

// A fleet with its views.
struct Fleet {
  std::unique_ptr<BenchLedger> ledger;
  std::unique_ptr<projections::ViewStore> views;
  domain::Position enrolled;     // The last event of its enrolment.
  std::uint64_t fact_bytes = 0;  // What is known of its computers, as text.
};

class Bench {
 public:
  Bench(Settings settings, std::function<void(Figure)> say)
      : settings_(std::move(settings)), say_(std::move(say)) {}

  const Settings& settings() const { return settings_; }
  void say(Figure figure) const { say_(std::move(figure)); }

  // With settings().computers, and at least settings().events once they were asked for.
  ledger::Result<BenchLedger*> ledger();
  ledger::Result<BenchLedger*> full_ledger();
  ledger::Result<projections::ViewStore*> views_of_full_ledger();
  // With settings().fleet computers, settings().fleet_events events and the views of them.
  ledger::Result<Fleet*> fleet();
  // Closes it, for another program to open; it is not made again.
  ledger::Result<std::filesystem::path> release_fleet();

  ledger::Result<SyncedWrites> synced_writes(const BenchLedger& like) const;

 private:
  ledger::Result<void> make_fleet();

  Settings settings_;
  std::function<void(Figure)> say_;
  std::unique_ptr<BenchLedger> ledger_;
  std::unique_ptr<projections::ViewStore> ledger_views_;
  Fleet fleet_;
  std::optional<ledger::Error> fleet_failed_;  // Why there is none.
};

}  // namespace bench

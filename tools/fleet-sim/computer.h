// One simulated computer: joins, reports what it runs, and takes up what the manager expects. It
// speaks the real HTTP API; only the installing is pretended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ledger/random.h"
#include "ledger/result.h"

namespace fleet_sim {

struct Settings {
  std::string server;           // "http://127.0.0.1:8470"
  std::string ca_file;          // Whom to trust; empty: the system.
  std::string enrolment_token;  // By which computers join.
  std::filesystem::path state;  // A file for each computer: the token it got, and its sequence.
  double failures = 0;          // Of 1: how many installations fail.
};

class Computer {
 public:
  Computer(std::string name, const Settings& settings, ledger::Random random);
  ~Computer();
  Computer(const Computer&) = delete;
  Computer& operator=(const Computer&) = delete;

  const std::string& name() const { return name_; }

  // One heartbeat: joins if it has not yet, reports, answers instructions, and installs what is
  // expected, to be reported the next time. Errors: unavailable, io, refused: tried again then.
  ledger::Result<void> beat();

 private:
  struct Connection;
  struct Expected;

  bool load();
  ledger::Result<void> save() const;
  ledger::Result<void> join();
  ledger::Result<void> report();
  ledger::Result<Expected> ask();
  ledger::Result<void> install(const Expected& expected);
  ledger::Result<void> finish(const std::string& instruction, bool succeeded);

  std::string name_;
  const Settings& settings_;
  ledger::Random random_;
  std::unique_ptr<Connection> connection_;
  std::string token_;
  std::uint64_t sequence_ = 0;
  std::uint64_t installations_ = 0;
  std::string ruleset_;  // In effect; empty: none.
  std::string rule_update_;
  std::vector<std::pair<std::string, std::string>> components_;
};

}  // namespace fleet_sim

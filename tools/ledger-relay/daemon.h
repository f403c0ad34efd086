// A relay as a process: its state on disk, its rounds, and the server that agents fetch from.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger_relay {

struct Options {
  std::filesystem::path state;
  std::string manager;  // https://host:port of its machine listener; empty: it has none.
  std::string address = "0.0.0.0";
  std::uint16_t port = 8472;
  std::string url;          // Where others reach it; for enrolment.
  bool plain_http = false;  // Behind a proxy that speaks TLS, or in tests.
  std::chrono::seconds interval{60};

  // For enrolment, when there is no identity yet.
  std::string token;
  std::filesystem::path authority;
  std::string fingerprint;
  std::string name;
  std::string platform = "linux";
};

struct BundleOptions {
  bool makes = false;  // A bundle; else it takes one.
  std::filesystem::path state;
  std::filesystem::path bundle;
  ledger::domain::SourceId source;
  std::optional<ledger::domain::Digest> trust_root;
  std::filesystem::path since;
};

class Daemon {
 public:
  // Enrols if it has to, and listens. Errors: unavailable ("ledger-locked": another process has
  // this state), those of enrolment, of the identity, of listening.
  // `stop` ends rounds: a pull that is under way is given up, and goes on next time.
  static ledger::Result<std::unique_ptr<Daemon>> start(const Options& options,
                                                       const std::stop_token& stop);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  std::string url() const;
  // One round; whether everything went well.
  bool run_once();
  // Round after round, until the stop.
  void run();
  // Within about a second: small answers that are under way are given, large ones cut off.
  void stop();

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Feeds a bundle to the relay of this state, or has it make one, whether it runs or not. The answer
// is a line for people. Errors: those of taking or making it, unavailable ("relay-silent": it runs
// but does not answer).
ledger::Result<std::string> work_on_bundle(const BundleOptions& options);

}  // namespace ledger_relay

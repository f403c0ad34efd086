// ledgerd's objects, built in the order they need each other and torn down in reverse.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/result.h"

namespace ledgerd {

struct Options {
  std::filesystem::path data;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8470;
  std::string name = "ledger.local";    // Of the log, in its signed heads.
  std::vector<std::string> host_names;  // Beside this machine's own, in its certificate.
  std::string machines_address;         // Of the listener for machines; empty: there is none.
  std::uint16_t machines_port = 0;
  std::string timestamp_authority;  // Its URL; empty: none.
  std::filesystem::path witnesses;  // The file that names them; empty: none.
  bool plain_http = false;          // Without TLS though others than this machine can ask.
  bool rate_limited = true;
  std::chrono::milliseconds tick{1000};
  std::uint64_t download_bytes_per_second = 0;  // From repositories; 0: no bound.
};

class Daemon {
 public:
  // Opens the data directory, brings the views up to the log and answers requests.
  // `on_fatal` is called once, from any thread, when the process has to end: the state of the disk
  // is unknown.
  static ledger::Result<std::unique_ptr<Daemon>> start(const Options& options,
                                                       std::function<void(std::string)> on_fatal);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  std::string url() const;
  std::string machines_url() const;  // Empty: machines have no listener of their own.
  bool made_admin_token() const;
  std::string certificate_fingerprint() const;  // Of its authority; empty: plain HTTP only.

  // Finishes what is being answered, records the end and makes all of it durable.
  void stop(const std::string& cause);

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ledgerd

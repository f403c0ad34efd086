// The real ledgerd, started beside the bench on a data directory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ledger/result.h"

namespace bench {

class LedgerdProcess {
 public:
  // Returns once it answers that it is ready. Errors: unavailable ("ledgerd-not-started").
  static ledger::Result<std::unique_ptr<LedgerdProcess>> start(const std::filesystem::path& program,
                                                               const std::filesystem::path& data);
  // Kills it, if it was not stopped.
  ~LedgerdProcess();
  LedgerdProcess(const LedgerdProcess&) = delete;
  LedgerdProcess& operator=(const LedgerdProcess&) = delete;

  std::uint16_t port() const { return port_; }
  double seconds_to_ready() const { return seconds_to_ready_; }
  // The first administrator's. Errors: io.
  ledger::Result<std::string> admin_token() const;
  // What the kernel says of it, in bytes: "VmRSS" (resident), "VmHWM" (resident at most).
  std::uint64_t memory(const std::string& name) const;
  // Of processors, that all its threads have taken until it was ready: other work on the machine
  // does not lengthen it.
  double processor_seconds_to_ready() const { return processor_seconds_to_ready_; }

  // Ends it by a signal and waits for its end.
  void end(int signal);

 private:
  LedgerdProcess() = default;
  ledger::Result<void> launch(const std::filesystem::path& program);
  ledger::Result<void> await_ready();

  std::filesystem::path data_;
  pid_t process_ = -1;
  int output_ = -1;  // What it prints.
  std::uint16_t port_ = 0;
  double seconds_to_ready_ = 0;
  double processor_seconds_to_ready_ = 0;
};

}  // namespace bench

// The real ledgerd, started beside the bench on a data directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ledger/result.h"
#include "tools/bench/child.h"

namespace bench {

class LedgerdProcess {
 public:
  enum class Machines { by_token, by_certificate };  // The latter have a listener of their own.
  // Returns once it answers that it is ready. Errors: unavailable ("ledgerd-not-started").
  static ledger::Result<std::unique_ptr<LedgerdProcess>> start(
      const std::filesystem::path& program, const std::filesystem::path& data,
      Machines machines = Machines::by_token);

  const std::filesystem::path& data() const { return data_; }
  std::uint16_t port() const { return port_; }
  // Where machines are answered by certificate, and the authority to trust there.
  const std::string& machines_url() const { return machines_url_; }
  std::filesystem::path authority() const { return data_ / "tls" / "ca.crt"; }
  double seconds_to_ready() const { return seconds_to_ready_; }
  double processor_seconds_to_ready() const { return processor_seconds_to_ready_; }
  // The first administrator's. Errors: io.
  ledger::Result<std::string> admin_token() const;

  Child& process() { return *child_; }

 private:
  LedgerdProcess() = default;
  ledger::Result<void> await_ready(Machines machines);

  std::filesystem::path data_;
  std::unique_ptr<Child> child_;
  std::uint16_t port_ = 0;
  std::string machines_url_;
  double seconds_to_ready_ = 0;
  double processor_seconds_to_ready_ = 0;
};

}  // namespace bench

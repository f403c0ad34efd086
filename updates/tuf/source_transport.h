// Repositories at http://, https:// and file:// URLs.
#pragma once

#include <memory>
#include <string>

#include "ledger/result.h"
#include "updates/source_reader.h"
#include "updates/tuf/transport.h"

namespace ledger::updates::tuf {

// The errors of transfers, "source-timed-out" and the like, and what they say went wrong.
Error error_of(const SourceFailure& failure);
domain::SourceFault fault_of(const Error& error);

class SourceTransport final : public Transport {
 public:
  // `proxy` and `tls` as of open_source(). Errors: invalid ("source-url").
  static Result<std::unique_ptr<SourceTransport>> open(const std::string& url,
                                                       const std::string& proxy,
                                                       const SourceTls& tls = {});
  Result<void> get(const std::string& path, std::uint64_t bytes_max, const Sink& sink) override;
  Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t bytes_max,
                        const Sink& sink) override;
  void doubt() override { reader_->doubt(); }
  // What ends a transfer from another thread.
  void stop_by(std::stop_token stop) { stop_ = std::move(stop); }

 private:
  explicit SourceTransport(std::unique_ptr<SourceReader> reader) : reader_(std::move(reader)) {}
  std::unique_ptr<SourceReader> reader_;
  std::stop_token stop_;
};

}  // namespace ledger::updates::tuf

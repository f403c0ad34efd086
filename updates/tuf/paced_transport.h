// A bound on how fast content comes, all transfers together: a site's line is for its people first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "ledger/domain/ids.h"
#include "updates/tuf/transport.h"

namespace ledger::updates::tuf {

// Thread: any.
class Pace {
 public:
  explicit Pace(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}
  // How long whoever just took so many bytes should wait; `now` is of a clock that never goes back.
  domain::Duration after(std::uint64_t bytes, domain::Time now);

 private:
  const std::uint64_t bytes_per_second_;
  std::mutex mutex_;
  domain::Time free_at_;  // When all that was taken so far has had its time.
};

class PacedTransport final : public Transport {
 public:
  using Now = std::function<domain::Time()>;
  using Wait = std::function<void(domain::Duration)>;
  PacedTransport(std::unique_ptr<Transport> transport, Pace& pace, Now now, Wait wait)
      : transport_(std::move(transport)),
        pace_(pace),
        now_(std::move(now)),
        wait_(std::move(wait)) {}

  Result<void> get(const std::string& path, std::uint64_t bytes_max, const Sink& sink) override {
    return transport_->get(path, bytes_max, paced(sink));
  }
  Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t bytes_max,
                        const Sink& sink) override {
    return transport_->get_from(path, from, bytes_max, paced(sink));
  }
  void doubt() override { transport_->doubt(); }

 private:
  Sink paced(const Sink& sink);

  std::unique_ptr<Transport> transport_;
  Pace& pace_;
  Now now_;
  Wait wait_;
};

}  // namespace ledger::updates::tuf

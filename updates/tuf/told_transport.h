// Says now and then how far a file is: a large one over a slow line may take hours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ledger/domain/ids.h"
#include "updates/tuf/transport.h"

namespace ledger::updates::tuf {

// Of a file that is on its way.
struct Standing {
  std::string path;
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // At most.
  std::uint64_t per_second = 0;
};

// "targets/a.hdb: 5000000 of 20000000 bytes, 250000 a second"
std::string text(const Standing& standing);

// Targets only: who gets them says from which byte on. Metadata is small.
class ToldTransport final : public Transport {
 public:
  using Now = std::function<domain::Duration()>;  // Of a clock that never goes back.
  using Tell = std::function<void(const Standing&)>;
  ToldTransport(std::unique_ptr<Transport> transport, Now now, Tell tell)
      : transport_(std::move(transport)), now_(std::move(now)), tell_(std::move(tell)) {}

  Result<void> get(const std::string& path, std::uint64_t bytes_max, const Sink& sink) override {
    return transport_->get(path, bytes_max, sink);
  }
  Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t bytes_max,
                        const Sink& sink) override;
  void doubt() override { transport_->doubt(); }

  static constexpr domain::Duration interval = domain::seconds(10);

 private:
  std::unique_ptr<Transport> transport_;
  Now now_;
  Tell tell_;
};

}  // namespace ledger::updates::tuf

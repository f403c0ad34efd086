// A listening socket, and its accepted connections as descriptors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/io_thread.h"
#include "ledger/result.h"

namespace api {

// Whether an address stays on this machine. Takes numeric ones only.
bool is_loopback(const std::string& address);

class Listener {
 public:
  struct Accepted {
    int socket = -1;
    int family = 0;       // AF_INET or AF_INET6.
    std::string address;  // Of the peer.
  };
  // Errors: invalid ("listen-address-invalid"), io ("listen-failed").
  static ledger::Result<std::unique_ptr<Listener>> open(const std::string& address,
                                                        std::uint16_t port);
  virtual ~Listener() = default;
  virtual std::uint16_t port() const = 0;
  // Calls `accepted` on `thread`, until close(). Before the thread is started.
  virtual void start(IoThread& thread, std::function<void(Accepted)> accepted) = 0;
  // Thread: the IoThread's.
  virtual void close() = 0;
};

}  // namespace api

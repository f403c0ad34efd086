// HTTP/1.1 for peers that may be slow, many or hostile: Beast parses, Asio moves bytes, every wait
// has a deadline and everything that is counted has a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/front.h"
#include "api/handler_pool.h"
#include "api/http_limits.h"
#include "api/tls.h"
#include "ledger/result.h"

namespace api {

class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any that is free.
    std::optional<TlsFiles> tls;
    bool insecure = false;  // Plain HTTP on addresses that others reach.
    std::size_t io_threads = 2;
    HandlerPool::Options handlers;
    HttpLimits limits;
    // Of this server alone, for bodies that routes take as files; empty: none does.
    std::filesystem::path uploads;
  };
  // Listens and answers on return; `front` outlives the server. Errors: refused ("tls-required":
  // not a loopback address), invalid ("listen-address-invalid"), io ("listen-failed",
  // "tls-files-unusable").
  static ledger::Result<std::unique_ptr<Server>> start(Options options, Front& front);
  virtual ~Server() = default;  // Stops, as stop() does.

  virtual std::uint16_t port() const = 0;
  // Sources that had nothing are asked again. Cheap when there are none. Thread: any.
  virtual void wake() = 0;
  // Connections from now on are served with these, as after a renewal. Those that are open stay as
  // they are. Errors: io ("tls-files-unusable": the old ones stay). Thread: any.
  virtual ledger::Result<void> use_tls(const TlsFiles& files) = 0;
  // No more connections; what was asked is answered (limits.stop_deadline), event streams end with
  // "event: bye". Returns when nothing of the server runs any more; once.
  virtual void stop() = 0;

  struct Counts {
    std::size_t connections = 0;
    std::size_t streams = 0;
    std::size_t queued = 0;        // Requests that wait for a handler.
    std::uint64_t requests = 0;    // Answered.
    std::uint64_t overloaded = 0;  // Of those: 503, since the queue was full.
    std::uint64_t connections_refused = 0;
  };
  virtual Counts counts() const = 0;  // Thread: any.
};

}  // namespace api

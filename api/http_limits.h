// The bounds of a server, as limits.h has them; tests turn them down.
#pragma once

#include <chrono>
#include <cstddef>

#include "ledger/limits.h"

namespace api {

struct HttpLimits {
  std::size_t header_bytes_max = ledger::limits::http_header_bytes_max;
  std::size_t headers_max = ledger::limits::http_headers_max;
  std::size_t connections_max = ledger::limits::http_connections_max;
  std::size_t connections_per_address_max = ledger::limits::http_connections_per_address_max;
  std::size_t streams_max = ledger::limits::http_sse_streams_max;
  std::size_t uploads_max = ledger::limits::http_uploads_max;
  std::chrono::milliseconds header_deadline = ledger::limits::http_header_deadline;
  std::chrono::milliseconds body_deadline = ledger::limits::http_body_deadline;
  std::chrono::milliseconds idle_deadline = ledger::limits::http_idle_deadline;
  std::chrono::milliseconds write_deadline = ledger::limits::http_write_deadline;
  std::chrono::milliseconds stop_deadline = ledger::limits::http_stop_deadline;
  std::chrono::milliseconds sse_interval = ledger::limits::http_sse_interval;
};

}  // namespace api

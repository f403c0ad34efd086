// What an HTTP client leaves open: its timeouts begin anew with every byte, and it keeps every
// header that comes. Whoever asks over it has a transfer watched by these.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "updates/local_file.h"

namespace ledger::updates {

// What a peer may send beside a body: headers above all, and how chunks and TLS frame it.
inline constexpr std::uint64_t overhead_bytes_max = 2'097'152;

// Compares what a connection received with what of it was body. Thread: any.
class Meter {
 public:
  // The client has a new socket, not connected yet.
  void follow(int socket);
  void begin_file();
  void add_body(std::size_t bytes);
  // Ends the connection at once. A socket that is only shut still takes what the peer goes on to
  // send, and who reads slower than that would read for ever.
  void cut() const;
  // More came beside the body than any answer needs.
  bool is_overrun() const;

 private:
  std::uint64_t received() const;

  mutable std::mutex mutex_;
  std::optional<Descriptor> socket_;
  std::uint64_t before_ = 0;
  std::uint64_t body_ = 0;
};

// Ends a transfer that takes too long, that brings more than its file, or that nobody waits for any
// more, by cutting its connection. Not by the client: that lets nobody in while it connects.
class Watchdog {
 public:
  Watchdog(const Meter& meter, std::chrono::milliseconds allowed, const std::stop_token& stop);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  bool ran_out() const { return ran_out_; }
  bool is_overrun() const { return overrun_; }

 private:
  void wake();
  void watch(const std::stop_token& stop);

  const Meter& meter_;
  const std::chrono::steady_clock::time_point deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::atomic<bool> ran_out_{false};
  std::atomic<bool> overrun_{false};
  std::stop_callback<std::function<void()>> on_stop_;
  std::thread thread_;
};

}  // namespace ledger::updates

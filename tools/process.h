// What the programs that run until they are stopped have in common.
#pragma once

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <stop_token>
#include <thread>

#include "ledger/domain/ids.h"

namespace process {

// SIGINT and SIGTERM, waited for instead of ending the process. Made before any other thread, which
// then leaves them alone. What goes to a peer that hung up is an error of that write.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&awaited_);
    sigaddset(&awaited_, SIGINT);
    sigaddset(&awaited_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &awaited_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

  // Which came.
  int wait() const {
    int signal = 0;
    sigwait(&awaited_, &signal);
    return signal;
  }

  // Whether one came within this time; it begins anew when something else interrupts it.
  bool came_within(ledger::domain::Duration time) const {
    timespec left{};
    left.tv_sec = time.micros / 1'000'000;
    left.tv_nsec = time.micros % 1'000'000 * 1'000;
    int came = -1;
    do {
      came = sigtimedwait(&awaited_, nullptr, &left);
    } while (came < 0 && errno == EINTR);
    return came > 0;
  }

 private:
  sigset_t awaited_{};
};

// Asks for a stop when a signal came. Work that has not ended within `grace`, or when a second
// signal comes, ends with the process, as by kill -9: for programs that go on from whatever they
// find.
class StopBySignal {
 public:
  static constexpr ledger::domain::Duration grace{1'500'000};

  explicit StopBySignal(const StopSignals& signals)
      : thread_([this, &signals] { watch(signals); }) {}
  ~StopBySignal() {
    done_ = true;
    pthread_kill(thread_.native_handle(), SIGTERM);  // It waits for nothing else.
    thread_.join();
  }
  StopBySignal(const StopBySignal&) = delete;
  StopBySignal& operator=(const StopBySignal&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  // Whether one came within this time.
  bool came_within(ledger::domain::Duration time) const {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any nothing;
    nothing.wait_for(lock, token(), std::chrono::microseconds(time.micros), [] { return false; });
    return token().stop_requested();
  }

 private:
  void watch(const StopSignals& signals) {
    signals.wait();
    if (done_) return;
    stop_.request_stop();
    signals.came_within(grace);
    if (!done_) ::_exit(EXIT_SUCCESS);
  }

  std::stop_source stop_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// As many files, and so connections, as this user may have. False: the limit stays as it is.
inline bool raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace process

// What the programs that run until they are stopped have in common.
#pragma once

#include <pthread.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <ctime>

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

// As many files, and so connections, as this user may have. False: the limit stays as it is.
inline bool raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace process

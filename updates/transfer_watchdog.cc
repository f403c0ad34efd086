#include "updates/transfer_watchdog.h"

#include <sys/socket.h>
#include <unistd.h>

#include "updates/received_bytes.h"

namespace ledger::updates {
namespace {

constexpr std::chrono::milliseconds overhead_interval{10};

}  // namespace

void Meter::follow(int socket) {
  const std::lock_guard lock(mutex_);
  socket_.emplace(::dup(socket));  // Ours, so that nobody gets its number while it is looked at.
  before_ = 0;
}

void Meter::begin_file() {
  const std::lock_guard lock(mutex_);
  before_ = received();
  body_ = 0;
}

void Meter::add_body(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  body_ += bytes;
}

void Meter::cut() const {
  const std::lock_guard lock(mutex_);
  if (!socket_) return;
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(socket_->get(), &nobody, sizeof nobody));
}

bool Meter::is_overrun() const {
  const std::lock_guard lock(mutex_);
  return received() > before_ + body_ + body_ / 2 + overhead_bytes_max;
}

std::uint64_t Meter::received() const { return socket_ ? received_bytes(socket_->get()) : 0; }

Watchdog::Watchdog(const Meter& meter, std::chrono::milliseconds allowed,
                   const std::stop_token& stop)
    : meter_(meter),
      deadline_(std::chrono::steady_clock::now() + allowed),
      on_stop_(stop, [this] { wake(); }),
      thread_([this, stop] { watch(stop); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::wake() {
  { const std::lock_guard lock(mutex_); }
  changed_.notify_all();
}

void Watchdog::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!done_ && !stop.stop_requested() && std::chrono::steady_clock::now() < deadline_) {
    changed_.wait_for(lock, overhead_interval, [&] { return done_ || stop.stop_requested(); });
    overrun_ = !done_ && meter_.is_overrun();
    if (overrun_) break;
  }
  // Again and again: the socket may not be there yet when it is cut first.
  while (!done_) {
    ran_out_ = !overrun_ && !stop.stop_requested();
    meter_.cut();
    changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return done_; });
  }
}

}  // namespace ledger::updates

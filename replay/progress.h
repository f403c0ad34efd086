// Tells about ten times a second how far long work is.
#pragma once

#include <chrono>
#include <functional>

#include "replay/verify.h"

namespace replay {

// Thread: one.
class ProgressTeller {
 public:
  ProgressTeller(const std::function<void(const Progress&)>& tell, domain::Position size)
      : tell_(tell), size_(size) {}

  // `done` events of the work are done; the last time is always told.
  void passed(domain::Position done) {
    if (!tell_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < interval && done < size_) return;
    told_ = now;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    const double rate = seconds > 0 ? static_cast<double>(done.value) / seconds : 0;
    tell_({done, size_, rate});
  }

 private:
  static constexpr std::chrono::milliseconds interval{100};

  const std::function<void(const Progress&)>& tell_;
  const domain::Position size_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = began_;
};

}  // namespace replay

// The threads on which handlers run, and the bounded queue before them: work that does not fit is
// refused at once rather than late.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/limits.h"

namespace api {

class HandlerPool {
 public:
  struct Options {
    std::size_t threads = 16;
    std::size_t queue_max = ledger::limits::http_handlers_queue_max;
  };
  explicit HandlerPool(Options options);
  // Runs what is queued, then joins.
  ~HandlerPool();
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  // False: the queue is full, or the pool stops. `work` does not throw. Thread: any.
  [[nodiscard]] bool try_run(std::function<void()> work);
  std::size_t queued() const;  // Thread: any.
  void stop();

 private:
  void loop();

  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace api

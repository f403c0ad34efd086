#include "api/handler_pool.h"

#include <utility>

namespace api {

HandlerPool::HandlerPool(Options options) : options_(options) {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.push_back(std::thread([this] { loop(); }));
  }
}

HandlerPool::~HandlerPool() { stop(); }

void HandlerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool HandlerPool::try_run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= options_.queue_max) return false;
    queue_.push_back(std::move(work));
  }
  work_.notify_one();
  return true;
}

std::size_t HandlerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void HandlerPool::loop() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace api

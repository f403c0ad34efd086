// A few threads for work that takes long: checks of sources, verifications. One that hangs does not
// hold up the others.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace ledgerd {

class JobPool {
 public:
  using Job = std::function<void(const std::stop_token&)>;

  explicit JobPool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }
  // Ends jobs that look at their token, forgets those that wait.
  ~JobPool() {
    for (auto& thread : threads_) thread.request_stop();
    waiting_.notify_all();
  }
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  // Thread: any.
  void add(Job job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    waiting_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    while (true) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        waiting_.wait(lock, [&] { return stop.stop_requested() || !jobs_.empty(); });
        if (stop.stop_requested()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job(stop);
    }
  }

  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace ledgerd

// A few threads for work that takes long: checks of sources, verifications. One that hangs does not
// hold up the others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/executor.h"

namespace ledgerd {

class JobPool final : public ledger::Executor {
 public:
  explicit JobPool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this](const std::stop_token&) { work(); });
    }
  }
  // Asks what runs to end, by stopping(), and waits for it; forgets what has not begun.
  ~JobPool() override {
    {
      const std::lock_guard lock(mutex_);
      stop_.request_stop();
    }
    changed_.notify_all();
  }
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  void post(Work work) override { post_after({}, std::move(work)); }

  Ticket post_after(ledger::domain::Duration delay, Work work) override {
    const auto due = Clock::now() + std::chrono::microseconds(delay.micros);
    Ticket ticket = 0;
    {
      const std::lock_guard lock(mutex_);
      ticket = ++tickets_;
      jobs_.emplace(std::pair(due, ticket), std::move(work));
    }
    changed_.notify_one();
    return ticket;
  }

  void cancel(Ticket ticket) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [&](const auto& job) { return job.first.second == ticket; });
  }

  // For work that takes long: it ends early once this says so.
  std::stop_token stopping() const { return stop_.get_token(); }

 private:
  using Clock = std::chrono::steady_clock;

  void work() {
    std::unique_lock lock(mutex_);
    while (!stop_.stop_requested()) {
      if (jobs_.empty()) {
        changed_.wait(lock);
      } else if (const auto due = jobs_.begin()->first.first; Clock::now() < due) {
        changed_.wait_until(lock, due);
      } else {
        const Work job = std::move(jobs_.begin()->second);
        jobs_.erase(jobs_.begin());
        lock.unlock();
        job();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<Clock::time_point, Ticket>, Work> jobs_;  // By when they are due.
  Ticket tickets_ = 0;
  std::stop_source stop_;
  std::vector<std::jthread> threads_;
};

}  // namespace ledgerd

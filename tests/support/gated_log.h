// A log in memory whose appends can be held up, to look at what happens meanwhile, and can fail.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/store/memory_log.h"

namespace tests {

// Thread: any, for all of it.
class GatedLog final : public ledger::store::EventLog {
 public:
  using Batch = ledger::store::Batch;
  using Position = ledger::store::Position;

  // From now on appends wait until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  // Until an append waits at the gate.
  void await_append() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }
  // From now on appends fail, and write nothing; with nothing, they succeed again.
  void fail_with(std::optional<ledger::Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  std::vector<std::size_t> records_of_batches() const {
    const std::lock_guard lock(mutex_);
    return records_of_batches_;
  }
  Position last_read_from() const {
    const std::lock_guard lock(mutex_);
    return last_read_from_;
  }

  ledger::Result<ledger::store::Head> append(const Batch& batch) override {
    {
      std::unique_lock lock(mutex_);
      waiting_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !held_; });
      waiting_ = false;
      if (error_) return ledger::fail(*error_);
      if (!batch.records.empty()) records_of_batches_.push_back(batch.records.size());
    }
    return log_.append(batch);
  }
  ledger::store::Head head() const override { return log_.head(); }
  ledger::Result<ledger::Digest> root_at(Position size) const override {
    return log_.root_at(size);
  }
  std::unique_ptr<ledger::store::Cursor> read(Position from, Position to) const override {
    {
      const std::lock_guard lock(mutex_);
      last_read_from_ = from;
    }
    return log_.read(from, to);
  }
  ledger::Result<std::string> record(Position at) const override { return log_.record(at); }
  ledger::Result<std::vector<Position>> stream(std::string_view name, std::uint64_t from,
                                               std::size_t max) const override {
    return log_.stream(name, from, max);
  }
  ledger::Result<std::optional<ledger::store::Receipt>> receipt(
      const ledger::store::CommandId& id) const override {
    return log_.receipt(id);
  }
  ledger::Result<void> visit_streams(const StreamVisit& visit) const override {
    return log_.visit_streams(visit);
  }
  ledger::Result<void> visit_receipts(const ReceiptVisit& visit) const override {
    return log_.visit_receipts(visit);
  }
  ledger::Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                                   std::uint32_t width) const override {
    return log_.tile(level, index, width);
  }
  Position wait_beyond(Position seen, std::chrono::milliseconds at_most) const override {
    return log_.wait_beyond(seen, at_most);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool waiting_ = false;
  mutable Position last_read_from_;
  std::optional<ledger::Error> error_;
  std::vector<std::size_t> records_of_batches_;
  ledger::store::MemoryLog log_;
};

}  // namespace tests

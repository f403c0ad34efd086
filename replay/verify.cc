#include "replay/verify.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/limits.h"
#include "replay/fold_check.h"
#include "replay/progress.h"
#include "replay/record_check.h"

namespace replay {
namespace {

using Clock = std::chrono::steady_clock;

// Chunks of 256 records that wait between the two threads.
constexpr std::size_t chunks_waiting_max = 32;
// With more than that waiting, the reading thread has time to decode as well.
constexpr std::size_t chunks_waiting_busy = 4;

// Chunks between the thread that reads and the one that folds, and empty ones back.
class ChunkQueue {
 public:
  std::unique_ptr<RecordChunk> empty() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return std::make_unique<RecordChunk>();
    auto chunk = std::move(spare_.back());
    spare_.pop_back();
    return chunk;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return full_.size();
  }
  void push(std::unique_ptr<RecordChunk> chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return full_.size() < chunks_waiting_max; });
    full_.push_back(std::move(chunk));
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // Null: closed, and everything was taken.
  std::unique_ptr<RecordChunk> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !full_.empty(); });
    if (full_.empty()) return nullptr;
    auto chunk = std::move(full_.front());
    full_.pop_front();
    changed_.notify_all();
    return chunk;
  }
  void give_back(std::unique_ptr<RecordChunk> chunk) {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(chunk));
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<RecordChunk>> full_;
  std::vector<std::unique_ptr<RecordChunk>> spare_;
  bool closed_ = false;
};

void check_in_turn(RecordCheck& records, FoldCheck& fold, ProgressTeller& progress) {
  RecordChunk chunk;
  while (records.read(chunk)) {
    chunk.decode();
    fold.take(chunk);
    progress.passed({chunk.first + chunk.records.size()});
  }
}

void check_side_by_side(RecordCheck& records, FoldCheck& fold, ProgressTeller& progress) {
  ChunkQueue queue;
  std::thread reading([&] {
    while (true) {
      auto chunk = queue.empty();
      if (!records.read(*chunk)) break;
      if (queue.waiting() >= chunks_waiting_busy) chunk->decode();
      queue.push(std::move(chunk));
    }
    queue.close();
  });
  while (auto chunk = queue.pop()) {
    chunk->decode();
    fold.take(*chunk);
    progress.passed({chunk->first + chunk->records.size()});
    queue.give_back(std::move(chunk));
  }
  reading.join();
}

void add_faults(VerifyReport& report, const FaultBook& book) {
  report.faults_total += book.total();
  report.faults.insert(report.faults.end(), book.faults().begin(), book.faults().end());
  std::stable_sort(report.faults.begin(), report.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.at < b.at; });
  if (report.faults.size() > ledger::limits::faults_told_max) {
    report.faults.resize(ledger::limits::faults_told_max);
  }
}

}  // namespace

VerifyReport verify(const ledger::store::EventLog& log, const VerifyOptions& options) {
  const auto began = Clock::now();
  VerifyReport report;
  report.size = log.head().size;
  RecordCheck records(log, report.size, options.checkpoint);
  records.ask_before_reading(options.go_on);
  FoldCheck fold(log, options);
  ProgressTeller progress(options.on_progress, report.size);
  if (options.threads > 1) {
    check_side_by_side(records, fold, progress);
  } else {
    check_in_turn(records, fold, progress);
  }
  report.ended_early = records.ended_early();
  if (report.ended_early) return report;
  records.finish();
  fold.finish();
  report.root = records.root();
  report.bytes = records.bytes();
  report.tiles_checked = records.tiles_checked();
  fold.report_to(report);
  add_faults(report, records.faults());
  add_faults(report, fold.faults());
  report.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return report;
}

}  // namespace replay

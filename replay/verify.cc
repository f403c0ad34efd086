#include "replay/verify.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/entropy.h"
#include "ledger/limits.h"
#include "replay/fold_check.h"
#include "replay/index_sums.h"
#include "replay/progress.h"
#include "replay/record_check.h"

namespace replay {
namespace {

using Clock = std::chrono::steady_clock;
using ledger::Result;

// Chunks of 256 records that wait between the two threads.
constexpr std::size_t chunks_waiting_max = 32;
// With more than that waiting, the reading thread has time to decode as well.
constexpr std::size_t chunks_waiting_busy = 4;
// Chunks that are decoded before they are folded: a digest is recorded soon after the position that
// it is of, or of one at the end of an interval, whose sums are kept anyway.
constexpr std::size_t chunks_ahead = 16;

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

// Folds chunks some way behind those that are decoded already, and so announced.
class FoldBehind {
 public:
  FoldBehind(FoldCheck& fold, ProgressTeller& progress) : fold_(fold), progress_(progress) {}

  // Answers a chunk that is done with, or null.
  std::unique_ptr<RecordChunk> take(std::unique_ptr<RecordChunk> chunk) {
    chunk->decode();
    fold_.announce(*chunk);
    ahead_.push_back(std::move(chunk));
    return ahead_.size() > chunks_ahead ? fold_first() : nullptr;
  }
  void finish() {
    while (!ahead_.empty()) fold_first();
  }

 private:
  std::unique_ptr<RecordChunk> fold_first() {
    auto chunk = std::move(ahead_.front());
    ahead_.pop_front();
    fold_.take(*chunk);
    progress_.passed({chunk->first + chunk->records.size()});
    return chunk;
  }

  FoldCheck& fold_;
  ProgressTeller& progress_;
  std::deque<std::unique_ptr<RecordChunk>> ahead_;
};

void check_in_turn(RecordCheck& records, FoldBehind& fold) {
  auto chunk = std::make_unique<RecordChunk>();
  while (records.read(*chunk)) {
    chunk = fold.take(std::move(chunk));
    if (!chunk) chunk = std::make_unique<RecordChunk>();
  }
  fold.finish();
}

void check_side_by_side(RecordCheck& records, FoldBehind& fold) {
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
    if (auto done = fold.take(std::move(chunk))) queue.give_back(std::move(done));
  }
  fold.finish();
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

std::string text(const IndexSums::Sum& streams, const IndexSums::Sum& receipts) {
  return std::to_string(streams.entries) + " entries of streams and " +
         std::to_string(receipts.entries) + " receipts";
}

// Says that the indexes are not what the records give, if that is not said by anything else.
void add_index_fault(VerifyReport& report, const IndexSums& expected,
                     const Result<IndexSums>& found) {
  if (!report.is_sound()) return;
  const std::string kind =
      found && found->streams() == expected.streams() ? "receipt-wrong" : "stream-index-wrong";
  report.faults.push_back({{0},
                           {report.size.value == 0 ? 0 : report.size.value - 1},
                           kind,
                           text(expected.streams(), expected.receipts()),
                           found ? text(found->streams(), found->receipts()) + ", or other ones"
                                 : found.error().reason});
  ++report.faults_total;
}

IndexSums::Secret new_secret() {
  IndexSums::Secret secret{};
  ledger::SystemEntropy().fill({reinterpret_cast<std::uint8_t*>(secret.data()), sizeof(secret)});
  return secret;
}

struct Pass {
  VerifyReport report;
  std::optional<IndexSums> index_sums;  // What the indexes should come to.
};

Pass pass_over(const ledger::store::EventLog& log, domain::Position size,
               const VerifyOptions& options, std::optional<IndexSums> index_sums) {
  VerifyReport report;
  report.size = size;
  RecordCheck records(log, size, options.checkpoint);
  records.ask_before_reading(options.go_on);
  FoldCheck fold(log, options, std::move(index_sums));
  ProgressTeller progress(options.on_progress, size);
  FoldBehind behind(fold, progress);
  if (options.threads > 1) {
    check_side_by_side(records, behind);
  } else {
    check_in_turn(records, behind);
  }
  report.ended_early = records.ended_early();
  if (report.ended_early) return {std::move(report), std::nullopt};
  records.finish();
  fold.finish();
  report.root = records.root();
  report.bytes = records.bytes();
  report.tiles_checked = records.tiles_checked();
  fold.report_to(report);
  add_faults(report, records.faults());
  add_faults(report, fold.faults());
  return {std::move(report), fold.index_sums()};
}

VerifyReport verify_with_indexes(const ledger::store::EventLog& log, domain::Position size,
                                 const VerifyOptions& options) {
  const auto secret = new_secret();
  // Beside the pass, which leaves one of two cores idle now and then.
  auto summed = std::async(options.threads > 1 ? std::launch::async : std::launch::deferred,
                           [&] { return sums_of_indexes(log, size, secret); });
  auto first = pass_over(log, size, options, IndexSums(secret));
  if (first.report.ended_early) return std::move(first.report);
  const auto& expected = first.index_sums;
  const auto found = summed.get();
  const bool is_sound = expected && found && expected->streams() == found->streams() &&
                        expected->receipts() == found->receipts();
  if (is_sound) return std::move(first.report);
  // Once more, looking up every entry, to name those that are wrong.
  auto report = pass_over(log, size, options, std::nullopt).report;
  if (expected) add_index_fault(report, *expected, found);
  return report;
}

}  // namespace

VerifyReport verify(const ledger::store::EventLog& log, const VerifyOptions& options) {
  const auto began = Clock::now();
  const domain::Position size = log.head().size;
  auto report = options.receipts ? verify_with_indexes(log, size, options)
                                 : pass_over(log, size, options, std::nullopt).report;
  report.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return report;
}

}  // namespace replay

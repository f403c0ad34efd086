#include "projections/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/domain/world.h"
#include "ledger/fold_log.h"
#include "ledger/limits.h"
#include "ledger/world_snapshots.h"
#include "projections/digest.h"
#include "projections/project.h"

namespace projections {
namespace {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::limits::events_per_digest;

// How long it takes at most until stop() is noticed.
constexpr std::chrono::milliseconds look_interval{20};

class LogProjector final : public Projector {
 public:
  LogProjector(domain::World world, const ledger::store::EventLog& log, ViewStore& store,
               Options options)
      : log_(log),
        store_(store),
        options_(std::move(options)),
        world_(std::move(world)),
        saved_(world_.size) {}
  ~LogProjector() override { stop(); }

  Result<void> catch_up();
  void follow() { thread_ = std::thread(&LogProjector::run, this); }

  Position size() const override {
    const std::lock_guard lock(mutex_);
    return visible_;
  }
  bool wait_for(Position position, std::chrono::milliseconds at_most) const override {
    std::unique_lock lock(mutex_);
    const auto is_visible = [&] { return position < visible_; };
    grown_.wait_for(lock, at_most, [&] { return is_visible() || ended_; });
    return is_visible();
  }
  Counts counts() const override {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  void stop() override {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run();
  Result<void> finish();
  Result<void> adopt_store();
  Result<void> fold_to(const ledger::store::Head& head);
  Result<void> fold_batch(Position to);
  void check_digest(const domain::Event& event, Counts& counts);
  void tell_digests(Position folded);
  Result<void> save_world();
  // What the newest recorded digests are of.
  Position last_recorded() const {
    const auto& recorded = world_.service.last_digests;
    return recorded ? recorded->folded : Position{};
  }
  void publish(const Counts& counts);

  const ledger::store::EventLog& log_;
  ViewStore& store_;
  const Options options_;
  domain::World world_;       // The projector's thread's; before it runs, start()'s.
  TouchedComputers touched_;  // Of one event; it keeps its memory for the next.
  Position saved_;            // Of the newest snapshot, or of the last attempt at one.
  bool following_ = false;
  std::atomic<bool> stopping_ = false;

  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  Position visible_;
  Counts counts_;
  bool ended_ = false;
  std::thread thread_;
};

// The world as of what the store has.
Result<void> LogProjector::adopt_store() {
  const Position size = store_.size();
  if (size.value > 0) {
    const bool ahead = size > log_.head().size;
    const auto root = ahead ? Result<domain::Digest>() : log_.root_at(size);
    if (!root) return fail(root.error());
    if (ahead || *root != store_.root()) {
      spdlog::warn("the views are of another history than the log (size {}); they are made anew",
                   size.value);
      const auto cleared = store_.clear();
      if (!cleared) return cleared;
    }
  }
  if (world_.size > store_.size()) world_ = {};
  return ledger::fold_log(log_, store_.size(), world_);
}

Result<void> LogProjector::catch_up() {
  const auto adopted = adopt_store();
  if (!adopted) return adopted;
  publish({});
  const auto folded = fold_to(log_.head());
  if (!folded) return folded;
  // The digests of the last interval are missing if the service ended before it recorded them.
  const Position interval{world_.size.value / events_per_digest * events_per_digest};
  if (interval > last_recorded()) tell_digests(interval);
  following_ = true;
  return {};
}

void LogProjector::run() {
  while (!stopping_) {
    auto folded = Result<void>();
    if (log_.wait_beyond(world_.size, look_interval) > world_.size) folded = fold_to(log_.head());
    if (folded && world_.size.value >= saved_.value + options_.events_per_snapshot) {
      folded = save_world();
    }
    if (folded) continue;
    spdlog::critical("the views can no longer follow the log: {}", folded.error().detail);
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    grown_.notify_all();
    if (options_.on_fatal) options_.on_fatal(folded.error());
    return;
  }
  const auto finished = finish();
  // What is not durable is folded again at the next start.
  if (!finished) spdlog::error("the views could not be saved: {}", finished.error().detail);
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  grown_.notify_all();
}

Result<void> LogProjector::finish() {
  const auto folded = fold_to(log_.head());
  if (!folded) return folded;
  const auto flushed = store_.flush();
  if (!flushed) return flushed;
  if (world_.size > last_recorded()) tell_digests(world_.size);
  return world_.size > saved_ ? save_world() : Result<void>();
}

// Errors: the store's. A snapshot that cannot be written is missed by nobody but the next start.
Result<void> LogProjector::save_world() {
  saved_ = world_.size;
  if (options_.snapshots == nullptr) return {};
  const auto flushed = store_.flush();
  if (!flushed) return flushed;
  const auto saved = options_.snapshots->save(world_, store_.root());
  if (saved) {
    spdlog::info("the world of the first {} events is saved for the next start", saved_.value);
  } else {
    spdlog::warn("the world could not be saved for the next start: {}", saved.error().detail);
  }
  return {};
}

Result<void> LogProjector::fold_to(const ledger::store::Head& head) {
  while (world_.size < head.size) {
    const std::uint64_t interval_end =
        (world_.size.value / events_per_digest + 1) * events_per_digest;
    const Position to{
        std::min({world_.size.value + options_.batch_events_max, interval_end, head.size.value})};
    const auto folded = fold_batch(to);
    if (!folded) return folded;
    const auto root = to == head.size ? Result<domain::Digest>(head.root) : log_.root_at(to);
    if (!root) return fail(root.error());
    const auto committed = store_.commit(to, *root);
    if (!committed) return committed;
    publish(counts_);
    if (options_.on_folded) options_.on_folded(to);
    if (following_ && to.value == interval_end) tell_digests(to);
  }
  return {};
}

Result<void> LogProjector::fold_batch(Position to) {
  Counts counts = counts_;
  const auto cursor = log_.read(world_.size, to);
  while (world_.size < to) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) {
      return fail(ErrorKind::corrupt, "record-missing",
                  "The log has no record at position " + std::to_string(world_.size.value) + ".");
    }
    const auto event = ledger::codec::decode((*entry)->bytes);
    if (!event) return fail(event.error());
    if (event->position != world_.size) {
      return fail(ErrorKind::corrupt, "record-misplaced",
                  "The record at position " + std::to_string(world_.size.value) +
                      " says that it stands at " + std::to_string(event->position.value) + ".");
    }
    check_digest(*event, counts);
    Rows& rows = store_.begin_event(event->position);
    step(*event, world_, rows, touched_);
    touched_.project(world_, rows);
    ++counts.events;
  }
  const std::lock_guard lock(mutex_);
  counts_ = counts;
  return {};
}

void LogProjector::check_digest(const domain::Event& event, Counts& counts) {
  const auto* recorded = get_if<domain::ViewsDigested>(&event.payload);
  if (recorded == nullptr) return;
  const auto own = store_.digests_at(recorded->folded);
  if (!own) {
    ++counts.digests_unchecked;
    return;
  }
  ++counts.digests_checked;
  const auto differing = differing_views(*own, recorded->views);
  if (differing.empty()) return;
  ++counts.digests_mismatched;
  DigestMismatch mismatch{event.position, recorded->folded, {}};
  std::string names;
  for (const auto name : differing) {
    mismatch.views.emplace_back(name);
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  spdlog::critical(
      "the views of the first {} events are not what the event at {} recorded of them: {}",
      recorded->folded.value, event.position.value, names);
  if (options_.on_digest_mismatch) options_.on_digest_mismatch(mismatch);
}

void LogProjector::tell_digests(Position folded) {
  if (!options_.on_digests) return;
  auto digests = store_.digests_at(folded);
  if (digests) options_.on_digests(folded, *std::move(digests));
}

void LogProjector::publish(const Counts& counts) {
  {
    const std::lock_guard lock(mutex_);
    visible_ = world_.size;
    counts_ = counts;
  }
  grown_.notify_all();
}

}  // namespace

Result<std::unique_ptr<Projector>> Projector::start(const ledger::store::EventLog& log,
                                                    ViewStore& store, Options options) {
  return start_from({}, log, store, std::move(options));
}

Result<std::unique_ptr<Projector>> Projector::start_from(domain::World world,
                                                         const ledger::store::EventLog& log,
                                                         ViewStore& store, Options options) {
  auto projector = std::make_unique<LogProjector>(std::move(world), log, store, std::move(options));
  const auto caught_up = projector->catch_up();
  if (!caught_up) return fail(caught_up.error());
  projector->follow();
  return std::unique_ptr<Projector>(std::move(projector));
}

}  // namespace projections

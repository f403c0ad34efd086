#include "ledger/writer.h"

#include <future>
#include <utility>

#include "ledger/domain/match.h"
#include "ledger/fold_log.h"

namespace ledger {

namespace {

Error stopping_error() {
  return {ErrorKind::unavailable, "service-stopping", "The service is stopping; ask again soon."};
}

// While a group is being synced the deciding thread is woken for so many commands at a time.
constexpr std::size_t wake_for = 8;

// What people are told while the disk takes nothing.
bool is_passing(const Error& error) { return error.kind == ErrorKind::unavailable; }

void answer_all(Group& group, const Error* error) {
  for (auto& each : group.waiting) {
    each.answer(error ? Result<Committed>(tl::unexpected(*error)) : std::move(each.outcome));
  }
}

}  // namespace

Writer::Writer(domain::World world, store::EventLog& log, const Clock& clock,
               const domain::TimeZones& time_zones, Options options)
    : log_(log),
      options_(std::move(options)),
      deciding_(std::move(world), log, clock, time_zones) {
  CHECK(deciding_.world().size == log_.head().size, "the world is the fold of the whole log");
  decider_ = std::thread([this] { decide_loop(); });
  committer_ = std::thread([this] { commit_loop(); });
}

Writer::~Writer() { stop(); }

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  handed_.notify_all();
  if (decider_.joinable()) decider_.join();
  if (committer_.joinable()) committer_.join();
}

Result<void> Writer::enqueue(Item item) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return tl::unexpected(stopping_error());
    if (refusing_) return tl::unexpected(*refusing_);
    if (queue_.size() >= options_.queue_max) {
      return fail(ErrorKind::overloaded, "writer-queue-full",
                  "More requests wait than can be worked on; ask again in a moment.");
    }
    // While a group is being synced there is time to decide several at once. Who looks at the world
    // does not wait for others.
    const bool syncing = committing_ || work_here_;
    wake = !syncing || std::holds_alternative<Inspection>(item) ||
           (queue_.size() + 1) % wake_for == 0;
    queue_.push_back(std::move(item));
  }
  if (wake) work_.notify_one();
  return {};
}

void Writer::submit(domain::Command command, Answer answer) {
  const auto queued = enqueue(Asked{std::move(command), answer});
  if (!queued) answer(tl::unexpected(queued.error()));
}

// Whether a thread that asks may decide and commit: both threads wait, nothing waits for them, and
// nothing suggests that more would come in the time of a sync.
bool Writer::rests() const {
  const bool accepts = !stopping_ && !refusing_ && !failed_;
  const bool busy = forming_ || slot_ || committing_ || work_here_ || !queue_.empty();
  return accepts && !busy && one_by_one_;
}

void Writer::submit_here(domain::Command command, Answer answer) {
  std::unique_lock lock(mutex_);
  if (!rests()) {
    lock.unlock();
    return submit(std::move(command), std::move(answer));
  }
  work_here_ = true;
  std::vector<domain::CommandId> settled;
  settled.swap(settled_);
  lock.unlock();
  deciding_.settled(settled);
  Group group;
  deciding_.decide(std::move(command), std::move(answer), group);
  commit(std::move(group));
  lock.lock();
  work_here_ = false;
  if (!queue_.empty() || failed_ || stopping_) work_.notify_one();
}

Result<Committed> Writer::call(domain::Command command) {
  std::promise<Result<Committed>> promise;
  auto future = promise.get_future();
  submit_here(std::move(command),
              [&promise](Result<Committed> outcome) { promise.set_value(std::move(outcome)); });
  return future.get();
}

Result<void> Writer::inspect(Look look) {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  const auto queued = enqueue(Inspection{
      std::move(look), [&promise](Result<void> done) { promise.set_value(std::move(done)); }});
  if (!queued) return queued;
  return future.get();
}

Writer::Counts Writer::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.queued = queue_.size();
  counts.disk_full = refusing_ && is_passing(*refusing_);
  return counts;
}

void Writer::take(Item item, Group& group) {
  domain::match(
      item,
      [&](Asked& asked) {
        deciding_.decide(std::move(asked.command), std::move(asked.answer), group);
      },
      [&](Inspection& inspection) {
        inspection.look(deciding_.world(), deciding_.moment());
        inspection.done({});
      });
}

std::deque<Writer::Item> Writer::first_of_queue(std::size_t max) {
  std::deque<Item> first;
  if (queue_.size() <= max) {
    first.swap(queue_);
    return first;
  }
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(max);
  first.assign(std::move_iterator(queue_.begin()), std::move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return first;
}

void Writer::hand_over(Group& group) {
  slot_ = std::move(group);
  handed_.notify_one();
}

void Writer::decide_loop() {
  Group group;
  std::unique_lock lock(mutex_);
  while (true) {
    const auto may_hand_over = [&] { return !group.empty() && !slot_ && !committing_; };
    const auto may_decide = [&] {
      return !queue_.empty() && group.waiting.size() < options_.group_commands_max;
    };
    forming_ = !group.empty();
    work_.wait(lock, [&] {
      return !work_here_ && (failed_ || may_hand_over() || may_decide() || stopping_);
    });
    forming_ = true;
    if (failed_) {
      const Error error = *failed_;
      lock.unlock();
      answer_all(group, &error);
      recover();
      group = {};
      lock.lock();
      continue;
    }
    // What waits already shares the sync that comes next.
    if (may_decide()) {
      std::deque<Item> items = first_of_queue(options_.group_commands_max - group.waiting.size());
      std::vector<domain::CommandId> settled;
      settled.swap(settled_);
      lock.unlock();
      deciding_.settled(settled);
      for (auto& item : items) take(std::move(item), group);
      lock.lock();
      continue;
    }
    if (may_hand_over()) {
      // Where nothing more is to be decided meanwhile, waking the other thread takes time only.
      const bool alone = one_by_one_ && group.waiting.size() == 1;
      if (alone) {
        committing_ = true;
      } else {
        hand_over(group);
      }
      lock.unlock();
      if (alone) commit(std::move(group));
      group = {};
      lock.lock();
      if (alone) committing_ = false;
      continue;
    }
    if (stopping_ && queue_.empty() && group.empty() && !slot_ && !committing_) break;
    // Stopping, with a group still being synced: wait for it.
    if (stopping_) {
      work_.wait(lock, [&] { return failed_ || (!slot_ && !committing_) || !queue_.empty(); });
    }
  }
  decided_all_ = true;
  handed_.notify_all();
}

void Writer::commit_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    handed_.wait(lock, [&] { return slot_ || decided_all_; });
    if (!slot_) return;
    Group group = std::move(*slot_);
    slot_.reset();
    committing_ = true;
    lock.unlock();
    commit(std::move(group));
    lock.lock();
    committing_ = false;
    work_.notify_one();
  }
}

void Writer::commit(Group group) {
  std::optional<Error> error;
  if (!group.batch.records.empty() || !group.batch.receipts.empty()) {
    const auto appended = log_.append(group.batch);
    if (!appended) error = appended.error();
  }
  {
    const std::lock_guard lock(mutex_);
    counts_.commands += group.waiting.size();
    ++counts_.groups;
    one_by_one_ = group.waiting.size() == 1;
    if (error) {
      failed_ = error;
      refusing_ = error;
    } else {
      counts_.events += group.batch.records.size();
      // Before the answers: who has one may ask again at once.
      for (const auto& each : group.waiting) {
        if (each.id) settled_.push_back(*each.id);
      }
    }
  }
  if (error && !is_passing(*error) && options_.on_fatal) options_.on_fatal(*error);
  answer_all(group, error ? &*error : nullptr);
}

// The group that was being formed stood on one that was never written: both are gone, and so is the
// world that they led to. Nothing is accepted until the log takes something again.
void Writer::recover() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return !committing_ && !slot_; });
  const Error error = *failed_;
  std::deque<Item> refused;
  refused.swap(queue_);
  lock.unlock();
  for (auto& item : refused) {
    domain::match(
        item, [&](Asked& asked) { asked.answer(tl::unexpected(error)); },
        [&](Inspection& inspection) { inspection.done(tl::unexpected(error)); });
  }
  if (is_passing(error)) {
    domain::World world;
    if (options_.snapshots != nullptr) {
      if (auto found = options_.snapshots->load(log_); found.world) world = *std::move(found.world);
    }
    const auto folded = fold_log(log_, log_.head().size, world);
    if (folded) {
      deciding_.restart(std::move(world));
      probe_until_writable();
      return;
    }
    if (options_.on_fatal) options_.on_fatal(folded.error());
  }
  lock.lock();
  work_.wait(lock, [&] { return stopping_; });
  failed_.reset();
}

void Writer::probe_until_writable() {
  store::Batch probe;
  probe.expected = log_.head().size;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const bool writable = log_.append(probe).has_value();
    lock.lock();
    if (writable) {
      refusing_.reset();
      break;
    }
    work_.wait_for(lock, options_.probe_interval, [&] { return stopping_; });
  }
  settled_.clear();
  failed_.reset();
}

}  // namespace ledger

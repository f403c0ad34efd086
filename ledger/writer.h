// The one thread that decides, and the one that makes its decisions durable. While a group of
// commands is being synced, the next is already being decided; answers go out after the sync, in
// order. Nothing is ever answered that the disk does not have. While commands come one at a time,
// who asks may do the work of both threads, which spares waking them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "ledger/deciding.h"
#include "ledger/limits.h"
#include "ledger/world_snapshots.h"

namespace ledger {

class Writer {
 public:
  struct Options {
    std::size_t queue_max = limits::writer_queue_max;
    std::size_t group_commands_max = limits::commit_group_commands_max;
    std::chrono::milliseconds probe_interval{1000};  // While the disk is full.
    // The state of the disk is unknown: the process must end and open the log again. Called once,
    // from the thread that was to commit; nothing is accepted any more.
    std::function<void(const Error&)> on_fatal;
    // Where the world comes from after a commit that failed; null: all of it from the log.
    const WorldSnapshots* snapshots = nullptr;
  };

  // `world` is the fold of the whole of `log`; the writer is the only one to append to it.
  Writer(domain::World world, store::EventLog& log, const Clock& clock,
         const domain::TimeZones& time_zones, Options options);
  // Stops, as stop() does.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Queues a command; `answer` is called once, from another thread, when what it brought about is
  // durable. Errors: overloaded ("writer-queue-full"), unavailable ("disk-full",
  // "service-stopping") at once or later, io, and whatever decide() refuses. Thread: any.
  void submit(domain::Command command, Answer answer);
  // The same for a thread that may wait for a sync: if nothing else is under way it decides and
  // commits by itself, and `answer` is called from it. Thread: any but the writer's own.
  void submit_here(domain::Command command, Answer answer);
  // The same, and waits. Thread: any but the writer's own.
  Result<Committed> call(domain::Command command);

  // Runs `look` on the world between two commands, and waits for it: previews and validation. The
  // world may be ahead of what is durable, by what is being synced. Thread: any but the writer's.
  // Errors: overloaded, unavailable; then `look` was not run.
  using Look = std::function<void(const domain::World&, const domain::Moment&)>;
  Result<void> inspect(Look look);

  // Answers what is queued, makes it durable and ends the threads; later commands are refused.
  void stop();

  struct Counts {
    std::uint64_t commands = 0;
    std::uint64_t groups = 0;
    std::uint64_t events = 0;
    std::size_t queued = 0;
    bool disk_full = false;
  };
  Counts counts() const;

 private:
  struct Asked {
    domain::Command command;
    Answer answer;
  };
  struct Inspection {
    Look look;
    std::function<void(Result<void>)> done;
  };
  using Item = std::variant<Asked, Inspection>;

  void decide_loop();
  void commit_loop();
  std::deque<Item> first_of_queue(std::size_t max);
  void take(Item item, Group& group);
  void hand_over(Group& group);
  void commit(Group group);
  void recover();
  void probe_until_writable();
  Result<void> enqueue(Item item);
  bool rests() const;

  store::EventLog& log_;
  Options options_;
  Deciding deciding_;  // The deciding thread's, or of who has work_here_.

  mutable std::mutex mutex_;
  std::condition_variable work_;    // For the deciding thread.
  std::condition_variable handed_;  // For the committing thread.
  std::deque<Item> queue_;
  std::vector<domain::CommandId> settled_;  // Durable, not yet told to deciding_.
  std::optional<Group> slot_;               // Handed over, not yet taken by the committing thread.
  bool forming_ = false;                    // The deciding thread is at work, or has a group.
  bool committing_ = false;                 // A group is being synced.
  bool work_here_ = false;                  // A thread that asked does the work of both.
  bool one_by_one_ = true;                  // The last group was of one command.
  std::optional<Error> failed_;             // Why the last group could not be appended.
  std::optional<Error> refusing_;  // Everything is refused with this: full disk, fatal, stopping.
  bool stopping_ = false;
  bool decided_all_ = false;  // The deciding thread has ended.
  Counts counts_;

  std::thread decider_;
  std::thread committer_;
};

}  // namespace ledger

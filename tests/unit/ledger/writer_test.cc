#include "ledger/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "ledger/codec/codec.h"
#include "ledger/fold_log.h"
#include "ledger/world_snapshots.h"
#include "tests/support/fold.h"
#include "tests/support/gated_log.h"
#include "tests/support/scratch_directory.h"

namespace ledger {
namespace {

using domain::Command;
using ::testing::ElementsAre;

// The answers to commands, in the order they came.
class Answers {
 public:
  Answer next(std::string name = "") {
    return [this, name = std::move(name)](Result<Committed> outcome) {
      const std::lock_guard lock(mutex_);
      names_.push_back(name);
      outcomes_.push_back(std::move(outcome));
      came_.notify_all();
    };
  }
  const std::vector<Result<Committed>>& wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return outcomes_.size() >= count; });
    return outcomes_;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return outcomes_.size();
  }
  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> names_;
  std::vector<Result<Committed>> outcomes_;
};

// Always brings about one event.
Command started(const std::string& version) {
  Command command;
  command.payload = domain::RecordServiceStarted{version, 1, {}, 0};
  return command;
}

Command named(std::uint8_t id, Command command) {
  command.id.bytes.fill(id);
  return command;
}

// Refused when the name stands for another position already.
Command bookmark(const std::string& name, std::uint64_t position) {
  Command command;
  command.actor.kind = domain::ActorKind::user;
  command.actor.id = "ada";
  command.payload = domain::SetBookmark{{name}, {position}};
  return command;
}

class WriterTest : public ::testing::Test {
 protected:
  void start(Writer::Options options = {}) {
    options.probe_interval = std::chrono::milliseconds(1);
    options.on_fatal = [this](const Error& error) {
      ++fatal_calls;
      const std::lock_guard lock(fatal_mutex);
      fatal = error;
    };
    writer.emplace(domain::World(), log, clock, tests::utc_only(), std::move(options));
  }
  // Has two commands come at once, which bring nothing about: from now on the writer expects that
  // more comes while it syncs.
  void put_under_load() {
    std::promise<void> looking;
    std::promise<void> queued;
    auto looked = std::async(std::launch::async, [&] {
      return writer->inspect([&](const domain::World&, const domain::Moment&) {
        looking.set_value();
        queued.get_future().wait();
      });
    });
    looking.get_future().wait();
    Answers none;
    writer->submit(bookmark("NOT A NAME", 0), none.next());
    writer->submit(bookmark("NOR THIS", 0), none.next());
    queued.set_value();
    none.wait_for(2);
    ASSERT_TRUE(looked.get());
  }
  std::string reason(const Result<Committed>& outcome) {
    return outcome ? "" : outcome.error().reason;
  }
  // Every record decodes and stands where it says; the world that it folds into.
  domain::World folded() {
    domain::World world;
    const auto done = fold_log(log, log.head().size, world);
    EXPECT_TRUE(done) << (done ? "" : done.error().detail);
    return world;
  }

  SystemClock clock;
  tests::GatedLog log;
  std::atomic<int> fatal_calls{0};
  std::mutex fatal_mutex;
  std::optional<Error> fatal;
  Answers answers;
  std::optional<Writer> writer;  // The last, so that it ends before what it uses.
};

TEST_F(WriterTest, AnswersWithEventsThatAreInTheLog) {
  start();
  const auto outcome = writer->call(started("1"));
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(outcome->first.value, 0U);
  EXPECT_FALSE(outcome->replayed);
  ASSERT_EQ(outcome->events.size(), 1U);
  EXPECT_EQ(codec::decode(log.record({0}).value()).value(), outcome->events[0]);
  EXPECT_EQ(log.stream(outcome->events[0].stream, 0, 9).value(), std::vector{outcome->first});
}

TEST_F(WriterTest, WhoAsksAloneDecidesAndCommitsByItself) {
  start();
  std::thread::id answered_by;
  writer->submit_here(started("1"), [&](const Result<Committed>& outcome) {
    EXPECT_TRUE(outcome);
    EXPECT_EQ(log.head().size.value, 1U) << "nobody is told before the sync";
    answered_by = std::this_thread::get_id();
  });
  EXPECT_EQ(answered_by, std::this_thread::get_id());
  EXPECT_EQ(writer->counts().groups, 1U);
}

TEST_F(WriterTest, WhoAsksWhileAnotherIsBeingSyncedDoesNotWait) {
  start();
  log.hold();
  writer->submit(started("first"), answers.next("first"));
  log.await_append();
  writer->submit_here(started("second"), answers.next("second"));
  EXPECT_EQ(answers.count(), 0U);
  log.release();
  answers.wait_for(2);
  EXPECT_THAT(answers.names(), ElementsAre("first", "second"));
  EXPECT_EQ(folded().size.value, 2U);
}

TEST_F(WriterTest, WhoAsksUnderLoadDoesNotWaitEither) {
  start();
  put_under_load();
  log.hold();
  writer->submit_here(started("x"), answers.next());
  log.await_append();
  EXPECT_EQ(answers.count(), 0U);
  log.release();
  answers.wait_for(1);
}

TEST_F(WriterTest, SharesOneSyncAmongWhatWaitsAndAnswersInOrder) {
  start();
  put_under_load();
  log.hold();
  writer->submit(started("first"), answers.next("0"));
  log.await_append();
  std::vector<std::string> expected{"0"};
  for (int i = 1; i <= 20; ++i) {
    expected.push_back(std::to_string(i));
    writer->submit(started(expected.back()), answers.next(expected.back()));
  }
  // Decided already, while the first is still being synced; but nobody has been told anything.
  std::uint64_t decided = 0;
  ASSERT_TRUE(writer->inspect(
      [&](const domain::World& world, const domain::Moment&) { decided = world.size.value; }));
  EXPECT_EQ(decided, 21U);
  EXPECT_EQ(answers.count(), 0U);
  EXPECT_EQ(log.head().size.value, 0U);
  log.release();
  const auto& outcomes = answers.wait_for(21);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i]);
    EXPECT_EQ(outcomes[i]->first.value, i);
  }
  EXPECT_EQ(answers.names(), expected);
  EXPECT_THAT(log.records_of_batches(), ElementsAre(1, 20));
  writer->stop();
  EXPECT_EQ(writer->counts().groups, 3U);
  EXPECT_EQ(writer->counts().commands, 23U);
  EXPECT_EQ(writer->counts().events, 21U);
}

TEST_F(WriterTest, AGroupHasNoMoreCommandsThanAllowed) {
  Writer::Options options;
  options.group_commands_max = 8;
  start(options);
  log.hold();
  for (int i = 0; i < 30; ++i) writer->submit(started("x"), answers.next());
  log.release();
  answers.wait_for(30);
  for (const std::size_t records : log.records_of_batches()) EXPECT_LE(records, 8U);
  EXPECT_EQ(folded().size.value, 30U);
}

TEST_F(WriterTest, RefusesAtOnceWhatItsQueueCannotHold) {
  Writer::Options options;
  options.group_commands_max = 1;
  options.queue_max = 2;
  start(options);
  log.hold();
  // One is being synced, one is decided, two wait: a fifth finds no room, or one before it.
  for (int i = 0; i < 5; ++i) writer->submit(started("x"), answers.next());
  ASSERT_GE(answers.count(), 1U);
  EXPECT_EQ(answers.wait_for(1)[0].error().kind, ErrorKind::overloaded);
  EXPECT_EQ(answers.wait_for(1)[0].error().reason, "writer-queue-full");
  log.release();
  std::size_t accepted = 0;
  for (const auto& outcome : answers.wait_for(5)) accepted += outcome ? 1U : 0U;
  EXPECT_EQ(folded().size.value, accepted);
  EXPECT_TRUE(writer->call(started("again")));
}

TEST_F(WriterTest, GivesTheFirstAnswerToTheSameCommandForEver) {
  start();
  const auto first = writer->call(named(1, started("1")));
  ASSERT_TRUE(first);
  ASSERT_TRUE(writer->call(started("2")));
  const auto again = writer->call(named(1, started("1")));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->first, first->first);
  EXPECT_EQ(again->events, first->events);
  EXPECT_EQ(log.head().size.value, 2U);
  EXPECT_EQ(reason(writer->call(named(1, started("other")))), "idempotency-key-reused");
  EXPECT_TRUE(writer->call(named(2, started("other"))));
}

TEST_F(WriterTest, AsksForPatienceWhileTheSameCommandIsBeingSynced) {
  start();
  put_under_load();
  log.hold();
  writer->submit(named(1, started("1")), answers.next("first"));
  log.await_append();
  writer->submit(named(1, started("1")), answers.next("same"));
  writer->submit(named(1, started("other")), answers.next("other"));
  // All are decided when this has been answered.
  ASSERT_TRUE(writer->inspect([](const domain::World&, const domain::Moment&) {}));
  log.release();
  const auto& outcomes = answers.wait_for(3);
  EXPECT_THAT(answers.names(), ElementsAre("first", "same", "other"));
  EXPECT_EQ(reason(outcomes[0]), "");
  EXPECT_EQ(reason(outcomes[1]), "request-in-flight");
  EXPECT_EQ(reason(outcomes[2]), "idempotency-key-reused");
  const auto later = writer->call(named(1, started("1")));
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->replayed);
  EXPECT_EQ(log.head().size.value, 1U);
}

TEST_F(WriterTest, RecordsThatAPersonWasRefusedAndRefusesTheSameAgainWithoutRecordingIt) {
  start();
  ASSERT_TRUE(writer->call(started("0")));
  ASSERT_TRUE(writer->call(started("1")));
  ASSERT_TRUE(writer->call(bookmark("release", 0)));
  const auto refused = writer->call(named(3, bookmark("release", 1)));
  EXPECT_EQ(reason(refused), "bookmark-exists");
  ASSERT_EQ(log.head().size.value, 4U);
  const auto event = codec::decode(log.record({3}).value()).value();
  ASSERT_TRUE(domain::holds<domain::CommandRefused>(event.payload));
  EXPECT_EQ(domain::get<domain::CommandRefused>(event.payload).code, "bookmark-exists");
  EXPECT_EQ(event.actor.id, "ada");
  const auto again = writer->call(named(3, bookmark("release", 1)));
  EXPECT_EQ(reason(again), "bookmark-exists");
  EXPECT_EQ(again.error().kind, refused.error().kind);
  EXPECT_EQ(again.error().detail, refused.error().detail);
  EXPECT_EQ(log.head().size.value, 4U);
}

TEST_F(WriterTest, RecordsNoMistakesInTheInput) {
  start();
  EXPECT_EQ(reason(writer->call(bookmark("NOT A NAME", 0))), "bookmark-name-invalid");
  EXPECT_EQ(log.head().size.value, 0U);
}

TEST_F(WriterTest, RefusesWhileTheDiskIsFullAndGoesOnByItselfAfterwards) {
  start();
  ASSERT_TRUE(writer->call(started("before")));
  put_under_load();
  log.hold();
  log.fail_with(Error{ErrorKind::unavailable, "disk-full", "The disk is full."});
  writer->submit(named(1, started("lost")), answers.next());
  log.await_append();
  // Decided on top of what is about to fail: fails with it.
  writer->submit(named(2, started("lost too")), answers.next());
  // Both are decided when this has been answered.
  ASSERT_TRUE(writer->inspect([](const domain::World&, const domain::Moment&) {}));
  log.release();
  for (const auto& outcome : answers.wait_for(2)) EXPECT_EQ(reason(outcome), "disk-full");
  EXPECT_EQ(reason(writer->call(started("refused"))), "disk-full");
  EXPECT_TRUE(writer->counts().disk_full);
  EXPECT_EQ(log.head().size.value, 1U);

  log.fail_with(std::nullopt);
  auto outcome = writer->call(named(1, started("lost")));
  while (!outcome) {
    ASSERT_EQ(reason(outcome), "disk-full");
    std::this_thread::yield();
    outcome = writer->call(named(1, started("lost")));
  }
  EXPECT_FALSE(outcome->replayed) << "what failed was never done";
  EXPECT_EQ(outcome->first.value, 1U);
  EXPECT_FALSE(writer->counts().disk_full);
  EXPECT_TRUE(writer->call(named(2, started("lost too"))));
  EXPECT_EQ(folded().size.value, 3U);
  EXPECT_EQ(fatal_calls, 0);
}

TEST_F(WriterTest, StartsOverFromASnapshotAfterTheDiskWasFull) {
  const tests::ScratchDirectory directory;
  WorldSnapshots snapshots(directory / "snapshots");
  Writer::Options options;
  options.snapshots = &snapshots;
  start(std::move(options));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer->call(started("before")));
  ASSERT_TRUE(snapshots.save(folded(), log.head().root));
  ASSERT_TRUE(writer->call(started("after")));
  log.fail_with(Error{ErrorKind::unavailable, "disk-full", "The disk is full."});
  EXPECT_EQ(reason(writer->call(started("lost"))), "disk-full");
  log.fail_with(std::nullopt);
  auto outcome = writer->call(started("again"));
  while (!outcome) {
    ASSERT_EQ(reason(outcome), "disk-full");
    std::this_thread::yield();
    outcome = writer->call(started("again"));
  }
  EXPECT_EQ(outcome->first.value, 6U);
  EXPECT_EQ(log.last_read_from().value, 5U) << "what was saved is not folded again";
  EXPECT_EQ(folded().service.starts, 7U);
}

TEST_F(WriterTest, TellsNobodyThatItIsDoneWhenTheLogFailsAndEndsItsService) {
  start();
  ASSERT_TRUE(writer->call(started("before")));
  log.hold();
  log.fail_with(Error{ErrorKind::io, "log-write-failed", "The log could not be written."});
  for (int i = 0; i < 10; ++i) writer->submit(started("lost"), answers.next());
  log.release();
  for (const auto& outcome : answers.wait_for(10)) EXPECT_EQ(reason(outcome), "log-write-failed");
  EXPECT_EQ(reason(writer->call(started("later"))), "log-write-failed");
  writer->stop();
  EXPECT_EQ(fatal_calls, 1);
  EXPECT_EQ(fatal->reason, "log-write-failed");
  EXPECT_EQ(folded().size.value, 1U);
}

TEST_F(WriterTest, StoppingMakesDurableWhatIsQueued) {
  start();
  log.hold();
  for (int i = 0; i < 50; ++i) writer->submit(started("x"), answers.next());
  auto stopped = std::async(std::launch::async, [this] { writer->stop(); });
  log.release();
  stopped.get();
  EXPECT_EQ(answers.count(), 50U);
  EXPECT_EQ(folded().size.value, 50U);
  EXPECT_EQ(reason(writer->call(started("later"))), "service-stopping");
  EXPECT_EQ(writer->inspect([](const domain::World&, const domain::Moment&) {}).error().reason,
            "service-stopping");
}

TEST_F(WriterTest, NumbersTheCommandsOfManyThreadsWithoutGaps) {
  start();
  std::vector<std::future<std::vector<domain::Event>>> threads;
  for (int t = 0; t < 4; ++t) {
    threads.push_back(std::async(std::launch::async, [this, t] {
      std::vector<domain::Event> mine;
      for (int i = 0; i < 100; ++i) {
        const auto outcome = writer->call(started(std::to_string(t * 100 + i)));
        CHECK(outcome.has_value(), "the log takes everything");
        mine.push_back(outcome->events[0]);
      }
      return mine;
    }));
  }
  for (auto& thread : threads) {
    for (const auto& event : thread.get()) {
      EXPECT_EQ(codec::decode(log.record(event.position).value()).value(), event);
    }
  }
  EXPECT_EQ(folded().size.value, 400U);
}

}  // namespace
}  // namespace ledger

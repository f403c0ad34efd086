#include "projections/projector.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/codec/world_codec.h"
#include "ledger/domain/world.h"
#include "ledger/fold_log.h"
#include "ledger/limits.h"
#include "ledger/store/memory_log.h"
#include "ledger/world_snapshots.h"
#include "projections/memory_view_store.h"
#include "projections/service.h"
#include "tests/support/log_of.h"
#include "tests/support/scratch_directory.h"

namespace {

using namespace ledger::domain;
using ledger::limits::events_per_digest;
using projections::MemoryViewStore;
using projections::Projector;

constexpr std::chrono::seconds long_enough{60};

// Bookmarks set one after the other: the cheapest events that have rows.
class ProjectorTest : public testing::Test {
 protected:
  void add_bookmarks(std::uint64_t count) {
    std::vector<Event> events;
    for (; count > 0; --count) {
      events.push_back(event_of("bookmark", bookmarks_++));
      events.back().payload = BookmarkSet{{"b" + std::to_string(bookmarks_ % 7)}, {0}};
      add_position(events.back());
    }
    tests::append_to(log, events);
  }
  void add_digests(std::uint64_t folded, std::vector<ViewDigest> digests) {
    Event event = event_of("views", digested_++);
    event.payload = ViewsDigested{{folded}, std::move(digests)};
    add_position(event);
    tests::append_to(log, std::span(&event, 1));
  }
  void add_malformed() {
    ledger::store::Batch batch;
    batch.expected = {next_};
    batch.records.push_back({"not an event", "bookmark", bookmarks_});
    ASSERT_TRUE(log.append(batch));
  }

  std::unique_ptr<Projector> started(Projector::Options options = {}) {
    options.on_digests = [this](Position folded, std::vector<ViewDigest> digests) {
      const std::lock_guard lock(mutex_);
      told.emplace_back(folded.value, std::move(digests));
      told_.notify_all();
    };
    auto projector = Projector::start(log, store, std::move(options));
    EXPECT_TRUE(projector.has_value()) << (projector ? "" : projector.error().detail);
    return projector ? *std::move(projector) : nullptr;
  }
  std::vector<std::uint64_t> told_positions() {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> positions;
    for (const auto& [position, digests] : told) positions.push_back(position);
    return positions;
  }
  bool wait_until_told(std::size_t count) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, long_enough, [&] { return told.size() >= count; });
  }

  ledger::store::MemoryLog log;
  MemoryViewStore store;
  std::vector<std::pair<std::uint64_t, std::vector<ViewDigest>>> told;

 private:
  Event event_of(const char* stream, std::uint64_t version) {
    Event event;
    event.recorded_at = {1'800'000'000'000'000};
    event.stream = stream;
    event.stream_version = version;
    return event;
  }
  void add_position(Event& event) { event.position = {next_++}; }

  std::mutex mutex_;
  std::condition_variable told_;
  std::uint64_t next_ = 0;
  std::uint64_t bookmarks_ = 0;
  std::uint64_t digested_ = 0;
};

TEST_F(ProjectorTest, ShowsTheWholeLogOnceItIsStarted) {
  add_bookmarks(10);
  const auto projector = started();
  EXPECT_EQ(projector->size().value, 10u);
  EXPECT_EQ(store.size().value, 10u);
  EXPECT_TRUE(projector->wait_for({9}, std::chrono::milliseconds(0)));
  EXPECT_FALSE(projector->wait_for({10}, std::chrono::milliseconds(0)));
  EXPECT_TRUE(store.as_of({9})->get(projections::View::bookmarks, "b3").value());
}

TEST_F(ProjectorTest, FollowsTheLog) {
  const auto projector = started();
  for (std::uint64_t i = 0; i < 20; ++i) {
    add_bookmarks(3);
    ASSERT_TRUE(projector->wait_for({3 * i + 2}, long_enough));
    EXPECT_EQ(store.root(), log.head().root);
  }
  EXPECT_EQ(projector->counts().events, 60u);
}

TEST_F(ProjectorTest, FoldsWhatIsThereWhenItIsStoppedAndTellsTheDigests) {
  const auto projector = started();
  add_bookmarks(5);
  projector->stop();
  EXPECT_EQ(store.size().value, 5u);
  EXPECT_EQ(told_positions(), std::vector<std::uint64_t>{5});
  EXPECT_EQ(told[0].second, store.digests());
  projector->stop();  // Once more does nothing.
  EXPECT_EQ(told.size(), 1u);
}

TEST_F(ProjectorTest, SavesItsWorldAfterSoManyEventsAndWhenItIsStopped) {
  const tests::ScratchDirectory directory;
  ledger::WorldSnapshots snapshots(directory / "snapshots");
  Projector::Options options;
  options.snapshots = &snapshots;
  options.events_per_snapshot = 100;
  add_bookmarks(150);
  {
    const auto projector = started(options);
    add_bookmarks(1);
    ASSERT_TRUE(projector->wait_for({150}, long_enough));
    add_bookmarks(1);
    ASSERT_TRUE(projector->wait_for({151}, long_enough));
    // The projector has been around once since it had more than a hundred.
    const auto first = snapshots.load(log);
    ASSERT_TRUE(first.world);
    EXPECT_GE(first.world->size.value, 150u);
    EXPECT_LE(first.world->size, store.size());
    add_bookmarks(8);
  }
  auto saved = snapshots.load(log);
  ASSERT_TRUE(saved.world);
  EXPECT_EQ(saved.world->size.value, 160u);
  add_bookmarks(3);
  auto next = Projector::start_from(*std::move(saved.world), log, store, options);
  ASSERT_TRUE(next);
  EXPECT_EQ((*next)->counts().events, 3u) << "what was saved is not folded again";
  (*next)->stop();
  ledger::domain::World world;
  ASSERT_TRUE(ledger::fold_log(log, log.head().size, world));
  EXPECT_EQ(ledger::codec::encode_world(*snapshots.load(log).world),
            ledger::codec::encode_world(world));
}

TEST_F(ProjectorTest, GoesOnWhenItsWorldCannotBeSaved) {
  const tests::ScratchDirectory directory;
  std::ofstream(directory / "snapshots") << "a file stands in the way";
  ledger::WorldSnapshots snapshots(directory / "snapshots");
  Projector::Options options;
  options.snapshots = &snapshots;
  options.events_per_snapshot = 1;
  const auto projector = started(options);
  for (std::uint64_t i = 0; i < 5; ++i) {
    add_bookmarks(1);
    ASSERT_TRUE(projector->wait_for({i}, long_enough));
  }
  projector->stop();
  EXPECT_EQ(store.size().value, 5u);
  EXPECT_EQ(told_positions(), std::vector<std::uint64_t>{5});
}

TEST_F(ProjectorTest, TellsDigestsAfterEveryIntervalAndNotOnesThatAreRecorded) {
  add_bookmarks(events_per_digest - 3);
  {
    const auto projector = started();
    EXPECT_TRUE(told_positions().empty());
    add_bookmarks(10);
    ASSERT_TRUE(wait_until_told(1));
    EXPECT_EQ(told_positions(), std::vector<std::uint64_t>{events_per_digest});
  }
  // Nobody recorded them, so they are told again, as they were in the middle of the batch.
  const auto first = told[0].second;
  told.clear();
  MemoryViewStore other;
  {
    auto projector = Projector::start(log, other,
                                      {4096,
                                       [this](Position folded, std::vector<ViewDigest> digests) {
                                         told.emplace_back(folded.value, std::move(digests));
                                       },
                                       nullptr, nullptr, nullptr});
    ASSERT_TRUE(projector.has_value());
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].first, events_per_digest);
    EXPECT_EQ(told[0].second, first);
  }
  add_digests(events_per_digest, first);
  told.clear();
  store.reopen();
  const auto projector = started();
  EXPECT_TRUE(told_positions().empty());
}

TEST_F(ProjectorTest, GoesOnFromAWorldThatIsFoldedAlready) {
  add_bookmarks(10);
  started()->stop();
  add_bookmarks(5);
  for (const std::uint64_t folded : {0u, 7u, 10u, 12u, 15u}) {
    World world;
    ASSERT_TRUE(ledger::fold_log(log, {folded}, world));
    MemoryViewStore fresh;
    ASSERT_TRUE(Projector::start(log, fresh, {}));
    const auto from_world = Projector::start_from(std::move(world), log, store, {});
    ASSERT_TRUE(from_world.has_value());
    EXPECT_EQ(store.size().value, 15u);
    EXPECT_EQ(store.digests(), fresh.digests());
  }
}

TEST_F(ProjectorTest, ChecksRecordedDigests) {
  add_bookmarks(10);
  started()->stop();
  auto digests = store.digests();
  add_bookmarks(5);
  add_digests(10, digests);
  for (auto& digest : digests) {
    if (digest.view == "bookmarks") ++digest.rows;
  }
  add_digests(10, digests);
  ASSERT_TRUE(store.clear());
  std::vector<projections::DigestMismatch> mismatches;
  Projector::Options options;
  options.on_digest_mismatch = [&](const auto& mismatch) { mismatches.push_back(mismatch); };
  const auto projector = started(options);
  EXPECT_EQ(projector->counts().digests_checked, 2u);
  EXPECT_EQ(projector->counts().digests_mismatched, 1u);
  ASSERT_EQ(mismatches.size(), 1u);
  EXPECT_EQ(mismatches[0].recorded.value, 16u);
  EXPECT_EQ(mismatches[0].folded.value, 10u);
  EXPECT_EQ(mismatches[0].views, std::vector<std::string>{"bookmarks"});
}

TEST_F(ProjectorTest, CountsDigestsThatItCannotCheck) {
  add_bookmarks(10);
  started()->stop();
  const auto digests = store.digests();
  store.reopen();
  add_bookmarks(1);
  add_digests(9, digests);
  const auto projector = started();
  EXPECT_EQ(projector->counts().digests_checked, 0u);
  EXPECT_EQ(projector->counts().digests_unchecked, 1u);
}

TEST_F(ProjectorTest, DoesNotStartOnALogThatIsDamaged) {
  add_bookmarks(3);
  add_malformed();
  const auto projector = Projector::start(log, store, {});
  ASSERT_FALSE(projector.has_value());
  EXPECT_EQ(projector.error().kind, ledger::ErrorKind::corrupt);
}

TEST_F(ProjectorTest, EndsWhenItCanNoLongerFollow) {
  std::mutex mutex;
  std::condition_variable failed;
  std::optional<ledger::Error> fatal;
  Projector::Options options;
  options.on_fatal = [&](const ledger::Error& error) {
    const std::lock_guard lock(mutex);
    fatal = error;
    failed.notify_all();
  };
  const auto projector = started(options);
  add_bookmarks(3);
  ASSERT_TRUE(projector->wait_for({2}, long_enough));
  add_malformed();
  std::unique_lock lock(mutex);
  ASSERT_TRUE(failed.wait_for(lock, long_enough, [&] { return fatal.has_value(); }));
  EXPECT_EQ(fatal->kind, ledger::ErrorKind::corrupt);
  EXPECT_FALSE(projector->wait_for({3}, long_enough));  // At once.
  EXPECT_EQ(projector->size().value, 3u);
}

}  // namespace

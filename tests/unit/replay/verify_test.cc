#include "replay/verify.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/store/memory_log.h"
#include "projections/memory_view_store.h"
#include "projections/projector.h"
#include "tests/support/fold.h"
#include "tests/support/log_of.h"

namespace {

using namespace ledger::domain;
using ledger::Result;
using ledger::store::EventLog;
using replay::Fault;
using replay::VerifyOptions;
using replay::VerifyReport;

// A log that gives back other bytes, hashes and receipts than it was given, as a damaged disk or a
// forger would make it.
class DamagedLog final : public EventLog {
 public:
  explicit DamagedLog(const EventLog& log) : log_(log) {}

  std::map<std::uint64_t, std::string> records;  // Instead of those of the log; empty: unreadable.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> tiles;  // By level and index.
  std::map<CommandId, std::optional<ledger::store::Receipt>> receipts;
  std::string misplaced_stream;                         // Its index leads to position 0.
  std::optional<ledger::store::NewRecord> stray_entry;  // In the index of streams alone.
  std::optional<Digest> root;

  Result<ledger::store::Head> append(const ledger::store::Batch&) override {
    return ledger::fail(ledger::ErrorKind::io, "read-only", "Nobody appends here.");
  }
  ledger::store::Head head() const override { return log_.head(); }
  Result<Digest> root_at(Position size) const override { return root ? *root : log_.root_at(size); }
  std::unique_ptr<ledger::store::Cursor> read(Position from, Position to) const override {
    return std::make_unique<DamagedCursor>(*this, from.value, std::min(to, head().size).value);
  }
  Result<std::string> record(Position at) const override {
    const auto found = records.find(at.value);
    if (found == records.end()) return log_.record(at);
    if (found->second.empty()) {
      return ledger::fail(ledger::ErrorKind::corrupt, "log-damaged", "A checksum is wrong.");
    }
    return found->second;
  }
  Result<std::vector<Position>> stream(std::string_view stream, std::uint64_t from,
                                       std::size_t max) const override {
    if (stream == misplaced_stream) return std::vector<Position>{{0}};
    return log_.stream(stream, from, max);
  }
  Result<std::optional<ledger::store::Receipt>> receipt(const CommandId& id) const override {
    const auto found = receipts.find(id);
    return found == receipts.end() ? log_.receipt(id) : found->second;
  }
  Result<void> visit_streams(const StreamVisit& visit) const override {
    if (stray_entry) visit(stray_entry->stream, stray_entry->stream_version, {0});
    return log_.visit_streams([&](std::string_view stream, std::uint64_t version, Position at) {
      visit(stream, version, stream == misplaced_stream ? Position{0} : at);
    });
  }
  Result<void> visit_receipts(const ReceiptVisit& visit) const override {
    return log_.visit_receipts([&](const ledger::store::Receipt& receipt) {
      const auto found = receipts.find(receipt.id);
      if (found == receipts.end()) return visit(receipt);
      if (found->second) visit(*found->second);
    });
  }
  Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                           std::uint32_t width) const override {
    const auto found = tiles.find({level, index});
    if (found == tiles.end()) return log_.tile(level, index, width);
    return found->second.substr(0, std::size_t{width} * 32);
  }
  Position wait_beyond(Position seen, std::chrono::milliseconds at_most) const override {
    return log_.wait_beyond(seen, at_most);
  }

 private:
  class DamagedCursor final : public ledger::store::Cursor {
   public:
    DamagedCursor(const DamagedLog& log, std::uint64_t next, std::uint64_t to)
        : log_(log), next_(next), to_(to) {}
    Result<std::optional<Entry>> next() override {
      if (next_ >= to_) return std::optional<Entry>();
      auto record = log_.record({next_});
      if (!record) return ledger::fail(record.error());
      bytes_ = *std::move(record);
      return std::optional<Entry>(Entry{{next_++}, bytes_});
    }

   private:
    const DamagedLog& log_;
    std::uint64_t next_;
    std::uint64_t to_;
    std::string bytes_;
  };

  const EventLog& log_;
};

// 600 events of a small fleet: two full tiles and a part of one. Every command has an id.
class Verify : public testing::Test {
 protected:
  Verify() {
    tests::Fold fold;
    EXPECT_TRUE(fold.submit(CreateRelayGroup{{"r1"}, std::nullopt, false, ""}));
    EXPECT_TRUE(fold.submit(CreatePolicy{{"p1"}, std::nullopt, ""}));
    for (int i = 0; fold.log.size() < 600; ++i) {
      fold.now = fold.now + seconds(1);
      const GroupId group{"g" + std::to_string(i)};
      EXPECT_TRUE(fold.submit(CreateGroup{group, std::nullopt}));
    }
    events = fold.log;
    for (std::size_t i = 0; i < events.size(); ++i) {
      events[i].command.bytes = {1, static_cast<std::uint8_t>(i >> 8),
                                 static_cast<std::uint8_t>(i)};
    }
  }

  void fill() { tests::append_to(log, events); }

  static VerifyReport verified(const EventLog& log, VerifyOptions options = {}) {
    return replay::verify(log, options);
  }

  // Both ways of running it find the same one fault; its text without the hashes.
  static Fault only_fault(const EventLog& log, VerifyOptions options = {}) {
    options.threads = 1;
    const auto in_turn = verified(log, options);
    options.threads = 2;
    const auto side_by_side = verified(log, options);
    EXPECT_EQ(in_turn.faults, side_by_side.faults);
    EXPECT_EQ(in_turn.faults_total, 1u);
    for (const auto& fault : in_turn.faults) SCOPED_TRACE(text(fault));
    return in_turn.faults.empty() ? Fault{} : in_turn.faults.front();
  }

  static std::string kind_at(const Fault& fault) {
    return fault.kind + " " + std::to_string(fault.at.value) +
           (fault.at == fault.last ? "" : "-" + std::to_string(fault.last.value));
  }

  tests::Fold::Events events;
  ledger::store::MemoryLog log;
};

TEST_F(Verify, FindsNothingInASoundLog) {
  fill();
  const auto report = verified(log);
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.size.value, events.size());
  EXPECT_EQ(report.root, log.head().root);
  EXPECT_EQ(report.folded, events.size());
  EXPECT_EQ(report.receipts_checked, events.size());
  EXPECT_EQ(report.tiles_checked, 3u);
  EXPECT_GT(report.bytes, events.size() * 50);
}

TEST_F(Verify, AcceptsAnEmptyLog) {
  const auto report = verified(log);
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.root, log.head().root);
}

TEST_F(Verify, ComesToTheSameViewsAsTheProjector) {
  fill();
  projections::MemoryViewStore store;
  auto projector = projections::Projector::start(log, store, {});
  ASSERT_TRUE(projector);
  EXPECT_EQ(verified(log).views, store.digests());
}

TEST_F(Verify, NamesTheRecordInWhichOneBitWasFlipped) {
  fill();
  for (const std::uint64_t at : {0u, 255u, 256u, 511u, 512u, 599u}) {
    DamagedLog damaged(log);
    std::string bytes = *log.record({at});
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    damaged.records[at] = bytes;
    EXPECT_EQ(kind_at(only_fault(damaged)), "record-altered " + std::to_string(at));
  }
}

TEST_F(Verify, NamesTheRangeThatCannotBeReadAndChecksTheRest) {
  fill();
  DamagedLog damaged(log);
  for (std::uint64_t at = 250; at < 270; ++at) damaged.records[at] = "";
  damaged.records[400] = *log.record({401});
  const auto report = verified(damaged);
  ASSERT_EQ(report.faults_total, 2u);
  EXPECT_EQ(kind_at(report.faults[0]), "record-unreadable 250-269");
  EXPECT_EQ(kind_at(report.faults[1]), "record-altered 400");
  EXPECT_EQ(report.folded, 250u);
  EXPECT_EQ(report.root, log.head().root);
}

TEST_F(Verify, DoesNotBlameTheReceiptOfACommandThatADamagedRecordCutsInTwo) {
  for (std::size_t at = 100; at < 105; ++at) events[at].command = events[100].command;
  fill();
  for (const std::uint64_t at : {100u, 102u, 104u}) {
    DamagedLog damaged(log);
    damaged.records[at] = "";
    EXPECT_EQ(kind_at(only_fault(damaged)), "record-unreadable " + std::to_string(at));
  }
}

TEST_F(Verify, TellsAnAlteredTileFromAnAlteredRecord) {
  fill();
  DamagedLog damaged(log);
  std::string tile = *log.tile(0, 1, 256);
  tile[17 * 32 + 5] = static_cast<char>(tile[17 * 32 + 5] ^ 1);
  damaged.tiles[{0, 1}] = tile;
  EXPECT_EQ(kind_at(only_fault(damaged)), "tile-altered 273");
}

TEST_F(Verify, ComparesTheRootThatTheLogAnswers) {
  fill();
  DamagedLog damaged(log);
  damaged.root = Digest{};
  EXPECT_EQ(kind_at(only_fault(damaged)), "root-wrong 512-599");
}

TEST_F(Verify, ComparesACheckpointFromElsewhere) {
  fill();
  for (const std::uint64_t size : {0u, 1u, 256u, 300u, 600u}) {
    VerifyOptions options;
    options.checkpoint = {{size}, *log.root_at({size})};
    EXPECT_TRUE(verified(log, options).is_sound());
    options.checkpoint->root.bytes[3] ^= 1;
    EXPECT_EQ(kind_at(only_fault(log, options)), "checkpoint-wrong " + std::to_string(size));
  }
  VerifyOptions options;
  options.checkpoint = {{601}, log.head().root};
  EXPECT_EQ(kind_at(only_fault(log, options)), "checkpoint-wrong 600");
}

TEST_F(Verify, FindsBytesThatAreNoEvent) {
  tests::append_to(log, std::span(events).first(10));
  ledger::store::Batch batch;
  batch.expected = {10};
  batch.records.push_back({"not an event", "group/g9", 0});
  ASSERT_TRUE(log.append(batch));
  EXPECT_EQ(kind_at(only_fault(log)), "record-malformed 10");
}

TEST_F(Verify, FindsAnEventThatSaysItStandsElsewhere) {
  events[300].position = {301};
  fill();
  EXPECT_EQ(kind_at(only_fault(log)), "record-misplaced 300");
}

TEST_F(Verify, FindsTimeThatWentBack) {
  events[300].recorded_at = events[200].recorded_at;
  fill();
  EXPECT_EQ(kind_at(only_fault(log)), "time-decreased 300");
}

TEST_F(Verify, FindsAGapInTheVersionsOfAStream) {
  events[300].stream_version = 7;
  fill();
  EXPECT_EQ(kind_at(only_fault(log)), "stream-version-wrong 300");
}

TEST_F(Verify, FindsAMissingAndAWrongReceipt) {
  fill();
  DamagedLog damaged(log);
  damaged.receipts[events[300].command] = std::nullopt;
  EXPECT_EQ(kind_at(only_fault(damaged)), "receipt-missing 300");
  auto receipt = **log.receipt(events[300].command);
  receipt.count = 2;
  damaged.receipts[events[300].command] = receipt;
  EXPECT_EQ(kind_at(only_fault(damaged)), "receipt-wrong 300");
}

TEST_F(Verify, NamesTheEventThatTheIndexOfItsStreamDoesNotLeadTo) {
  fill();
  DamagedLog damaged(log);
  damaged.misplaced_stream = events[300].stream;
  EXPECT_EQ(kind_at(only_fault(damaged)), "stream-index-wrong 300");
}

TEST_F(Verify, FindsEntriesOfIndexesThatNoRecordAsksFor) {
  fill();
  DamagedLog damaged(log);
  damaged.stray_entry = {"", "group/g1", 7};
  EXPECT_EQ(kind_at(only_fault(damaged)), "stream-index-wrong 0-599");
  ledger::store::Batch batch;
  batch.expected = log.head().size;
  batch.receipts.push_back({{{2}}, {}, {17}, 1});
  ASSERT_TRUE(log.append(batch));
  EXPECT_EQ(kind_at(only_fault(log)), "receipt-wrong 0-599");
}

TEST_F(Verify, ComparesDigestsOfAnyPositionThatAreRecordedSoonAfterIt) {
  projections::MemoryViewStore store;
  std::uint64_t recorded = 0;
  const auto record = [&](Position folded, std::vector<ViewDigest> digests) {
    Event event = events.front();
    event.position = log.head().size;
    event.stream = "views";
    event.stream_version = recorded++;
    event.command = {};
    event.recorded_at = events.back().recorded_at;
    event.payload = ViewsDigested{folded, std::move(digests)};
    tests::append_to(log, std::span(&event, 1));
  };
  const auto projected = [&] {
    CHECK(projections::Projector::start(log, store, {}), "a sound log is projected");
    return std::pair(log.head().size, store.digests());
  };
  tests::append_to(log, std::span(events).first(3));
  const auto early = projected();
  record(early.first, early.second);
  const auto later = projected();  // The event that records digests counts, but has no rows.
  record(early.first, early.second);
  record(later.first, later.second);
  const auto report = verified(log);
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.digests_checked, 3u);
  EXPECT_EQ(report.digests_unchecked, 0u);
}

TEST_F(Verify, ComparesRecordedDigestsWithThoseOfTheFold) {
  const std::size_t folded = events.size() - 10;
  tests::append_to(log, std::span(events).first(folded));
  projections::MemoryViewStore store;
  ASSERT_TRUE(projections::Projector::start(log, store, {}));
  tests::append_to(log, std::span(events).subspan(folded));
  Event recorded = events.back();
  recorded.position = log.head().size;
  recorded.stream = "views";
  recorded.stream_version = 0;
  recorded.command = {};
  auto digests = store.digests();
  recorded.payload = ViewsDigested{{folded}, digests};
  tests::append_to(log, std::span(&recorded, 1));
  const auto sound = verified(log);
  EXPECT_TRUE(sound.is_sound());
  EXPECT_EQ(sound.digests_checked, 1u);

  ++recorded.position.value;
  ++recorded.stream_version;
  for (auto& digest : digests) {
    if (digest.view == "groups") ++digest.low;
  }
  recorded.payload = ViewsDigested{{folded}, digests};
  tests::append_to(log, std::span(&recorded, 1));
  const auto fault = only_fault(log);
  EXPECT_EQ(kind_at(fault), "digest-wrong " + std::to_string(events.size() + 1));
  EXPECT_NE(fault.found.find("groups"), std::string::npos);
}

TEST_F(Verify, TellsProgressUpToTheEnd) {
  fill();
  VerifyOptions options;
  std::vector<std::uint64_t> done;
  options.on_progress = [&](const replay::Progress& progress) {
    EXPECT_EQ(progress.size.value, 600u);
    done.push_back(progress.done.value);
  };
  verified(log, options);
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.back(), 600u);
}

TEST_F(Verify, EndsWhenItIsToldToAndSaysSo) {
  fill();
  for (const unsigned threads : {1u, 2u}) {
    VerifyOptions options;
    options.threads = threads;
    int asked = 0;
    options.go_on = [&] { return ++asked < 2; };
    const auto report = verified(log, options);
    EXPECT_TRUE(report.ended_early);
    EXPECT_FALSE(report.is_sound()) << "nothing is known of the rest";
    EXPECT_EQ(report.faults_total, 0u);
    EXPECT_EQ(asked, 2);
  }
}

TEST(FaultText, SaysWhatIsWhereAndWhatShouldBe) {
  EXPECT_EQ(text(Fault{{3}, {3}, "time-decreased", "later", "sooner"}),
            "time-decreased at position 3: expected later, found sooner");
  EXPECT_EQ(text(Fault{{3}, {5}, "record-unreadable", "a record", "nothing"}),
            "record-unreadable at positions 3 to 5: expected a record, found nothing");
}

}  // namespace

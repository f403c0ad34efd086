// What every EventLog promises, as tests over a harness: `log()` is the log under test, `settle()`
// does what may be done to a log between writing and reading, such as opening it again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "ledger/store/event_log.h"
#include "tests/support/log_model.h"
#include "tests/support/seed.h"

namespace tests {

template <class Harness>
class LogContract : public ::testing::Test {
 protected:
  using Batch = ledger::store::Batch;
  using Position = ledger::store::Position;

  ledger::store::EventLog& log() { return harness.log(); }
  void append_batches(int batches, std::size_t records_max) {
    for (int i = 0; i < batches; ++i) {
      const Batch batch = model.next_batch(random, records_max);
      const auto appended = log().append(batch);
      ASSERT_TRUE(appended) << appended.error().detail;
      model.add(batch);
      ASSERT_EQ(*appended, log().head());
    }
  }
  std::string refusal(const Batch& batch) {
    const auto appended = log().append(batch);
    return appended ? "" : appended.error().reason;
  }

  Harness harness;
  LogModel model;
  std::mt19937_64 random{test_seed()};
};

TYPED_TEST_SUITE_P(LogContract);

TYPED_TEST_P(LogContract, IsEmptyAtFirst) {
  this->harness.settle();
  EXPECT_EQ(this->log().head(), (ledger::store::Head{{0}, ledger::sha256({})}));
  EXPECT_EQ(this->model.difference(this->log()), "");
}

TYPED_TEST_P(LogContract, GivesBackWhatWasAppendedByEveryWayToRead) {
  this->append_batches(40, 60);
  this->harness.settle();
  EXPECT_EQ(this->model.difference(this->log()), "");
  this->append_batches(3, 1);
  this->harness.settle();
  EXPECT_EQ(this->model.difference(this->log()), "");
}

TYPED_TEST_P(LogContract, HasTheTilesOfEverySizeAroundAFullOne) {
  for (const std::size_t upto : {255U, 256U, 257U, 511U, 512U, 513U}) {
    ledger::store::Batch batch;
    batch.expected = {this->model.size()};
    while (this->model.size() + batch.records.size() < upto) {
      const auto at = this->model.size() + batch.records.size();
      batch.records.push_back({"record " + std::to_string(at), "s", at});
    }
    ASSERT_TRUE(this->log().append(batch));
    this->model.add(batch);
    this->harness.settle();
    ASSERT_EQ(this->model.difference(this->log()), "") << upto;
  }
  const auto reason = [&](std::uint32_t level, std::uint64_t index, std::uint32_t width) {
    const auto tile = this->log().tile(level, index, width);
    return tile ? "" : tile.error().reason;
  };
  EXPECT_EQ(reason(0, 0, 17), "");  // Part of a full tile, as a smaller log served it.
  EXPECT_EQ(reason(0, 2, 2), "tile-not-found");
  EXPECT_EQ(reason(1, 0, 3), "tile-not-found");
  EXPECT_EQ(reason(0, 0, 0), "tile-not-found");
  EXPECT_EQ(reason(0, 0, 257), "tile-not-found");
  EXPECT_EQ(reason(9, 0, 1), "tile-not-found");
}

TYPED_TEST_P(LogContract, RefusesABatchDecidedAtAnotherSizeAndWritesNothingOfIt) {
  this->append_batches(2, 5);
  auto batch = this->model.next_batch(this->random, 5);
  ++batch.expected.value;
  EXPECT_EQ(this->refusal(batch), "log-moved");
  batch.expected.value -= 2;
  EXPECT_EQ(this->refusal(batch), "log-moved");
  this->harness.settle();
  EXPECT_EQ(this->model.difference(this->log()), "");
}

TYPED_TEST_P(LogContract, RefusesRecordsAndStreamsOutOfShape) {
  const auto with = [](std::string bytes, std::string stream) {
    return ledger::store::Batch{
        {0}, {{"whole", "s", 0}, {std::move(bytes), std::move(stream), 0}}, {}};
  };
  EXPECT_EQ(this->refusal(with("", "s")), "record-size");
  EXPECT_EQ(this->refusal(with(std::string(ledger::limits::record_bytes_max + 1, 'x'), "s")),
            "record-size");
  EXPECT_EQ(this->refusal(with("x", "")), "stream-name");
  EXPECT_EQ(this->refusal(with("x", std::string("a\0b", 3))), "stream-name");
  EXPECT_EQ(this->refusal(with("x", std::string(ledger::limits::stream_bytes_max + 1, 'x'))),
            "stream-name");
  EXPECT_EQ(this->log().head().size.value, 0U);
  const auto largest = with(std::string(ledger::limits::record_bytes_max, 'x'),
                            std::string(ledger::limits::stream_bytes_max, 'x'));
  EXPECT_EQ(this->refusal(largest), "");
  this->model.add(largest);
  this->harness.settle();
  EXPECT_EQ(this->model.difference(this->log()), "");
}

TYPED_TEST_P(LogContract, KeepsReceiptsOfCommandsWithoutEvents) {
  ledger::store::Receipt receipt;
  receipt.id.bytes.fill(7);
  receipt.body = ledger::sha256("a command");
  ASSERT_TRUE(this->log().append({{0}, {}, {receipt}}));
  this->harness.settle();
  EXPECT_EQ(this->log().head().size.value, 0U);
  EXPECT_EQ(this->log().receipt(receipt.id).value(), receipt);
  EXPECT_EQ(this->log().receipt({}).value(), std::nullopt);
  ASSERT_TRUE(this->log().append({{0}, {}, {}}))
      << "an empty batch asks only whether writing works";
}

TYPED_TEST_P(LogContract, TellsStreamsApartWhoseNamesBeginAlike) {
  ASSERT_TRUE(this->log().append(
      {{0}, {{"1", "a", 0}, {"2", "ab", 0}, {"3", "a", 1}, {"4", "a/", 0}, {"5", "a", 2}}, {}}));
  this->harness.settle();
  using ::testing::ElementsAre;
  using P = ledger::store::Position;
  EXPECT_THAT(this->log().stream("a", 0, 10).value(), ElementsAre(P{0}, P{2}, P{4}));
  EXPECT_THAT(this->log().stream("a", 1, 1).value(), ElementsAre(P{2}));
  EXPECT_THAT(this->log().stream("ab", 0, 10).value(), ElementsAre(P{1}));
  EXPECT_THAT(this->log().stream("none", 0, 10).value(), ElementsAre());
}

TYPED_TEST_P(LogContract, CountsAStreamsRecordsAsOfAnyMoment) {
  const auto count = [&](std::string_view stream, std::uint64_t at) {
    return this->log().stream_version(stream, {at}).value();
  };
  ASSERT_TRUE(this->log().append({{0}, {{"1", "a", 0}, {"2", "ab", 0}, {"3", "a", 1}}, {}}));
  this->harness.settle();
  EXPECT_EQ(count("a", 0), 1U);
  EXPECT_EQ(count("a", 1), 1U);
  EXPECT_EQ(count("a", 2), 2U);
  EXPECT_EQ(count("ab", 0), 0U);
  EXPECT_EQ(count("ab", 2), 1U);
  EXPECT_EQ(count("none", 2), 0U);
  ASSERT_TRUE(this->log().append({{3}, {{"4", "a", 2}, {"5", "none", 0}, {"6", "a", 3}}, {}}));
  this->harness.settle();
  EXPECT_EQ(count("a", 2), 2U) << "what is asked of an earlier moment stays";
  EXPECT_EQ(count("a", 4), 3U);
  EXPECT_EQ(count("a", 5), 4U) << "what was asked before does not hide what came since";
  EXPECT_EQ(count("none", 3), 0U);
  EXPECT_EQ(count("none", 5), 1U);
  EXPECT_EQ(count("ab", 5), 1U);
}

TYPED_TEST_P(LogContract, SaysThatThereIsNothingBeyondTheHead) {
  this->append_batches(1, 3);
  this->harness.settle();
  const auto size = this->log().head().size;
  EXPECT_EQ(this->log().record(size).error().reason, "record-not-found");
  EXPECT_EQ(this->log().root_at({size.value + 1}).error().reason, "size-beyond-head");
  EXPECT_EQ(this->log().root_at({0}).value(), ledger::sha256({}));
  EXPECT_FALSE(this->log().read(size, {size.value + 5})->next().value());
  EXPECT_FALSE(this->log().read({size.value + 3}, {size.value + 5})->next().value());
}

TYPED_TEST_P(LogContract, ACursorReadsTheRangeOfWhenItWasMade) {
  this->append_batches(1, 20);
  this->harness.settle();
  const std::uint64_t before = this->model.size();
  const auto cursor = this->log().read({0}, {before + 100});
  this->append_batches(1, 20);
  std::uint64_t count = 0;
  while (true) {
    const auto entry = cursor->next();
    ASSERT_TRUE(entry);
    if (!*entry) break;
    ++count;
  }
  EXPECT_EQ(count, before);
}

TYPED_TEST_P(LogContract, WakesWhoWaitsForMore) {
  using std::chrono::milliseconds;
  EXPECT_EQ(this->log().wait_beyond({0}, milliseconds(1)).value, 0U);
  auto& log = this->log();
  auto waited = std::async(std::launch::async,
                           [&log] { return log.wait_beyond({0}, milliseconds(60'000)).value; });
  this->append_batches(1, 4);
  EXPECT_EQ(waited.get(), this->model.size());
  EXPECT_EQ(log.wait_beyond({0}, milliseconds(60'000)).value, this->model.size());
}

REGISTER_TYPED_TEST_SUITE_P(LogContract, IsEmptyAtFirst, GivesBackWhatWasAppendedByEveryWayToRead,
                            HasTheTilesOfEverySizeAroundAFullOne,
                            RefusesABatchDecidedAtAnotherSizeAndWritesNothingOfIt,
                            RefusesRecordsAndStreamsOutOfShape,
                            KeepsReceiptsOfCommandsWithoutEvents,
                            TellsStreamsApartWhoseNamesBeginAlike,
                            CountsAStreamsRecordsAsOfAnyMoment,
                            SaysThatThereIsNothingBeyondTheHead,
                            ACursorReadsTheRangeOfWhenItWasMade, WakesWhoWaitsForMore);

}  // namespace tests

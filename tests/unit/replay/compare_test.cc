#include "replay/compare.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "replay/records_file.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

Fold many_policies(std::size_t count) {
  Fold fold;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(fold.submit(CreatePolicy{{"p" + std::to_string(i)}, std::nullopt, "x"}));
  }
  return fold;
}

// A program that makes another row of one event, and from then on has another history.
class Differing final : public Folding {
 public:
  Differing(const ledger::store::EventLog& log, Position event) : own_(log), event_(event) {}

  ledger::Result<std::vector<FoldMark>> marks(const TraceRange& range) override {
    auto marks = own_.marks(range);
    for (auto& mark : *marks) {
      if (event_ < mark.folded) mark.chain.bytes[7] ^= 1;
    }
    return marks;
  }
  ledger::Result<std::vector<EventRow>> rows(Position event) override {
    auto rows = own_.rows(event);
    EXPECT_EQ(event, event_);
    for (auto& row : *rows) {
      if (row.view == "policies") row.row = R"({"other":true})";
    }
    return rows;
  }

 private:
  OwnFolding own_;
  Position event_;
};

TEST(FoldTrace, EndsWithTheDigestsOfTheViews) {
  const Viewed viewed(many_policies(20).log);
  const auto marks = OwnFolding(viewed.log).marks({{0}, {1'000}, 7});
  ASSERT_TRUE(marks);
  ASSERT_EQ(marks->size(), 3U);  // 7, 14, 20.
  EXPECT_EQ(marks->back().folded, Position{20});
  EXPECT_EQ(marks->back().views, viewed.views.digests());
  EXPECT_EQ(marks->back().root, viewed.log.head().root);
  EXPECT_NE((*marks)[0].chain, (*marks)[1].chain);
}

TEST(FoldTrace, TellsTheSameOfAPartAsOfTheWhole) {
  const Viewed viewed(many_policies(30).log);
  OwnFolding own(viewed.log);
  const auto whole = own.marks({{0}, {30}, 1});
  const auto part = own.marks({{10}, {12}, 1});
  ASSERT_TRUE(whole && part);
  ASSERT_EQ(part->size(), 2U);
  EXPECT_EQ((*part)[0], (*whole)[10]);
  EXPECT_EQ((*part)[1], (*whole)[11]);
}

TEST(FoldTrace, TellsTheRowsOfAnEventAsTheViewsHaveThem) {
  const Viewed viewed(many_policies(5).log);
  const auto rows = rows_of_event(viewed.log, {3});
  ASSERT_TRUE(rows);
  const auto changed = viewed.views.changed_by({3});
  ASSERT_TRUE(changed);
  ASSERT_EQ(rows->size(), changed->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    EXPECT_EQ((*rows)[i].view, name_of((*changed)[i].view));
  }
  const auto beyond = rows_of_event(viewed.log, {5});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().reason, "position-unknown");
}

TEST(Compare, SaysThatOneProgramAgreesWithItself) {
  const Viewed viewed(many_policies(10).log);
  OwnFolding one(viewed.log);
  OwnFolding other(viewed.log);
  const auto found = compare(one, other);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->agree);
  EXPECT_EQ(found->size, Position{10});
  EXPECT_FALSE(found->event);
}

TEST(Compare, OfAnEmptyLogAgrees) {
  const ledger::store::MemoryLog empty;
  OwnFolding one(empty);
  OwnFolding other(empty);
  const auto found = compare(one, other);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->agree);
}

TEST(Compare, NamesTheFirstEventAndRowInWhichTheyDiffer) {
  const Viewed viewed(many_policies(700).log);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255},
                                 std::uint64_t{431}, std::uint64_t{699}}) {
    OwnFolding one(viewed.log);
    Differing other(viewed.log, {at});
    const auto found = compare(one, other);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_FALSE(found->agree);
    ASSERT_EQ(found->event, Position{at});
    ASSERT_EQ(found->rows.size(), 1U);
    EXPECT_EQ(found->rows[0].view, "policies");
    EXPECT_EQ(found->rows[0].key, "p" + std::to_string(at));
    EXPECT_EQ(found->rows[0].other, R"({"other":true})");
    EXPECT_LE(found->folds, 4U);
  }
}

TEST(Compare, RefusesTwoLogs) {
  const Viewed viewed(many_policies(10).log);
  const Viewed longer(many_policies(11).log);
  OwnFolding one(viewed.log);
  OwnFolding other(longer.log);
  const auto found = compare(one, other);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reason, "logs-differ");
}

TEST(RecordsFile, GivesBackTheLogAndNoPartOfIt) {
  const Viewed viewed(many_policies(10).log);
  const auto records = records_of(viewed.log);
  ASSERT_TRUE(records);
  ledger::store::MemoryLog again;
  ASSERT_TRUE(append_records(*records, again));
  EXPECT_EQ(again.head(), viewed.log.head());
  for (std::size_t cut : {std::size_t{1}, std::size_t{9}, records->size() - 1}) {
    ledger::store::MemoryLog part;
    EXPECT_FALSE(append_records(records->substr(0, cut), part)) << cut;
    ledger::store::MemoryLog tail;
    EXPECT_FALSE(append_records(records->substr(cut), tail)) << cut;
  }
}

}  // namespace
}  // namespace replay

// What a verification says of a log whose files are damaged on disk, where RocksDB gives back no
// wrong byte but an error for a whole block.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "ledger/store/inspected_log.h"
#include "replay/verify.h"
#include "tests/support/fold.h"
#include "tests/support/log_of.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace {

namespace fs = std::filesystem;

using namespace ledger::domain;
using ledger::store::InspectedLog;

// A backup of a log of 3,000 records: its database is all in sorted files.
class DamagedLogTest : public testing::Test {
 protected:
  DamagedLogTest() {
    tests::Fold fold;
    std::mt19937_64 random(1);
    for (int i = 0; fold.log.size() < size; ++i) {
      fold.now = fold.now + seconds(1);
      // Reasons that do not shrink, so that records have the largest of the files.
      fold.reason.clear();
      while (fold.reason.size() < 200) fold.reason += std::to_string(random());
      EXPECT_TRUE(fold.submit(CreateGroup{{"group-" + std::to_string(i)}, std::nullopt}));
    }
    tests::OpenLog original(tests::OpenLog::at(scratch / "original"));
    EXPECT_TRUE(original.open());
    tests::append_to(*original, fold.log);
    EXPECT_TRUE(original.seal());
    head = original->head();
    EXPECT_TRUE(original->back_up(scratch / "backup", original.key()));
    for (const auto& entry : fs::directory_iterator(scratch / "backup" / "log")) {
      if (entry.path().extension() != ".sst") continue;
      if (records.empty() || entry.file_size() > fs::file_size(records)) records = entry.path();
    }
    EXPECT_FALSE(records.empty());
  }

  void flip(std::uintmax_t offset) {
    std::fstream bytes(records, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes.put(byte);
  }

  static constexpr std::uint64_t size = 3'000;
  tests::ScratchDirectory scratch;
  fs::path records;
  ledger::store::Head head;
};

TEST_F(DamagedLogTest, IsReadAsItLiesThere) {
  const auto log = InspectedLog::open(scratch / "backup");
  ASSERT_TRUE(log.has_value()) << log.error().detail;
  EXPECT_EQ((*log)->head(), head);
  EXPECT_EQ(*(*log)->root_at({1'000}), *(*log)->root_at({1'000}));
  EXPECT_FALSE((*log)->append({}).has_value());
  replay::VerifyOptions options;
  options.checkpoint = head;
  const auto report = replay::verify(**log, options);
  for (const auto& fault : report.faults) ADD_FAILURE() << text(fault);
  EXPECT_EQ(report.root, head.root);
}

TEST_F(DamagedLogTest, SaysWhichPositionsAFlippedByteTookAway) {
  flip(fs::file_size(records) / 2);
  const auto log = InspectedLog::open(scratch / "backup");
  ASSERT_TRUE(log.has_value()) << log.error().detail;
  const auto report = replay::verify(**log, {});
  ASSERT_FALSE(report.faults.empty());
  EXPECT_EQ(report.faults_total, 1u) << text(report.faults.back());
  const auto& fault = report.faults.front();
  EXPECT_EQ(fault.kind, "record-unreadable");
  EXPECT_LT(fault.last.value - fault.at.value, size / 2);
  for (std::uint64_t at = 0; at < size; ++at) {
    const bool in_range = fault.at.value <= at && at <= fault.last.value;
    EXPECT_NE((*log)->record({at}).has_value(), in_range) << at;
  }
  EXPECT_EQ(report.folded, fault.at.value);
  EXPECT_EQ(report.root, head.root);  // By the hashes in the tree.
}

TEST_F(DamagedLogTest, IsNeverTakenForASoundOne) {
  std::mt19937_64 random(tests::test_seed());
  const std::uintmax_t bytes = fs::file_size(records);
  for (int i = 0; i < 20; ++i) {
    const auto offset = random() % bytes;
    flip(offset);
    const auto log = InspectedLog::open(scratch / "backup");
    if (log) {
      const auto report = replay::verify(**log, {});
      // Some bytes of a file say nothing about its records: then everything is read as it was.
      EXPECT_TRUE(!report.is_sound() || report.root == head.root) << offset;
    }
    flip(offset);
  }
}

}  // namespace

// The contract on a real database, as it is and opened again between writing and reading.
#include "ledger/store/rocksdb_log.h"

#include <filesystem>
#include <thread>

#include "ledger/store/data_directory.h"
#include "tests/support/log_contract.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"

namespace tests {
namespace {

struct RocksHarness {
  RocksHarness() { open(); }
  void open() {
    const auto opened = opening.open();
    CHECK(opened.has_value(), opened ? "" : opened.error().detail.c_str());
  }
  ledger::store::EventLog& log() { return *opening; }
  void settle() {}

  ScratchDirectory directory;
  OpenLog opening{OpenLog::at(directory / "data")};
};

struct ReopenedHarness : RocksHarness {
  void settle() { open(); }
};

struct SealedHarness : RocksHarness {
  void settle() {
    CHECK(opening.seal().has_value(), "the head can be written");
    open();
    CHECK(opening->beyond_head() == 0, "all of it was sealed");
  }
};

struct CompactedHarness : RocksHarness {
  void settle() {
    CHECK(opening->compact().has_value(), "the files can be put in order");
    open();
  }
};

using Harnesses = ::testing::Types<RocksHarness, ReopenedHarness, SealedHarness, CompactedHarness>;
INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, LogContract, Harnesses);

std::uintmax_t bytes_in(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& each : std::filesystem::directory_iterator(directory)) bytes += each.file_size();
  return bytes;
}

TEST(StreamVersion, IsThatOfTheHeadWhileOthersAreAppended) {
  ScratchDirectory directory;
  OpenLog opening(OpenLog::at(directory / "data"));
  ASSERT_TRUE(opening.open());
  constexpr std::uint64_t records = 1000;
  const auto append = [&](std::uint64_t at) {
    ASSERT_TRUE(opening->append({{at}, {{"record", "a", at}}, {}}));
  };
  append(0);
  std::thread appending([&] {
    for (std::uint64_t at = 1; at < records; ++at) append(at);
  });
  while (true) {
    const std::uint64_t size = opening->head().size.value;
    const auto version = opening->stream_version("a", {size - 1}).value();
    EXPECT_EQ(version, size);
    if (size == records || version != size) break;
  }
  appending.join();
}

TEST(Compact, LeavesLessThanTheRecordsThemselves) {
  ScratchDirectory directory;
  OpenLog opening(OpenLog::at(directory / "data"));
  ASSERT_TRUE(opening.open());
  ledger::store::Batch batch;
  std::uintmax_t bytes = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    batch.records.push_back({std::string(400, 'r') + std::to_string(i), "computer/one", i});
    bytes += batch.records.back().bytes.size();
  }
  ASSERT_TRUE(opening->append(batch));
  const auto log = directory / "data" / ledger::store::log_name;
  ASSERT_GT(bytes_in(log), bytes) << "they stand in the write-ahead file as they are";
  ASSERT_TRUE(opening->compact());
  EXPECT_LT(bytes_in(log), bytes) << "records that are alike take little room";
  EXPECT_EQ(opening->record({9'999}).value(), batch.records.back().bytes);
}

}  // namespace
}  // namespace tests

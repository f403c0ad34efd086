// The contract on a real database, as it is and opened again between writing and reading.
#include "ledger/store/rocksdb_log.h"

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

using Harnesses = ::testing::Types<RocksHarness, ReopenedHarness, SealedHarness>;
INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, LogContract, Harnesses);

}  // namespace
}  // namespace tests

// Power that goes at any moment, opening included: what was acknowledged is there afterwards, whole
// and in order, and nothing that nobody wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "ledger/store/big_endian.h"
#include "tests/support/fault_fs.h"
#include "tests/support/log_model.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

using ledger::store::Batch;

// One data directory and the model of what was acknowledged there.
class Machine {
 public:
  explicit Machine(std::mt19937_64& random) : random_(random) {}

  // Opens, compares, appends until the power goes after `changes` changes of the disk, loses what
  // was not synced. Answers what is wrong, or nothing.
  std::string live(std::uint64_t changes) {
    disk_->power_off_after(changes);
    std::string wrong = open_and_compare();
    if (wrong.empty() && !disk_->is_off()) append_until_off();
    opening_.close();
    disk_->lose_unsynced(random_);
    if (random_() % 3 == 0) tear_older_head();
    return wrong;
  }

  // With the power on for good.
  std::string open_and_compare() {
    const auto opened = opening_.open();
    if (!opened) return disk_->is_off() ? "" : opened.error().reason + ": " + opened.error().detail;
    // A batch that was cut off may have become durable without anybody being told: all of it.
    if (in_flight_ &&
        opening_->head().size.value == acknowledged.size() + in_flight_->records.size()) {
      acknowledged.add(*in_flight_);
    }
    in_flight_.reset();
    return acknowledged.difference(*opening_);
  }

  FaultFs& disk() { return *disk_; }
  OpenLog& opening() { return opening_; }

  LogModel acknowledged;

  bool append_one() {
    Batch batch = acknowledged.next_batch(random_, 40);
    if (!opening_->append(batch)) {
      in_flight_ = std::move(batch);
      return false;
    }
    acknowledged.add(batch);
    return true;
  }

 private:
  void append_until_off() {
    while (append_one()) {
      if (random_() % 4 == 0) CHECK(opening_.seal().has_value(), "the head has a disk of its own");
    }
  }

  // The slot that would be written next, cut short in the middle of it.
  void tear_older_head() {
    const auto path = directory_ / "data" / "head";
    if (!std::filesystem::exists(path)) return;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes(8192, '\0');
    file.read(bytes.data(), 8192);
    // Behind the magic stand their sequence numbers, which stay.
    const auto sequence = [&](std::size_t slot) {
      return ledger::store::u64_in(bytes.substr(slot * 4096 + 8, 8));
    };
    const std::size_t older = sequence(0) < sequence(1) ? 0 : 1;
    file.seekp(static_cast<std::streamoff>(older * 4096 + 16 + random_() % 100));
    file.write("torn", 4);
  }

  ScratchDirectory directory_;
  std::mt19937_64& random_;
  std::shared_ptr<FaultFs> disk_ = std::make_shared<FaultFs>(directory_ / "graveyard");
  OpenLog opening_{{directory_ / "data", "ledger.example/test", 0, disk_}};
  std::optional<Batch> in_flight_;
};

TEST(PowerLoss, LosesNothingThatWasAcknowledged) {
  std::mt19937_64 random(test_seed());
  const int loops = repetitions("CRASH_LOOPS", 120);
  std::optional<Machine> machine;
  std::uint64_t acknowledged = 0;
  for (int loop = 0; loop < loops; ++loop) {
    if (loop % 20 == 0) {
      if (machine) acknowledged += machine->acknowledged.size();
      machine.emplace(random);
    }
    ASSERT_EQ(machine->live(1 + random() % (loop % 2 == 0 ? 60 : 300)), "") << "loop " << loop;
  }
  ASSERT_EQ(machine->open_and_compare(), "");
  acknowledged += machine->acknowledged.size();
  EXPECT_GT(acknowledged, static_cast<std::uint64_t>(loops)) << "the loops did hardly anything";
}

// The loop above has teeth: it sees the loss that a disk causes which syncs nothing.
TEST(PowerLoss, IsNoticedWhenTheDiskLiesAboutItsSyncs) {
  std::mt19937_64 random(test_seed() + 1);
  int noticed = 0;
  for (int run = 0; run < 10; ++run) {
    Machine machine(random);
    ASSERT_EQ(machine.open_and_compare(), "");
    machine.opening().close();
    machine.disk().lie_about_syncs();
    std::string wrong;
    for (int loop = 0; loop < 5 && wrong.empty(); ++loop)
      wrong = machine.live(100 + random() % 100);
    noticed += wrong.empty() ? 0 : 1;
  }
  EXPECT_GE(noticed, 8);
}

// Every change of the disk in turn fails, once or from then on.
class FailingDisk : public ::testing::TestWithParam<std::pair<const char*, FaultFs::Lasts>> {};

TEST_P(FailingDisk, NeverLosesWhatWasAcknowledgedNorInventsAnything) {
  std::mt19937_64 random(test_seed() + 2);
  const bool full = std::string_view(GetParam().first) == "NoSpace";
  bool failed = true;
  int failures = 0;
  for (std::uint64_t at = 1; failed; at += 1 + random() % 3) {
    Machine machine(random);
    ASSERT_EQ(machine.open_and_compare(), "");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(machine.append_one());
    machine.opening().close();
    auto status =
        full ? rocksdb::IOStatus::NoSpace("planted") : rocksdb::IOStatus::IOError("planted");
    machine.disk().fail_after(at, std::move(status), GetParam().second);
    if (machine.opening().open()) {
      for (int i = 0; i < 8 && machine.append_one(); ++i) {
      }
      // After a failed append nothing may be written: what is on the disk is not known.
      if (const auto probe = machine.opening()->append({machine.opening()->head().size, {}, {}});
          !probe) {
        EXPECT_EQ(probe.error().reason, "log-write-failed");
        const Batch more{machine.opening()->head().size, {{"more", "s", 0}}, {}};
        EXPECT_FALSE(machine.opening()->append(more));
      }
      machine.opening().close();
    }
    failed = machine.disk().has_failed();
    failures += failed ? 1 : 0;
    machine.disk().stop_failing();
    ASSERT_EQ(machine.open_and_compare(), "") << "the change that failed: " << at;
  }
  EXPECT_GT(failures, 10);
}

INSTANTIATE_TEST_SUITE_P(Every, FailingDisk,
                         ::testing::Values(std::pair("IOError", FaultFs::Lasts::once),
                                           std::pair("IOError", FaultFs::Lasts::for_ever),
                                           std::pair("NoSpace", FaultFs::Lasts::once),
                                           std::pair("NoSpace", FaultFs::Lasts::for_ever)));

}  // namespace
}  // namespace tests

// Power that goes while views are written, opening included: afterwards they are behind, or gone,
// and never wrong.
#include <gtest/gtest.h>

#include <random>

#include "ledger/store/memory_log.h"
#include "projections/projector.h"
#include "projections/view_store.h"
#include "tests/support/fault_fs.h"
#include "tests/support/log_of.h"
#include "tests/support/random_history.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"
#include "tests/support/view_contents.h"

namespace {

using ledger::domain::Position;
using ledger::store::MemoryLog;
using projections::ViewStore;

class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed), fold_(tests::random_history(seed, 150)) {
    tests::append_to(log_, fold_.log);
    disk_ = std::make_shared<tests::FaultFs>(scratch_ / "graveyard");
  }

  // Lives until the power goes, and answers whether it went.
  void live() {
    disk_->power_off_after(1 + random_() % 60);
    {
      const auto store = ViewStore::open({scratch_ / "views", false, disk_, true});
      if (store) {
        check(**store);
        write(**store);
      }
    }
    if (!disk_->is_off()) disk_->power_off_after(0);
    disk_->lose_unsynced(random_);
  }

  // With the power on for good: what is there is true, and the rest follows.
  void settle() {
    disk_->keep_power();
    auto store = ViewStore::open({scratch_ / "views", false, disk_, true});
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    check(**store);
    auto projector = projections::Projector::start(log_, **store, {});
    ASSERT_TRUE(projector.has_value()) << projector.error().detail;
    (*projector)->stop();
    ASSERT_EQ((*store)->size(), log_.head().size);
    check(**store);
  }

  std::uint64_t behind = 0;  // How often something was there, but not all.

 private:
  void check(ViewStore& store) {
    const auto size = store.size();
    if (size.value == 0) {
      if (disk_->is_off()) return;
      ASSERT_TRUE(tests::rows_of(*store.as_of(log_.head().size)).empty());
      return;
    }
    if (size < log_.head().size) ++behind;
    ASSERT_LE(size, log_.head().size);
    ASSERT_EQ(store.root(), *log_.root_at(size));
    tests::PlainRows plain;
    ledger::domain::World world;
    for (std::size_t i = 0; i < size.value; ++i) projections::step(fold_.log[i], world, plain);
    // Reading may fail once the power is off; what is read is right.
    const auto snapshot = store.as_of({size.value - 1});
    for (const auto& [key, row] : plain.rows) {
      const auto found = snapshot->get(key.first, key.second);
      if (!found) {
        ASSERT_TRUE(disk_->is_off()) << found.error().detail;
        return;
      }
      ASSERT_EQ(*found, row);
    }
    ASSERT_EQ(store.digests(), tests::digests_of(plain.rows));
  }

  void write(ViewStore& store) {
    ledger::domain::World world;
    for (std::size_t i = 0; i < store.size().value; ++i) evolve(world, fold_.log[i]);
    while (!disk_->is_off()) {
      if (world.size == log_.head().size) {
        if (!store.clear()) return;
        world = {};
      }
      const std::uint64_t to =
          std::min(world.size.value + 1 + random_() % 40, log_.head().size.value);
      while (world.size.value < to) {
        projections::step(fold_.log[world.size.value], world, store.begin_event(world.size));
      }
      if (!store.commit({to}, *log_.root_at({to}))) return;
      if (random_() % 4 == 0 && !store.flush()) return;
    }
  }

  std::mt19937_64 random_;
  tests::ScratchDirectory scratch_;
  tests::Fold fold_;
  MemoryLog log_;
  std::shared_ptr<tests::FaultFs> disk_;
};

TEST(ViewsPowerLoss, LeavesThemBehindAndNeverWrong) {
  const std::uint64_t seed = tests::test_seed();
  std::uint64_t behind = 0;
  const int loops = tests::repetitions("CRASH_LOOPS", 10);
  for (int i = 0; i < loops && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed + static_cast<std::uint64_t>(i)));
    Machine machine(seed + static_cast<std::uint64_t>(i));
    for (int lives = 0; lives < 4 && !testing::Test::HasFailure(); ++lives) machine.live();
    machine.settle();
    behind += machine.behind;
  }
  EXPECT_GT(behind, 0u) << "no crash ever left the views half written: the test tests nothing";
}

}  // namespace

#include "replay/rebuild.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/store/memory_log.h"
#include "projections/projector.h"
#include "projections/view_store.h"
#include "tests/support/log_of.h"
#include "tests/support/random_history.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"
#include "tests/support/view_contents.h"

namespace {

using projections::ViewStore;

namespace fs = std::filesystem;

class Rebuild : public testing::Test {
 protected:
  Rebuild() : fold(tests::history_without_digests(tests::test_seed(), 200)) {
    tests::append_to(log, fold.log);
  }

  // Records digests of what there is so far.
  void record_digests(std::vector<ledger::domain::ViewDigest> digests) {
    ledger::domain::Event event = fold.log.back();
    event.position = log.head().size;
    event.stream_version = next_stream_version(fold.world, "views");
    event.stream = "views";
    event.payload = ledger::domain::ViewsDigested{event.position, std::move(digests)};
    tests::append_to(log, std::span(&event, 1));
  }

  std::vector<ledger::domain::ViewDigest> project() {
    const auto store = ViewStore::open({views, false, nullptr, false});
    auto projector = projections::Projector::start(log, **store, {});
    (*projector)->stop();
    return (*store)->digests();
  }

  tests::Fold fold;
  ledger::store::MemoryLog log;
  tests::ScratchDirectory scratch;
  fs::path views = scratch / "views";
};

TEST_F(Rebuild, ComesToTheDigestsThatWereRecorded) {
  record_digests(project());
  const auto live = project();
  std::uint64_t told = 0;
  const auto report = replay::rebuild(
      log, {views, [&](const replay::Progress& progress) { told = progress.done.value; }});
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_EQ(report->size, log.head().size);
  EXPECT_EQ(report->root, log.head().root);
  EXPECT_EQ(report->views, live);
  EXPECT_EQ(report->digests_checked, 1u);
  EXPECT_TRUE(report->mismatches.empty());
  EXPECT_EQ(told, log.head().size.value);
}

TEST_F(Rebuild, NamesTheViewsWhoseRecordedDigestsDiffer) {
  auto digests = project();
  for (auto& digest : digests) {
    if (digest.view == "policies") digest.high ^= 1;
  }
  record_digests(digests);
  const auto report = replay::rebuild(log, {views, nullptr});
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->mismatches.size(), 1u);
  EXPECT_EQ(report->mismatches[0].views, std::vector<std::string>{"policies"});
  EXPECT_EQ(report->mismatches[0].recorded.value, fold.log.size());
}

TEST_F(Rebuild, PutsTheNewViewsInThePlaceOfDamagedOnes) {
  const auto live = project();
  for (const auto& entry : fs::directory_iterator(views)) {
    if (entry.path().extension() == ".sst") std::ofstream(entry.path()) << "damaged";
  }
  ASSERT_TRUE(replay::rebuild(log, {views, nullptr}).has_value());
  EXPECT_FALSE(fs::exists(views.string() + ".new"));
  const auto store = ViewStore::open({views, false, nullptr, false});
  ASSERT_TRUE(store.has_value());
  const auto rows = tests::rows_of(*(*store)->as_of({log.head().size.value - 1}));
  EXPECT_EQ(tests::digests_of(rows), live);
}

TEST_F(Rebuild, MakesViewsWhereThereWereNone) {
  std::ofstream(scratch / "views.new") << "what a crash left";
  ASSERT_TRUE(replay::rebuild(log, {views.string() + "/", nullptr}).has_value());
  EXPECT_EQ((*ViewStore::open({views, false, nullptr, false}))->size(), log.head().size);
}

}  // namespace

// The store of views on disk: the same as the one in memory, and never wrong.
#include "projections/view_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "ledger/store/memory_log.h"
#include "projections/memory_view_store.h"
#include "projections/projector.h"
#include "projections/row_codec.h"
#include "projections/row_keys.h"
#include "projections/view_store_rocksdb.h"
#include "tests/support/log_of.h"
#include "tests/support/random_history.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"
#include "tests/support/view_contents.h"
#include "tests/support/view_store_model.h"

namespace {

using ledger::domain::Position;
using projections::StoreState;
using projections::ViewStore;

namespace fs = std::filesystem;

std::unique_ptr<ViewStore> opened(const fs::path& directory, bool bulk = false) {
  auto store = ViewStore::open({directory, bulk, nullptr, false});
  EXPECT_TRUE(store.has_value()) << (store ? "" : store.error().detail);
  return store ? *std::move(store) : nullptr;
}

void project(const ledger::store::EventLog& log, ViewStore& store) {
  projections::Projector::Options options;
  options.batch_events_max = 50;
  const auto projector = projections::Projector::start(log, store, options);
  ASSERT_TRUE(projector.has_value());
  (*projector)->stop();
}

TEST(ViewStore, AnswersAsItsModelDoesWhateverIsWritten) {
  const std::uint64_t seed = tests::test_seed();
  for (std::uint64_t i = 0; i < 8 && !testing::Test::HasFailure(); ++i) {
    const tests::ScratchDirectory scratch;
    auto store = opened(scratch / "views");
    tests::check_against_model(
        store.get(),
        [&]() -> ViewStore* {
          store.reset();
          store = opened(scratch / "views");
          return store.get();
        },
        seed + i);
  }
}

TEST(ViewStore, ShowsWhatTheOneInMemoryShows) {
  const std::uint64_t seed = tests::test_seed();
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto fold = tests::random_history(seed + i, 300);
    ledger::store::MemoryLog log;
    tests::append_to(log, fold.log);
    const tests::ScratchDirectory scratch;
    const auto on_disk = opened(scratch / "views", i % 2 == 1);
    projections::MemoryViewStore in_memory;
    project(log, *on_disk);
    project(log, in_memory);
    ASSERT_EQ(on_disk->digests(), in_memory.digests());
    for (std::uint64_t at = 0; at < log.head().size.value; at += 7) {
      ASSERT_EQ(tests::rows_of(*on_disk->as_of({at})), tests::rows_of(*in_memory.as_of({at})))
          << "as of " << at << ", seed " << seed + i;
    }
  }
}

TEST(ViewStore, ShowsEveryCommitToWhoeverAsksMeanwhile) {
  const tests::ScratchDirectory scratch;
  const auto store = opened(scratch / "views");
  constexpr std::uint64_t events = 2000;
  const auto write = [&](std::uint64_t at) {
    store->begin_event({at}).put(projections::View::computers, "pc", std::to_string(at));
    ASSERT_TRUE(store->commit({at + 1}, {}));
  };
  write(0);
  std::thread writing([&] {
    for (std::uint64_t at = 1; at < events; ++at) write(at);
  });
  while (true) {
    const std::uint64_t at = store->size().value - 1;
    const auto row = store->as_of({at})->get(projections::View::computers, "pc").value();
    EXPECT_EQ(row, std::to_string(at));
    if (at + 1 == events || row != std::to_string(at)) break;
  }
  writing.join();
}

TEST(ViewStore, PutsABulkStoreInOrderWhenItIsClosed) {
  const auto fold = tests::random_history(tests::test_seed(), 200);
  ledger::store::MemoryLog log;
  tests::append_to(log, fold.log);
  const tests::ScratchDirectory scratch;
  std::vector<ledger::domain::ViewDigest> digests;
  {
    const auto bulk = opened(scratch / "views", true);
    project(log, *bulk);
    digests = bulk->digests();
  }
  const auto store = opened(scratch / "views");
  EXPECT_EQ(store->size(), log.head().size);
  EXPECT_EQ(store->root(), log.head().root);
  EXPECT_EQ(tests::digests_of(tests::rows_of(*store->as_of({log.head().size.value - 1}))), digests);
}

TEST(ViewStore, RefusesADirectoryOfSomethingElse) {
  const tests::ScratchDirectory scratch;
  std::ofstream(scratch / "letter.txt") << "Dear reader";
  const auto store = ViewStore::open({scratch.path(), false, nullptr, false});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().reason, "views-foreign");
  EXPECT_TRUE(fs::exists(scratch / "letter.txt"));
}

// What a closed store says of itself becomes what `change` makes of it.
void change_state(const fs::path& directory, const std::function<void(StoreState&)>& change) {
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory.string(), &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::string stored;
  const rocksdb::Slice key(projections::state_key.data(), projections::state_key.size());
  ASSERT_TRUE(db->Get({}, key, &stored).ok());
  auto state = projections::decode_row<StoreState>(stored).value();
  change(state);
  ASSERT_TRUE(db->Put({}, key, projections::encode_row(state)).ok());
}

TEST(ViewStore, StartsAnewFromRowsOfAnotherFormatOrWithoutAViewThatThereIsNow) {
  const auto fold = tests::random_history(tests::test_seed(), 20);
  ledger::store::MemoryLog log;
  tests::append_to(log, fold.log);
  const std::function<void(StoreState&)> changes[] = {
      [](StoreState& state) { ++state.format; },
      [](StoreState& state) { state.digests.pop_back(); },
      [](StoreState& state) { state.digests.back().view = "a_view_that_is_gone"; }};
  for (const auto& change : changes) {
    const tests::ScratchDirectory scratch;
    project(log, *opened(scratch / "views"));
    change_state(scratch / "views", change);
    const auto store = opened(scratch / "views");
    EXPECT_EQ(store->size().value, 0u);
    EXPECT_TRUE(tests::rows_of(*store->as_of({5})).empty());
    project(log, *store);
    EXPECT_EQ(store->size(), log.head().size);
  }
}

TEST(ViewStore, RefusesDamageAtOpeningOrStartsAnewAsItIsTold) {
  const auto fold = tests::random_history(tests::test_seed(), 20);
  ledger::store::MemoryLog log;
  tests::append_to(log, fold.log);
  const tests::ScratchDirectory scratch;
  project(log, *opened(scratch / "views"));
  for (const auto& entry : fs::directory_iterator(scratch / "views")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) fs::resize_file(entry, 7);
  }
  const auto refused = ViewStore::open({scratch / "views", false, nullptr, false});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "views-damaged");
  const auto anew = ViewStore::open({scratch / "views", false, nullptr, true});
  ASSERT_TRUE(anew.has_value());
  EXPECT_EQ((*anew)->size().value, 0u);
}

// Every file of the store, damaged in a copy: what opens and answers says the truth.
TEST(ViewStore, NeverShowsRowsOfADamagedFile) {
  const auto fold = tests::random_history(tests::test_seed(), 200);
  ledger::store::MemoryLog log;
  tests::append_to(log, fold.log);
  const tests::ScratchDirectory scratch;
  tests::RowsByKey rows;
  {
    const auto store = opened(scratch / "views");
    project(log, *store);
    rows = tests::rows_of(*store->as_of({log.head().size.value - 1}));
  }
  std::mt19937_64 random(tests::test_seed());
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const fs::path copy = scratch / ("copy" + std::to_string(i));
    fs::copy(scratch / "views", copy);
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(copy)) {
      if (entry.path().extension() == ".sst") files.push_back(entry.path());
    }
    ASSERT_FALSE(files.empty());
    const fs::path& file = files[random() % files.size()];
    const auto offset = static_cast<std::streamoff>(random() % fs::file_size(file));
    {
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekg(offset);
      const char byte = static_cast<char>(bytes.get() ^ (1 << random() % 8));
      bytes.seekp(offset);
      bytes.put(byte);
    }
    const auto store = ViewStore::open({copy, false, nullptr, false});
    if (!store) {
      ++refused;
      continue;
    }
    const auto snapshot = (*store)->as_of({log.head().size.value - 1});
    for (const auto& [key, row] : rows) {
      const auto found = snapshot->get(key.first, key.second);
      if (!found) {
        ++refused;
        break;
      }
      ASSERT_EQ(*found, row) << file << " at " << offset;
    }
    fs::remove_all(copy);
  }
  EXPECT_GT(refused, 0);
}

}  // namespace

// The content store on disk, when the disk is full, fails, or was tampered with.
#include "updates/directory_content_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "tests/support/scratch_directory.h"

namespace ledger::updates {
namespace {

namespace fs = std::filesystem;

class DirectoryContentStoreTest : public testing::Test {
 protected:
  std::unique_ptr<DirectoryContentStore> open(
      DirectoryContentStore::SystemCalls calls = DirectoryContentStore::real_calls()) {
    return DirectoryContentStore::open(directory_, std::move(calls)).value();
  }

  std::size_t files() const {
    return static_cast<std::size_t>(std::count_if(
        fs::recursive_directory_iterator(directory_), fs::recursive_directory_iterator(),
        [](const auto& entry) { return entry.is_regular_file(); }));
  }

  tests::ScratchDirectory folder_;
  fs::path directory_ = folder_ / "deep/content";
};

void overwrite(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Lets so many calls through, and answers the next ones with an error number.
struct Failing {
  int calls_left;
  int error_number;
  bool refuses() {
    if (calls_left-- > 0) return false;
    errno = error_number;
    return true;
  }
};

DirectoryContentStore::SystemCalls failing_writes(Failing& failing) {
  auto calls = DirectoryContentStore::real_calls();
  calls.write = [&failing](int file, const void* bytes, std::size_t size) -> ssize_t {
    return failing.refuses() ? -1 : ::write(file, bytes, size);
  };
  return calls;
}

DirectoryContentStore::SystemCalls failing_syncs(Failing& failing) {
  auto calls = DirectoryContentStore::real_calls();
  calls.sync = [&failing](int file) { return failing.refuses() ? -1 : ::fsync(file); };
  return calls;
}

TEST_F(DirectoryContentStoreTest, FindsAfterReopeningWhatWasPutBefore) {
  const auto digest = open()->put("kept")->digest;
  EXPECT_EQ(open()->get(digest).value(), "kept");
}

TEST_F(DirectoryContentStoreTest, NamesAFileByItsDigest) {
  auto store = open();
  const std::string name = hex(store->put("named")->digest);
  EXPECT_TRUE(fs::is_regular_file(directory_ / name.substr(0, 2) / name.substr(2)));
  EXPECT_EQ(files(), 1U);
}

TEST_F(DirectoryContentStoreTest, ClearsAtOpenWhatAnEarlierProcessLeftUnfinished) {
  open();
  overwrite(directory_ / "unfinished" / "17", "half");
  auto store = open();
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(store->put("whole"));
}

// What came of it before, as it is given to whoever takes it up.
std::string earlier(ContentWriter& writer) {
  std::string bytes;
  const auto given = writer.give_earlier([&](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  });
  EXPECT_TRUE(given);
  return bytes;
}

TEST_F(DirectoryContentStoreTest, TakesUpWhatAnEarlierProcessLeftOfADigest) {
  const auto digest = sha256("half and half");
  {
    auto store = open();
    auto writer = store->take_up(digest).value();
    EXPECT_EQ(earlier(*writer), "");
    ASSERT_TRUE(writer->write("half "));
  }
  auto store = open();
  EXPECT_FALSE(store->has(digest).value());
  EXPECT_EQ(store->list().value().size(), 0U);
  auto writer = store->take_up(digest).value();
  EXPECT_EQ(earlier(*writer), "half ");
  // Meanwhile another one begins anew, and leaves nothing.
  auto other = store->take_up(digest).value();
  EXPECT_EQ(earlier(*other), "");
  other.reset();
  ASSERT_TRUE(writer->write("and half"));
  EXPECT_EQ(writer->store(digest).value().bytes, 13U);
  writer.reset();
  EXPECT_EQ(store->get(digest).value(), "half and half");
  EXPECT_EQ(files(), 1U);
}

TEST_F(DirectoryContentStoreTest, LeavesNoPartThatIsWrongOrOld) {
  const auto digest = sha256("right");
  const auto write_part = [&](DirectoryContentStore& store) {
    auto writer = store.take_up(digest).value();
    EXPECT_EQ(earlier(*writer), "");
    EXPECT_TRUE(writer->write("wrong"));
    return writer;
  };
  auto store = open();
  EXPECT_EQ(write_part(*store)->store(digest).error().reason, "content-differs");
  EXPECT_EQ(files(), 0U);
  write_part(*store)->discard();
  EXPECT_EQ(files(), 0U);
  write_part(*store).reset();
  EXPECT_EQ(files(), 1U);
  const auto part = directory_ / "unfinished" / hex(digest);
  fs::last_write_time(part, fs::last_write_time(part) - limits::content_part_kept);
  // Whoever takes up anything clears what is old.
  EXPECT_TRUE(store->take_up(sha256("other")));
  EXPECT_FALSE(fs::exists(part));
}

TEST_F(DirectoryContentStoreTest, TellsDamagedContentAndMendsItWhenItIsPutAgain) {
  auto store = open();
  const auto digest = store->put("sound content")->digest;
  for (const std::string damaged : {"sound Content", "sound", "", "sound content and more"}) {
    overwrite(store->path_of(digest), damaged);
    const auto read = store->get(digest);
    ASSERT_FALSE(read) << damaged;
    EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(read.error().reason, "content-damaged");
  }
  ASSERT_TRUE(store->put("sound content"));
  EXPECT_EQ(store->get(digest).value(), "sound content");
}

TEST_F(DirectoryContentStoreTest, ServesNothingThatChangedUntilItIsReadOrStoredAgain) {
  auto store = open();
  const auto digest = store->put("served")->digest;
  const auto file = store->path_of(digest);
  const auto touch = [&] {
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  };
  const auto look = [&] { return store->look_through(1, {}).value(); };
  EXPECT_EQ(store->file_of(digest), file);
  touch();
  EXPECT_FALSE(store->file_of(digest));
  EXPECT_TRUE(look().empty());
  EXPECT_EQ(store->file_of(digest), file);
  overwrite(file, "serveD");
  touch();
  EXPECT_EQ(look(), std::vector{digest});
  EXPECT_TRUE(look().empty());  // Known by now.
  EXPECT_FALSE(store->file_of(digest));
  EXPECT_TRUE(store->is_damaged(digest));
  ASSERT_TRUE(store->put("served"));
  EXPECT_FALSE(store->is_damaged(digest));
  EXPECT_EQ(store->file_of(digest), file);
}

TEST_F(DirectoryContentStoreTest, ReadsWhatSomebodyDoubts) {
  auto store = open();
  const auto digest = store->put("served")->digest;
  const auto file = store->path_of(digest);
  const auto before = fs::last_write_time(file);
  overwrite(file, "serveD");
  fs::last_write_time(file, before);
  EXPECT_EQ(store->file_of(digest), file);  // It looks as it did.
  store->doubt(digest);
  EXPECT_FALSE(store->file_of(digest));
  store->doubt(digest);
  EXPECT_EQ(store->look_through(1, {}).value(), std::vector{digest});
  EXPECT_TRUE(store->look_through(1, {})->empty());
}

TEST_F(DirectoryContentStoreTest, ReadsThroughAfterAStartAsMuchAtOnceAsItIsLet) {
  auto store = open();
  const std::vector digests{store->put("one")->digest, store->put("two")->digest,
                            store->put("three")->digest};
  for (const auto& digest : digests) overwrite(store->path_of(digest), "damaged");
  store = open();
  std::size_t found = 0;
  for (int times = 0; times < 3; ++times) {
    const auto damaged = store->look_through(1, {}).value();
    EXPECT_EQ(damaged.size(), 1U);
    found += damaged.size();
  }
  EXPECT_EQ(found, digests.size());
  for (const auto& digest : digests) EXPECT_TRUE(store->is_damaged(digest));
}

TEST_F(DirectoryContentStoreTest, ReadsNothingOfAFileThatGrewBeyondTheLimit) {
  auto store = open();
  const auto digest = store->put("small")->digest;
  fs::resize_file(store->path_of(digest), 1ULL << 40);  // Sparse: reading it would take hours.
  EXPECT_EQ(store->get(digest).error().reason, "content-damaged");
}

TEST_F(DirectoryContentStoreTest, ListsOnlyContent) {
  auto store = open();
  const auto digest = store->put("content")->digest;
  overwrite(directory_ / "notes.txt", "of a person");
  overwrite(store->path_of(digest).parent_path() / "short", "");
  EXPECT_EQ(store->list().value(), std::vector{digest});
}

TEST_F(DirectoryContentStoreTest, AFullDiskIsUnavailableAndLeavesNothingHalfWritten) {
  for (int calls = 0; calls < 3; ++calls) {
    Failing failing{calls, ENOSPC};
    auto store = open(failing_writes(failing));
    auto writer = store->begin().value();
    Result<void> written;
    for (int piece = 0; written && piece < 4; ++piece) written = writer->write("piece");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(written.error().reason, "disk-full");
    writer.reset();
    EXPECT_EQ(files(), 0U);
    failing.calls_left = 100;  // Space is there again.
    EXPECT_TRUE(store->put("after"));
    EXPECT_TRUE(store->remove(sha256("after")));
  }
}

TEST_F(DirectoryContentStoreTest, WritesTheRestAfterAShortOrInterruptedWrite) {
  int calls = 0;
  auto partly = DirectoryContentStore::real_calls();
  partly.write = [&](int file, const void* bytes, std::size_t size) -> ssize_t {
    if (++calls % 2 == 0) {
      errno = EINTR;
      return -1;
    }
    return ::write(file, bytes, std::min<std::size_t>(size, 3));
  };
  auto store = open(std::move(partly));
  const auto digest = store->put("written in pieces")->digest;
  EXPECT_EQ(store->get(digest).value(), "written in pieces");
  EXPECT_GT(calls, 8);
}

TEST_F(DirectoryContentStoreTest, ContentWhoseSyncFailedIsNotStored) {
  Failing failing{100, EIO};
  auto store = open(failing_syncs(failing));
  failing.calls_left = 0;
  const auto stored = store->put("not durable");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, ErrorKind::io);
  EXPECT_EQ(files(), 0U);
}

TEST_F(DirectoryContentStoreTest, AFailedSyncOfTheRenameIsNoSuccess) {
  for (int synced = 1; synced < 3; ++synced) {
    Failing failing{100, ENOSPC};
    auto store = open(failing_syncs(failing));
    failing.calls_left = synced;
    const auto stored = store->put("perhaps durable");
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().reason, "disk-full");
  }
}

TEST_F(DirectoryContentStoreTest, AFileWhereTheDirectoryShouldBeIsAnError) {
  overwrite(folder_ / "file", "");
  const auto opened = DirectoryContentStore::open(folder_ / "file");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("file"), std::string::npos);
}

}  // namespace
}  // namespace ledger::updates

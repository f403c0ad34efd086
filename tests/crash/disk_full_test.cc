// A disk without space: appending ends in time, reading goes on, and once there is space again so
// does appending.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/support/fault_fs.h"
#include "tests/support/log_model.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

TEST(DiskFull, EndsAppendingWhileThereIsStillRoomAndGoesOnAfterwards) {
  std::mt19937_64 random(test_seed());
  ScratchDirectory directory;
  const auto disk = std::make_shared<FaultFs>(directory / "graveyard");
  OpenLog opening({directory / "data", "ledger.example/test", 32 * mebibyte, disk});
  LogModel model;
  ASSERT_TRUE(opening.open());
  for (int cycle = 0; cycle < 5; ++cycle) {
    disk->set_free_bytes(32 * mebibyte);
    const auto batch = model.next_batch(random, 50);
    ASSERT_TRUE(opening->append(batch));
    model.add(batch);
    disk->set_free_bytes(32 * mebibyte - 1);
    const auto refused = opening->append(model.next_batch(random, 50));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "disk-full");
    EXPECT_EQ(refused.error().kind, ledger::ErrorKind::unavailable);
    EXPECT_FALSE(opening->append({{model.size()}, {}, {}})) << "a probe says the same";
    EXPECT_EQ(model.difference(*opening), "");
  }
}

// A file system of 64 MiB, if this process may mount one.
class SmallDisk {
 public:
  SmallDisk() { mounted_ = ::mount("tmpfs", mount_.path().c_str(), "tmpfs", 0, "size=64m") == 0; }
  ~SmallDisk() {
    if (mounted_) ::umount(mount_.path().c_str());
  }
  bool mounted() const { return mounted_; }
  std::filesystem::path operator/(const std::string& name) const { return mount_ / name; }
  void fill(std::uint64_t bytes) {
    std::ofstream file(mount_ / "ballast", std::ios::binary);
    const std::string block(mebibyte, 'x');
    for (std::uint64_t i = 0; i < bytes / mebibyte; ++i) file << block;
  }
  void free() { std::filesystem::remove(mount_ / "ballast"); }

 private:
  ScratchDirectory mount_;
  bool mounted_ = false;
};

TEST(DiskFull, OfARealFileSystemIsMetBeforeTheDatabaseMeetsIt) {
  SmallDisk disk;
  if (!disk.mounted()) {
    // The test above says the same of a pretended disk.
    std::printf("no right to mount a small file system here\n");
    return;
  }
  std::mt19937_64 random(test_seed());
  OpenLog opening({disk / "data", "ledger.example/test", 32 * mebibyte, nullptr});
  LogModel model;
  ASSERT_TRUE(opening.open());
  for (int cycle = 0; cycle < 3; ++cycle) {
    disk.free();
    auto batch = model.next_batch(random, 50);
    ASSERT_TRUE(opening->append(batch));
    model.add(batch);
    disk.fill(40 * mebibyte);
    batch = model.next_batch(random, 50);
    const auto refused = opening->append(batch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "disk-full");
    EXPECT_EQ(model.difference(*opening), "");
  }
  // Opening reads and finds all of it, space or not.
  ASSERT_TRUE(opening.open());
  EXPECT_EQ(model.difference(*opening), "");
}

// Somebody else fills the disk between our look and our write: the database fails, the process
// stops; with space again nothing acknowledged is missing.
TEST(DiskFull, ThatTheDatabaseMeetsLosesNothingAcknowledged) {
  SmallDisk disk;
  if (!disk.mounted()) {
    // FailingDisk plants the same error at every change in turn.
    std::printf("no right to mount a small file system here\n");
    return;
  }
  std::mt19937_64 random(test_seed());
  OpenLog opening({disk / "data", "ledger.example/test", 0, nullptr});
  LogModel model;
  ASSERT_TRUE(opening.open());
  disk.fill(62 * mebibyte);
  bool failed = false;
  for (int i = 0; i < 10'000 && !failed; ++i) {
    const auto batch = model.next_batch(random, 100);
    const auto appended = opening->append(batch);
    if (appended) {
      model.add(batch);
    } else {
      failed = true;
      EXPECT_EQ(appended.error().reason, "log-write-failed");
      EXPECT_EQ(appended.error().kind, ledger::ErrorKind::io);
      EXPECT_EQ(model.difference(*opening), "") << "reading goes on";
    }
  }
  ASSERT_TRUE(failed);
  opening.close();
  disk.free();
  ASSERT_TRUE(opening.open());
  ASSERT_GE(opening->head().size.value, model.size());
  EXPECT_EQ(opening->root_at({model.size()}).value(), model.head().root);
}

}  // namespace
}  // namespace tests

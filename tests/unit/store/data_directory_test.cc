#include "ledger/store/data_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/directory_lock.h"
#include "ledger/store/head_file.h"
#include "tests/support/scratch_directory.h"

namespace ledger::store {
namespace {

class DataDirectory : public ::testing::Test {
 protected:
  std::string reason_of_format(const std::string& text) {
    std::ofstream(directory / format_name, std::ios::binary) << text;
    const auto checked = check_format(directory.path());
    return checked ? "" : checked.error().reason;
  }
  tests::ScratchDirectory directory;
};

TEST_F(DataDirectory, IsMarkedWithTheFormatOnce) {
  ASSERT_TRUE(check_format(directory.path()));
  ASSERT_TRUE(mark_format(directory.path()));
  ASSERT_TRUE(mark_format(directory.path()));
  EXPECT_EQ(read_file(directory / format_name).value(), "update-ledger data format 1\n");
  EXPECT_TRUE(check_format(directory.path()));
}

TEST_F(DataDirectory, TakesTheNextKeyOnceThatHasSignedAHead) {
  const auto first = load_or_make_key(directory.path()).value();
  const auto next = load_or_make_next_key(directory.path()).value();
  EXPECT_NE(next.public_key(), first.public_key());
  EXPECT_EQ(load_or_make_next_key(directory.path()).value().public_key(), next.public_key());
  const auto signed_by = [](const merkle::SigningKey& key) {
    return SealedHead{{}, merkle::signed_note({"here", 0, {}}, key).value()};
  };
  ASSERT_TRUE(HeadFile::create(directory / head_name, signed_by(first)));
  EXPECT_EQ(load_or_make_key(directory.path()).value().public_key(), first.public_key());
  ASSERT_TRUE(HeadFile::create(directory / head_name, signed_by(next)));
  EXPECT_EQ(load_or_make_key(directory.path()).value().public_key(), next.public_key());
  EXPECT_FALSE(is_there(directory / next_key_name));
  ASSERT_TRUE(take_next_key(directory.path())) << "there is none any more";
  EXPECT_EQ(load_or_make_key(directory.path()).value().public_key(), next.public_key());
}

TEST_F(DataDirectory, OfANewerFormatIsRefused) {
  EXPECT_EQ(reason_of_format("update-ledger data format 2\n"), "data-format-newer");
  EXPECT_EQ(reason_of_format("update-ledger data format 99\n"), "data-format-newer");
  EXPECT_EQ(load_or_make_key(directory.path()).error().kind, ErrorKind::refused);
  EXPECT_FALSE(std::filesystem::exists(directory / key_name));
}

TEST_F(DataDirectory, OfAFormatThatCannotBeReadIsRefused) {
  for (const char* const text :
       {"", "\n", "update-ledger data format \n", "update-ledger data format 1",
        "update-ledger data format 0\n", "update-ledger data format -1\n",
        "update-ledger data format 1 \n", "Update-ledger data format 1\n",
        "update-ledger data format 99999999999999999999\n"}) {
    EXPECT_EQ(reason_of_format(text), "data-format-damaged") << text;
  }
  std::filesystem::remove(directory / format_name);
  std::filesystem::create_directory(directory / log_name);
  EXPECT_EQ(check_format(directory.path()).error().reason, "data-format-damaged");
}

TEST_F(DataDirectory, KeepsItsKeyForItsOwnerOnly) {
  const auto nested = directory / "a/b";
  const auto made = load_or_make_key(nested);
  ASSERT_TRUE(made) << made.error().detail;
  struct stat status {};
  ASSERT_EQ(::stat((nested / key_name).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(load_or_make_key(nested).value().public_key(), made->public_key());
}

TEST_F(DataDirectory, GetsNoOtherKeyOnceHeadsWereSigned) {
  std::ofstream(directory / head_name) << "x";
  EXPECT_EQ(load_or_make_key(directory.path()).error().reason, "signing-key-missing");
  std::ofstream(directory / key_name) << "no key";
  EXPECT_EQ(load_or_make_key(directory.path()).error().reason, "signing-key-damaged");
}

TEST_F(DataDirectory, IsLockedByOneAtATimeWhoseIdIsTold) {
  {
    const auto held = DirectoryLock::acquire(directory.path());
    ASSERT_TRUE(held);
    const auto second = DirectoryLock::acquire(directory.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, "ledger-locked");
    EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
    EXPECT_NE(second.error().detail.find("pid " + std::to_string(::getpid())), std::string::npos)
        << second.error().detail;
  }
  EXPECT_TRUE(DirectoryLock::acquire(directory.path()))
      << "what is left of a lock locks nobody out";
}

TEST_F(DataDirectory, SaysWhichFileTheSystemRefused) {
  const auto missing = DirectoryLock::acquire(directory / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::io);
  EXPECT_NE(missing.error().detail.find("none/LOCK"), std::string::npos);
  std::ofstream(directory / "file") << "x";
  EXPECT_FALSE(make_directory(directory / "file/below"));
  EXPECT_FALSE(write_durably(directory / "none/x", "bytes", Access::owner));
}

TEST_F(DataDirectory, WritesAFileOverAnotherAndWhatAPowerCutLeft) {
  std::ofstream(directory / "x.new") << "left behind";
  ASSERT_TRUE(write_durably(directory / "x", "first", Access::everybody));
  ASSERT_TRUE(write_durably(directory / "x", "second", Access::owner));
  EXPECT_EQ(read_file(directory / "x").value(), "second");
  EXPECT_FALSE(std::filesystem::exists(directory / "x.new"));
}

}  // namespace
}  // namespace ledger::store

#include "ledger/store/head_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/digest.h"
#include "tests/support/scratch_directory.h"

namespace ledger::store {
namespace {

SealedHead head_of(std::uint64_t size) {
  return {{{size}, sha256(std::to_string(size))}, "note over " + std::to_string(size)};
}

std::string bytes_of(const std::filesystem::path& path) { return read_file(path).value(); }

void overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class HeadFileTest : public ::testing::Test {
 protected:
  HeadFileTest() {
    EXPECT_TRUE(HeadFile::create(path, head_of(0)));
    const auto file = HeadFile::open(path).value();
    EXPECT_TRUE(file->write(head_of(10)));
    EXPECT_TRUE(file->write(head_of(20)));
  }
  tests::ScratchDirectory directory;
  const std::filesystem::path path = directory / "head";
};

TEST_F(HeadFileTest, GivesBackTheNewestHead) {
  const auto file = HeadFile::open(path).value();
  EXPECT_EQ(file->newest(), head_of(20));
  EXPECT_FALSE(file->was_damaged());
  EXPECT_TRUE(file->write(head_of(30)));
  EXPECT_EQ(file->newest(), head_of(30));
  EXPECT_EQ(HeadFile::open(path).value()->newest(), head_of(30));
}

TEST_F(HeadFileTest, FallsBackToTheOtherSlotWhateverBitOfOneIsFlipped) {
  const std::string whole = bytes_of(path);
  ASSERT_EQ(whole.size(), 2 * HeadFile::slot_bytes);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    overwrite(path, damaged);
    const auto file = HeadFile::open(path);
    ASSERT_TRUE(file) << at;
    EXPECT_TRUE((*file)->was_damaged()) << at;
    const bool newest_is_whole = (*file)->newest() == head_of(20);
    EXPECT_TRUE(newest_is_whole || (*file)->newest() == head_of(10)) << at;
  }
}

TEST_F(HeadFileTest, WritesOverTheDamagedSlotAndIsWholeAgain) {
  std::string damaged = bytes_of(path);
  // Heads 0 (twice), 10 and 20 were written: 20 has sequence 3, in the second slot.
  damaged[HeadFile::slot_bytes + 100] ^= 1;
  overwrite(path, damaged);
  const auto file = HeadFile::open(path).value();
  EXPECT_EQ(file->newest(), head_of(10));
  ASSERT_TRUE(file->write(head_of(25)));
  const auto again = HeadFile::open(path).value();
  EXPECT_EQ(again->newest(), head_of(25));
  EXPECT_FALSE(again->was_damaged());
}

TEST_F(HeadFileTest, RefusesAFileWithoutAWholeSlot) {
  const std::string whole = bytes_of(path);
  std::string both = whole;
  both[0] ^= 1;
  both[HeadFile::slot_bytes] ^= 1;
  // Slots that were exchanged are nobody's torn write.
  const std::string swapped =
      whole.substr(HeadFile::slot_bytes) + whole.substr(0, HeadFile::slot_bytes);
  for (const auto& bytes :
       {both, swapped, std::string(), whole.substr(0, 4000), std::string(8192, '\0')}) {
    overwrite(path, bytes);
    const auto file = HeadFile::open(path);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().reason, "head-damaged");
    EXPECT_EQ(file.error().kind, ErrorKind::corrupt);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(HeadFile::open(path).error().reason, "file-missing");
}

TEST_F(HeadFileTest, LivesOnWithOneSlotOfAFileThatWasCutInTheMiddle) {
  overwrite(path, bytes_of(path).substr(0, HeadFile::slot_bytes + 17));
  const auto file = HeadFile::open(path).value();
  EXPECT_EQ(file->newest(), head_of(10));
  EXPECT_TRUE(file->was_damaged());
}

TEST_F(HeadFileTest, RefusesANoteThatDoesNotFit) {
  const auto file = HeadFile::open(path).value();
  auto long_one = head_of(40);
  long_one.note = std::string(HeadFile::note_bytes_max, 'n');
  EXPECT_TRUE(file->write(long_one));
  EXPECT_EQ(HeadFile::open(path).value()->newest(), long_one);
  long_one.note += 'n';
  EXPECT_EQ(file->write(long_one).error().reason, "note-too-long");
  EXPECT_EQ(HeadFile::create(directory / "other", long_one).error().reason, "note-too-long");
}

}  // namespace
}  // namespace ledger::store

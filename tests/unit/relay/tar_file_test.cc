// Bundles on the outside: one spelling of a tar, and what is anything else is refused.
#include "updates/tar_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "ledger/digest.h"
#include "tests/support/scratch_directory.h"
#include "updates/local_file.h"

namespace tests {
namespace {

namespace updates = ledger::updates;

class Tar : public testing::Test {
 protected:
  void make() const {
    auto writer = std::move(*updates::TarWriter::begin(file));
    ASSERT_TRUE(writer.add("a.json", "{}"));
    ASSERT_TRUE(writer.add("empty", ""));
    ASSERT_TRUE(writer.add("folder/block", std::string(512, 'b')));
    std::ofstream(scratch / "large") << std::string(700'000, 'l');
    ASSERT_TRUE(writer.add_file("large", scratch / "large"));
    const auto finished = writer.finish();
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->digest, ledger::sha256(bytes()));
    EXPECT_EQ(finished->bytes, bytes().size());
  }
  std::string bytes() const { return *updates::read_local_file(file, 10'000'000); }
  void put(const std::string& bytes) const { std::ofstream(file, std::ios::binary) << bytes; }
  std::string why_not() const {
    const auto opened = updates::TarFile::open(file);
    return opened ? "" : opened.error().reason;
  }
  static std::string read(const updates::TarFile& tar, const std::string& name) {
    std::string all;
    const auto done = tar.read(name, [&](std::string_view piece) -> ledger::Result<void> {
      all += piece;
      return {};
    });
    return done ? all : done.error().reason;
  }

  ScratchDirectory scratch;
  std::filesystem::path file = scratch / "x.tar";
};

TEST_F(Tar, GivesBackWhatWasPutIn) {
  make();
  const auto tar = updates::TarFile::open(file);
  ASSERT_TRUE(tar);
  EXPECT_EQ(tar->members().size(), 4U);
  EXPECT_EQ(read(*tar, "a.json"), "{}");
  EXPECT_EQ(read(*tar, "empty"), "");
  EXPECT_EQ(read(*tar, "folder/block"), std::string(512, 'b'));
  EXPECT_EQ(read(*tar, "large"), std::string(700'000, 'l'));
  EXPECT_EQ(read(*tar, "other"), "file-unknown");
  EXPECT_EQ(*tar->digest(), ledger::sha256(bytes()));
}

TEST_F(Tar, HasTheSameBytesEachTimeAndOthersCanReadIt) {
  make();
  const auto first = bytes();
  make();
  EXPECT_EQ(bytes(), first);
  const std::string unpack =
      "cd " + scratch.path().string() + " && mkdir -p out && tar -xf x.tar -C out";
  EXPECT_EQ(std::system(unpack.c_str()), 0);
  EXPECT_EQ(*updates::read_local_file(scratch / "out/folder/block", 1'000), std::string(512, 'b'));
}

TEST_F(Tar, ThatIsCutOffAnywhereIsRefused) {
  make();
  const auto whole = bytes();
  for (std::size_t size = 0; size < 3'000; size += 61) {
    put(whole.substr(0, size));
    EXPECT_EQ(why_not(), "tar-malformed") << size;
  }
  put(whole.substr(0, whole.size() - 1'024));
  EXPECT_EQ(why_not(), "tar-malformed");
}

TEST_F(Tar, WithAnotherHeaderIsRefused) {
  make();
  const auto whole = bytes();
  for (std::size_t i = 0; i < 512; ++i) {
    auto changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    put(changed);
    EXPECT_EQ(why_not(), "tar-malformed") << i;
  }
}

TEST_F(Tar, WithTheSameNameTwiceIsRefused) {
  auto writer = std::move(*updates::TarWriter::begin(file));
  ASSERT_TRUE(writer.add("a", "1"));
  ASSERT_TRUE(writer.add("a", "2"));
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(why_not(), "tar-malformed");
}

TEST_F(Tar, OfTheUsualProgramsIsRefused) {
  std::ofstream(scratch / "note") << "hello";
  const std::string pack = "cd " + scratch.path().string() + " && tar -cf x.tar ./note";
  ASSERT_EQ(std::system(pack.c_str()), 0);
  EXPECT_EQ(why_not(), "tar-malformed");
}

TEST_F(Tar, TakesNoNameThatIsTooLongOrLeadsAway) {
  auto writer = std::move(*updates::TarWriter::begin(file));
  EXPECT_EQ(writer.add(std::string(101, 'x'), "").error().reason, "tar-name");
  EXPECT_EQ(writer.add("/etc/passwd", "").error().reason, "tar-name");
  EXPECT_EQ(writer.add("", "").error().reason, "tar-name");
}

TEST_F(Tar, LeavesNothingBehindWhenItIsNotFinished) {
  {
    auto writer = std::move(*updates::TarWriter::begin(file));
    ASSERT_TRUE(writer.add("a", "1"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

}  // namespace
}  // namespace tests

#include "ledger/world_snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "ledger/codec/world_codec.h"
#include "ledger/digest.h"
#include "ledger/fold_log.h"
#include "ledger/store/durable_file.h"
#include "ledger/store/memory_log.h"
#include "tests/support/fold.h"
#include "tests/support/log_of.h"
#include "tests/support/scratch_directory.h"

namespace ledger {
namespace {

namespace fs = std::filesystem;
using domain::Position;
using ::testing::ElementsAre;

class WorldSnapshotsTest : public ::testing::Test {
 protected:
  void SetUp() override { grow(); }

  // A few more events.
  void grow() {
    const std::size_t before = fold.log.size();
    const std::string name = "c" + std::to_string(before);
    domain::EnrolComputer enrol;
    enrol.computer = {name};
    enrol.name = "Computer " + name;
    enrol.platform = {"linux"};
    enrol.agent_version = "9.1.0";
    ASSERT_TRUE(fold.submit(enrol));
    ASSERT_TRUE(fold.submit(domain::SetBookmark{{name}, {before}}));
    tests::append_to(log, std::span(fold.log).subspan(before));
  }
  void save() { ASSERT_TRUE(snapshots.save(fold.world, log.head().root)); }
  fs::path file(Position size) const {
    return directory / "snapshots" / ("world-" + std::to_string(size.value));
  }
  std::string read(Position size) const { return *store::read_file(file(size)); }
  void write(Position size, const std::string& bytes) const {
    std::ofstream(file(size), std::ios::binary | std::ios::trunc) << bytes;
  }
  // With the digest at its end made right.
  static std::string sealed(std::string bytes) {
    const auto digest = sha256(bytes);
    return bytes.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(directory / "snapshots")) {
      names.push_back(each.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::vector<std::string> passed_over() const {
    std::vector<std::string> reasons;
    for (const auto& error : snapshots.load(log).passed_over) reasons.push_back(error.reason);
    return reasons;
  }

  tests::ScratchDirectory directory;
  tests::Fold fold;
  store::MemoryLog log;
  WorldSnapshots snapshots{directory / "snapshots"};
};

TEST_F(WorldSnapshotsTest, GiveBackTheWorldThatWasSaved) {
  EXPECT_FALSE(snapshots.load(log).world);
  save();
  const auto saved_size = fold.world.size;
  grow();
  auto found = snapshots.load(log);
  EXPECT_TRUE(found.passed_over.empty());
  ASSERT_TRUE(found.world);
  EXPECT_EQ(found.world->size, saved_size);
  ASSERT_TRUE(fold_log(log, log.head().size, *found.world));
  EXPECT_EQ(codec::encode_world(*found.world), codec::encode_world(fold.world));
}

TEST_F(WorldSnapshotsTest, AreNotWrittenIntoTheLastSpace) {
  save();
  const auto saved_size = fold.world.size;
  grow();
  // More than any disk has.
  constexpr auto everything = std::numeric_limits<std::uint64_t>::max();
  WorldSnapshots cramped(directory / "snapshots", everything);
  const auto saved = cramped.save(fold.world, log.head().root);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(saved.error().reason, "disk-full");
  // Nothing half-written is taken for a snapshot, and the one before is still good.
  const auto found = snapshots.load(log);
  EXPECT_TRUE(found.passed_over.empty());
  ASSERT_TRUE(found.world);
  EXPECT_EQ(found.world->size, saved_size);
}

TEST_F(WorldSnapshotsTest, OfTheSameEventsAreTheSameBytes) {
  save();
  const auto first = read(fold.world.size);
  WorldSnapshots others(directory / "others");
  ASSERT_TRUE(others.save(fold.refolded(), log.head().root));
  EXPECT_EQ(*store::read_file(directory / "others" / file(fold.world.size).filename()), first);
}

TEST_F(WorldSnapshotsTest, AreKeptTwo) {
  std::vector<Position> sizes;
  for (int i = 0; i < 4; ++i) {
    save();
    sizes.push_back(fold.world.size);
    grow();
  }
  const auto name = [](Position size) { return "world-" + std::to_string(size.value); };
  EXPECT_THAT(files(), ElementsAre(name(sizes[2]), name(sizes[3])));
  write(sizes[3], "damaged");
  const auto found = snapshots.load(log);
  EXPECT_EQ(found.passed_over.size(), 1U);
  ASSERT_TRUE(found.world);
  EXPECT_EQ(found.world->size, sizes[2]) << "the older one stands in";
}

TEST_F(WorldSnapshotsTest, MakeRoomForThemselves) {
  save();
  const auto size = fold.world.size;
  grow();
  write({1'000'000}, "of another history");
  std::ofstream(directory / "snapshots/world-5.new") << "half a file";
  std::ofstream(directory / "snapshots/notes.txt") << "somebody's";
  save();
  EXPECT_THAT(files(), ElementsAre("notes.txt", file(size).filename().string(),
                                   file(fold.world.size).filename().string()));
}

TEST_F(WorldSnapshotsTest, ArePassedOverWithAnyByteChanged) {
  save();
  const auto sound = read(fold.world.size);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write(fold.world.size, bytes);
    const auto found = snapshots.load(log);
    ASSERT_FALSE(found.world) << "byte " << at;
    ASSERT_EQ(found.passed_over.size(), 1U);
  }
  write(fold.world.size, sound);
  EXPECT_TRUE(snapshots.load(log).world);
}

TEST_F(WorldSnapshotsTest, ArePassedOverWhenTheyAreCutOff) {
  save();
  const auto sound = read(fold.world.size);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    write(fold.world.size, sound.substr(0, size));
    ASSERT_THAT(passed_over(), ElementsAre("snapshot-damaged")) << size << " bytes";
  }
  write(fold.world.size, sound + "more");
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-damaged"));
}

TEST_F(WorldSnapshotsTest, ArePassedOverWhenTheirDigestIsRightAndTheRestIsNot) {
  save();
  const auto size = fold.world.size;
  const auto sound = read(size);
  const auto body = sound.substr(0, sound.size() - 32);
  write(size, sealed(body));
  EXPECT_TRUE(snapshots.load(log).world) << "or the rest says nothing";

  write(size, sealed("update-ledger world 2\n" + body.substr(body.find('\n') + 1)));
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-format-other"));
  auto other_program = body;
  other_program[body.find("fold ") + 5] ^= 1;
  write(size, sealed(other_program));
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-program-other"));
  write(size, sealed(body + "more"));
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-damaged"));
  write(size, sealed("not a world at all"));
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-damaged"));
}

TEST_F(WorldSnapshotsTest, ArePassedOverUnderAnotherName) {
  save();
  const auto size = fold.world.size;
  const auto sound = read(size);
  grow();
  write({size.value + 1}, sound);
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-damaged"));
  EXPECT_EQ(snapshots.load(log).world->size, size);
}

TEST_F(WorldSnapshotsTest, ArePassedOverWhenTheyAreOfAnotherHistory) {
  // The same number of events, and another root.
  auto other = log.head().root;
  other.bytes[0] ^= 1;
  ASSERT_TRUE(snapshots.save(fold.world, other));
  EXPECT_THAT(passed_over(), ElementsAre("snapshot-history-other"));
  // Ahead of a log that came from a backup.
  save();
  const store::MemoryLog shorter;
  const auto found = snapshots.load(shorter);
  EXPECT_FALSE(found.world);
  ASSERT_EQ(found.passed_over.size(), 1U);
  EXPECT_EQ(found.passed_over[0].reason, "snapshot-history-other");
}

TEST_F(WorldSnapshotsTest, ArePassedOverWhereSomethingElseStands) {
  save();
  grow();
  fs::create_directories(file(fold.world.size) / "inner");
  write({9}, "");
  std::ofstream(directory / "snapshots/world-") << "x";
  std::ofstream(directory / "snapshots/world-12x") << "x";
  const auto found = snapshots.load(log);
  EXPECT_EQ(found.passed_over.size(), 2U);
  EXPECT_TRUE(found.world);
  // It is in the way of the next, which is told and does no harm.
  const auto saved = snapshots.save(fold.world, log.head().root);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().reason, "file-io");
  EXPECT_TRUE(snapshots.load(log).world);
  EXPECT_FALSE(fs::exists(file(fold.world.size).string() + ".new"));
}

TEST_F(WorldSnapshotsTest, CannotBeSavedWhereAFileStandsForTheirDirectory) {
  std::ofstream(directory / "snapshots") << "a file";
  EXPECT_FALSE(snapshots.save(fold.world, log.head().root));
  const auto found = snapshots.load(log);
  EXPECT_FALSE(found.world);
  EXPECT_TRUE(found.passed_over.empty());
}

}  // namespace
}  // namespace ledger

#include "ledger/head_keeper.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/memory_log.h"
#include "tests/support/numbered_batches.h"
#include "tests/support/scratch_directory.h"

namespace ledger {
namespace {

constexpr const char* origin = "ledger.example/test";
constexpr std::chrono::seconds patience{60};

class HeadKeeperTest : public ::testing::Test {
 protected:
  HeadKeeperTest() {
    const auto head = log.head();
    const auto note = merkle::signed_note({origin, 0, head.root}, key).value();
    EXPECT_TRUE(store::HeadFile::create(path, {head, note}));
    file = store::HeadFile::open(path).value();
  }
  void append() { ASSERT_TRUE(log.append(tests::numbered_batch(log.head().size.value))); }
  // That the note is ours and over the log's own root.
  void expect_true(const store::SealedHead& sealed) {
    const auto opened = merkle::open_checkpoint(sealed.note, {origin, key.public_key()});
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(opened->size, sealed.head.size.value);
    EXPECT_EQ(opened->root, sealed.head.root);
    EXPECT_EQ(log.root_at(sealed.head.size).value(), sealed.head.root);
  }

  tests::ScratchDirectory directory;
  const std::filesystem::path path = directory / "head";
  merkle::SigningKey key = merkle::SigningKey::generate().value();
  store::MemoryLog log;
  std::unique_ptr<store::HeadFile> file;
};

TEST_F(HeadKeeperTest, SealsWhatTheLogHasWhenItBegins) {
  append();
  const HeadKeeper keeper(log, *file, key, {origin, nullptr});
  const auto sealed = keeper.wait_sealed(log.head().size, patience);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->head, log.head());
  expect_true(*sealed);
  EXPECT_EQ(store::HeadFile::open(path).value()->newest(), *sealed) << "it is on the disk";
}

TEST_F(HeadKeeperTest, SignsWithAnotherKeyFromWhenItIsToldTo) {
  append();
  const auto other =
      std::make_shared<const merkle::SigningKey>(merkle::SigningKey::generate().value());
  {
    HeadKeeper keeper(log, *file, key, {origin, nullptr});
    ASSERT_TRUE(keeper.wait_sealed(log.head().size, patience));
    ASSERT_TRUE(keeper.sign_with(other));
    const auto again = keeper.sealed();
    EXPECT_EQ(again.head, log.head()) << "nothing else is sealed by it";
    EXPECT_TRUE(merkle::open_checkpoint(again.note, {origin, other->public_key()}));
    EXPECT_EQ(store::HeadFile::open(path).value()->newest(), again) << "it is on the disk";
    EXPECT_EQ(keeper.key(), other);
    append();
    ASSERT_TRUE(keeper.wait_sealed(log.head().size, patience));
  }
  const auto last = file->newest();
  EXPECT_EQ(last.head, log.head());
  EXPECT_TRUE(merkle::open_checkpoint(last.note, {origin, other->public_key()}));
}

TEST_F(HeadKeeperTest, FollowsTheLogWithTrueHeadsOnly) {
  const HeadKeeper keeper(log, *file, key, {origin, nullptr});
  auto appender = std::async(std::launch::async, [this] {
    for (int i = 0; i < 300; ++i) append();
  });
  domain::Position before;
  while (appender.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const auto sealed = keeper.sealed();
    ASSERT_GE(sealed.head.size, before);
    before = sealed.head.size;
    ASSERT_NO_FATAL_FAILURE(expect_true(sealed));
  }
  const auto last = keeper.wait_sealed(log.head().size, patience);
  ASSERT_TRUE(last);
  expect_true(*last);
}

TEST_F(HeadKeeperTest, SaysThatItHasNotSealedWhatIsNotThere) {
  append();
  const HeadKeeper keeper(log, *file, key, {origin, nullptr});
  const auto beyond = keeper.wait_sealed({log.head().size.value + 1}, std::chrono::milliseconds(1));
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().reason, "not-sealed-yet");
  EXPECT_EQ(beyond.error().kind, ErrorKind::unavailable);
}

TEST_F(HeadKeeperTest, SealsTheLastRecordsWhenItEnds) {
  {
    const HeadKeeper keeper(log, *file, key, {origin, nullptr});
    for (int i = 0; i < 20; ++i) append();
  }
  const auto sealed = store::HeadFile::open(path).value()->newest();
  EXPECT_EQ(sealed.head, log.head());
  expect_true(sealed);
}

TEST_F(HeadKeeperTest, TellsThatTheServiceMustEndWhenItCannotSeal) {
  std::promise<Error> told;
  // A name that no signed note can carry.
  const HeadKeeper keeper(log, *file, key,
                          {"two words", [&told](const Error& error) { told.set_value(error); }});
  append();
  EXPECT_EQ(told.get_future().get().reason, "origin-malformed");
  EXPECT_EQ(keeper.sealed().head.size.value, 0U);
  EXPECT_EQ(store::HeadFile::open(path).value()->newest().head.size.value, 0U);
}

}  // namespace
}  // namespace ledger

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/log_model.h"
#include "tests/support/numbered_batches.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

class BackUp : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(opening.open()); }
  ScratchDirectory directory;
  OpenLog opening{OpenLog::at(directory / "data")};
};

TEST_F(BackUp, IsALogOfItsOwnWithTheSameContentAndKey) {
  std::mt19937_64 random(test_seed());
  LogModel model;
  for (int i = 0; i < 30; ++i) {
    const auto batch = model.next_batch(random, 30);
    ASSERT_TRUE(opening->append(batch));
    model.add(batch);
    if (i == 20) {
      ASSERT_TRUE(opening.seal());
    }
  }
  const auto head = opening->back_up(directory / "backup", opening.key());
  ASSERT_TRUE(head) << head.error().detail;
  EXPECT_EQ(*head, model.head());
  ASSERT_TRUE(opening->append(model.next_batch(random, 3))) << "the original goes on alone";

  OpenLog restored(OpenLog::at(directory / "backup"));
  ASSERT_TRUE(restored.open());
  EXPECT_EQ(model.difference(*restored), "");
  EXPECT_EQ(restored.key().public_key(), opening.key().public_key());
}

TEST_F(BackUp, IsWholeWhileOthersAppend) {
  std::atomic<bool> stop{false};
  std::thread appender([&] {
    while (!stop) {
      CHECK(opening->append(numbered_batch(opening->head().size.value)).has_value(), "appends");
    }
  });
  for (int i = 0; i < 3; ++i) {
    opening->wait_beyond(opening->head().size, std::chrono::seconds(30));
    const auto before = opening->head().size;
    const auto head = opening->back_up(directory / ("backup" + std::to_string(i)), opening.key());
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_GE(head->size, before);
    EXPECT_EQ(opening->root_at(head->size).value(), head->root);
  }
  stop = true;
  appender.join();
}

TEST_F(BackUp, DoesNotGoOverWhatIsThere) {
  std::filesystem::create_directory(directory / "used");
  std::ofstream(directory / "used/file") << "mine";
  EXPECT_EQ(opening->back_up(directory / "used", opening.key()).error().reason,
            "backup-directory-used");
  std::filesystem::create_directory(directory / "empty");
  EXPECT_TRUE(opening->back_up(directory / "empty", opening.key()));
}

TEST_F(BackUp, OfAnEmptyLogOpens) {
  ASSERT_TRUE(opening->back_up(directory / "backup", opening.key()));
  OpenLog restored(OpenLog::at(directory / "backup"));
  ASSERT_TRUE(restored.open());
  EXPECT_EQ(restored->head().size.value, 0U);
}

}  // namespace
}  // namespace tests

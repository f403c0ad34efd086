// What the manager is to hear is heard once, in order, whatever happens meanwhile.
#include "updates/agent/outbox.h"

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"
#include "tests/unit/agent/scripted_manager.h"
#include "tests/unit/agent/stepped_files.h"

namespace tests {
namespace {

using ledger::updates::agent::Message;
using ledger::updates::agent::MessageKind;
using ledger::updates::agent::Outbox;
using Lines = std::vector<std::string>;

class Kept : public testing::Test {
 protected:
  ScratchDirectory scratch;
  SteppedFiles files;
  ScriptedManager manager;
  Lines refused;

  Outbox open() { return Outbox::open(files, scratch / "outbox").value(); }
  ledger::Result<void> flush(Outbox& outbox) {
    return outbox.flush(manager, [&](const Message& message, const ledger::Error&) {
      refused.emplace_back(domain::name_of(message.kind));
    });
  }
  static Message report(const std::string& version) {
    machine::Report said;
    said.components.push_back({{"virus"}, version});
    return ledger::updates::agent::message_of(said);
  }
  static Message failure(const std::string& what) {
    Message message;
    message.kind = MessageKind::failed;
    message.what = what;
    message.cause = domain::UpdateFault::disk_full;
    return message;
  }
};

TEST_F(Kept, MessagesWaitForTheManagerInOrderAndOutlastARestart) {
  manager.away = true;
  {
    auto outbox = open();
    ASSERT_TRUE(outbox.add(report("1")));
    ASSERT_TRUE(outbox.add(failure("rules")));
    ASSERT_TRUE(outbox.add(report("2")));
    EXPECT_EQ(flush(outbox).error().reason, "manager-unreachable");
  }
  manager.away = false;
  auto outbox = open();
  EXPECT_EQ(outbox.size(), 3U);
  ASSERT_TRUE(flush(outbox));
  EXPECT_EQ(manager.heard, (Lines{"report virus/1", "failed rules disk_full", "report virus/2"}));
  EXPECT_TRUE(open().empty());
}

TEST_F(Kept, MessagesThatAreRefusedForGoodDoNotKeepTheOthersBack) {
  auto outbox = open();
  ASSERT_TRUE(outbox.add(failure("rules")));
  ASSERT_TRUE(outbox.add(report("1")));
  manager.refusal = "instruction-closed";
  ASSERT_TRUE(flush(outbox));
  EXPECT_EQ(refused, (Lines{"failed", "report"}));
  ASSERT_TRUE(outbox.add(report("2")));
  manager.refusal = "identity-refused";
  EXPECT_FALSE(flush(outbox)) << "an identity may be renewed";
  EXPECT_EQ(outbox.size(), 1U);
}

TEST_F(Kept, TooManyMessagesCostTheOldestReports) {
  auto outbox = open();
  ASSERT_TRUE(outbox.add(failure("patterns")));
  for (std::size_t i = 0; i < Outbox::messages_max; ++i) {
    ASSERT_TRUE(outbox.add(report(std::to_string(i))));
  }
  EXPECT_EQ(outbox.size(), Outbox::messages_max);
  ASSERT_TRUE(flush(outbox));
  EXPECT_EQ(manager.heard[0], "failed patterns disk_full");
  EXPECT_EQ(manager.heard[1], "report virus/1");
  EXPECT_EQ(manager.heard.back(), "report virus/" + std::to_string(Outbox::messages_max - 1));
}

TEST_F(Kept, AMessageIsKeptInMemoryWhileTheDiskIsFull) {
  auto outbox = open();
  files.before = [](int) { return full_disk(); };
  EXPECT_EQ(outbox.add(failure("patterns")).error().reason, "disk-full");
  ASSERT_TRUE(flush(outbox));
  EXPECT_EQ(manager.heard, Lines{"failed patterns disk_full"});
}

TEST_F(Kept, AMessageIsThereWholeOrNotAtAllWhereverTheProcessIsKilled) {
  for (int step = 1;; ++step) {
    std::filesystem::remove_all(scratch / "outbox");
    ASSERT_TRUE(open().add(report("1")));
    const bool killed = killed_at(step, [&](SteppedFiles& stepped) {
      auto outbox = Outbox::open(stepped, scratch / "outbox").value();
      static_cast<void>(outbox.add(report("2")));
    });
    auto outbox = open();
    ASSERT_GE(outbox.size(), killed ? 1U : 2U);
    ASSERT_LE(outbox.size(), 2U);
    manager.heard.clear();
    ASSERT_TRUE(flush(outbox));
    ASSERT_EQ(manager.heard[0], "report virus/1");
    if (manager.heard.size() > 1) {
      ASSERT_EQ(manager.heard[1], "report virus/2");
    }
    if (!killed) break;
  }
}

}  // namespace
}  // namespace tests

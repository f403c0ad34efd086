// SIGKILL at any moment of another process that appends: what it was told is there afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/numbered_batches.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

// A process that appends; killed with the object.
class Appender {
 public:
  explicit Appender(const std::filesystem::path& directory) {
    int ends[2];
    CHECK(::pipe2(ends, O_CLOEXEC) == 0, "a pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl(LEDGER_APPENDER, LEDGER_APPENDER, directory.c_str(), nullptr);
      ::_exit(127);
    }
    CHECK(pid_ > 0, "a second process");
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Appender() {
    kill();
    ::close(output_);
  }
  pid_t pid() const { return pid_; }

  // Reads what it says until `bytes` are there or the time is over.
  void read_for(std::chrono::milliseconds at_most, std::size_t bytes) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (said.size() < bytes) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd waiting{output_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return;
      if (!read_some()) return;
    }
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    while (read_some()) {
    }
  }

  std::string said;

 private:
  bool read_some() {
    char piece[4096];
    const ssize_t got = ::read(output_, piece, sizeof(piece));
    if (got > 0) said.append(piece, static_cast<std::size_t>(got));
    return got > 0;
  }

  pid_t pid_ = -1;
  int output_ = -1;
};

struct Told {
  std::string what;
  std::uint64_t size = 0;
  std::string root;
};

std::vector<Told> told_in(const std::string& said) {
  std::vector<Told> all;
  for (std::size_t from = 0, to = 0; (to = said.find('\n', from)) != std::string::npos;
       from = to + 1) {
    const std::string line = said.substr(from, to - from);
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    all.push_back(
        {line.substr(0, first), std::stoull(line.substr(first + 1)), line.substr(second + 1)});
  }
  return all;
}

void expect_whole(ledger::store::RocksLog& log, const std::vector<Told>& told) {
  const std::uint64_t size = log.head().size.value;
  const std::uint64_t sealed = log.head_file().newest().head.size.value;
  for (const Told& each : told) {
    ASSERT_LE(each.size, each.what == "sealed" ? sealed : size) << "what was told is missing";
    ASSERT_EQ(hex(log.root_at({each.size}).value()), each.root);
  }
  const auto cursor = log.read({0}, {size});
  std::uint64_t batches = 0;
  for (std::uint64_t first = 0; first < size; ++batches) {
    const auto batch = numbered_batch(first);
    ASSERT_LE(first + batch.records.size(), size) << "half a batch";
    for (const auto& record : batch.records) {
      const auto entry = cursor->next();
      ASSERT_TRUE(entry && *entry);
      ASSERT_EQ((*entry)->bytes, record.bytes);
    }
    ASSERT_EQ(log.receipt(batch.receipts[0].id).value(), batch.receipts[0]);
    first += batch.records.size();
  }
  for (std::uint64_t i = 0; i < 7; ++i) {
    const auto positions = log.stream("stream/" + std::to_string(i), 0, size).value();
    ASSERT_EQ(positions.size(), (size + 6 - i) / 7);
  }
}

TEST(Kill, AtAnyMomentLosesNothingThatWasTold) {
  std::mt19937_64 random(test_seed());
  const int kills = repetitions("CRASH_KILLS", 25);
  std::uint64_t told = 0;
  ScratchDirectory directory;
  const auto data = directory / "data";
  for (int i = 0; i < kills; ++i) {
    Appender appender(data);
    // Mostly in the middle of appending, now and then while it opens.
    if (random() % 5 != 0) appender.read_for(std::chrono::seconds(30), 1);
    appender.read_for(std::chrono::milliseconds(random() % 60), SIZE_MAX);
    appender.kill();
    const auto all = told_in(appender.said);
    told += all.size();
    OpenLog opening(OpenLog::at(data));
    const auto opened = opening.open();
    ASSERT_TRUE(opened) << opened.error().detail;
    ASSERT_NO_FATAL_FAILURE(expect_whole(*opening, all)) << "kill " << i;
  }
  EXPECT_GT(told, 100U) << "hardly anything was appended";
}

TEST(Kill, OfTheOneWhoHoldsTheDirectoryIsNeededBeforeAnotherMayOpenIt) {
  ScratchDirectory directory;
  const auto data = directory / "data";
  Appender appender(data);
  appender.read_for(std::chrono::seconds(30), 1);
  ASSERT_FALSE(appender.said.empty());
  OpenLog second(OpenLog::at(data));
  const auto refused = second.open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "ledger-locked");
  EXPECT_NE(refused.error().detail.find("pid " + std::to_string(appender.pid())), std::string::npos)
      << refused.error().detail;
  appender.kill();
  EXPECT_TRUE(second.open());
}

}  // namespace
}  // namespace tests

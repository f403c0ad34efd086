// The site's command: its status, its words, its time.
#include "updates/agent/hook.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/support/scratch_directory.h"

namespace tests {
namespace {

using ledger::updates::agent::command_words;
using ledger::updates::agent::HookCommand;
using ledger::updates::agent::HookResult;
using ledger::updates::agent::run_hook;
using std::chrono::milliseconds;
using Words = std::vector<std::string>;

HookResult shell(const std::string& script, milliseconds timeout = milliseconds(30'000)) {
  return run_hook({{"/bin/sh", "-c", script}, {{"LEDGER_CHANGED", "patterns"}}, timeout});
}

TEST(Hook, TellsItsStatusAndItsWords) {
  const auto good = shell("echo loaded; echo twice >&2");
  EXPECT_EQ(good.exit_status, 0);
  EXPECT_EQ(good.said, "loaded\ntwice\n");
  EXPECT_EQ(shell("exit 3").exit_status, 3);
  EXPECT_EQ(shell("kill -9 $$").exit_status, 137);
}

TEST(Hook, KnowsWhatWasChanged) { EXPECT_EQ(shell("echo $LEDGER_CHANGED").said, "patterns\n"); }

TEST(Hook, IsNotRunByAShell) {
  const auto said = run_hook({{"/bin/echo", "$HOME; id", "*"}, {}, milliseconds(30'000)}).said;
  EXPECT_EQ(said, "$HOME; id *\n");
}

TEST(Hook, IsEndedWithAllThatItStartedWhenItTakesTooLong) {
  const auto late = shell("echo began; sleep 1000 & sleep 1000", milliseconds(200));
  EXPECT_EQ(late.exit_status, 124);
  EXPECT_EQ(late.said, "began\n");
  EXPECT_EQ(shell("exec >/dev/null 2>&1; sleep 1000", milliseconds(200)).exit_status, 124);
  EXPECT_EQ(shell("while :; do echo again; done", milliseconds(200)).exit_status, 124);
}

TEST(Hook, KeepsOnlyItsLastWords) {
  const auto said = shell("seq 100000").said;
  EXPECT_EQ(said.size(), ledger::updates::agent::hook_said_bytes_max);
  EXPECT_TRUE(said.ends_with("\n99999\n100000\n"));
}

TEST(Hook, MayTalkForAsLongAsItHasTime) {
  const auto talked = shell("head -c 40000000 /dev/zero; echo done", milliseconds(8'000));
  EXPECT_EQ(talked.exit_status, 0);
  EXPECT_TRUE(talked.said.ends_with("done\n"));
}

// Stopped once it has made a file, which tells that its trap is set.
HookResult stopped_shell(const std::string& trap) {
  const ScratchDirectory scratch;
  const auto ready = scratch / "ready";
  std::stop_source stop;
  const std::jthread stopping([&] {
    while (!std::filesystem::exists(ready)) std::this_thread::yield();
    stop.request_stop();
  });
  const std::string script = trap + "; touch " + ready.string() + "; while :; do sleep 0.05; done";
  return run_hook({{"/bin/sh", "-c", script}, {}, milliseconds(30'000), stop.get_token()});
}

TEST(Hook, IsOverWhenItEndsThoughAServiceThatItStartedKeepsItsOutput) {
  const auto started = shell("setsid sleep 3 & sleep 0.2; echo started; exit 3");
  EXPECT_EQ(started.exit_status, 3);
  EXPECT_EQ(started.said, "started\n");
}

TEST(Hook, IsAskedToEndWhenItIsStopped) {
  const auto heeds = stopped_shell("trap 'echo bye; exit 7' TERM");
  EXPECT_TRUE(heeds.stopped);
  EXPECT_TRUE(heeds.said.ends_with("bye\n")) << heeds.said;
  EXPECT_EQ(heeds.exit_status, 7);
  const auto heeds_not = stopped_shell("trap '' TERM");
  EXPECT_TRUE(heeds_not.stopped);
  EXPECT_EQ(heeds_not.exit_status, 137);
}

TEST(Hook, ThatDoesNotExistIsToldAsSuch) {
  const auto none = run_hook({{"/no/such/program"}, {}, milliseconds(1'000)});
  EXPECT_EQ(none.exit_status, 127);
  EXPECT_NE(none.said.find("/no/such/program"), std::string::npos);
  EXPECT_EQ(run_hook({{}, {}, milliseconds(1'000)}).exit_status, 127);
}

TEST(Hook, HasWordsBetweenSpacesAndQuotes) {
  EXPECT_EQ(command_words("clamdscan --reload"), (Words{"clamdscan", "--reload"}));
  EXPECT_EQ(command_words("  a 'b c'  d\"e f\" '' "), (Words{"a", "b c", "de f", ""}));
  EXPECT_EQ(command_words(""), Words{});
}

}  // namespace
}  // namespace tests

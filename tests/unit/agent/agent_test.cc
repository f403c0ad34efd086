// An agent brings about what was decided and is authentic, whatever is away, forged or full.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/agent/agent_at_work.h"

namespace tests {
namespace {

TEST_F(AgentAtWork, InstallsWhatWasDecidedAndSaysSo) {
  release("virus", "1.0");
  release("spyware", "7");
  const auto first = round();
  EXPECT_TRUE(first.manager_heard);
  EXPECT_EQ(first.interval, domain::minutes(10));
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}, {"spyware", "7"}}));
  EXPECT_TRUE(fs::exists(scratch / "install/patterns/current/virus.db.hdb"));
  EXPECT_EQ(manager.news(), (Lines{"report", "report spyware/7 virus/1.0"}));
  asked.clear();
  round();
  EXPECT_TRUE(asked.empty()) << "where nothing is new, nobody is asked";
  restart();
  round();
  EXPECT_EQ(manager.news("report spyware/7 virus/1.0"), Lines{});
  for (std::size_t i = 1; i < manager.reports.size(); ++i) {
    EXPECT_LT(manager.reports[i - 1].sequence, manager.reports[i].sequence);
  }
}

TEST_F(AgentAtWork, InstallsNothingThatWasNotDecided) {
  release("virus", "1.0");
  round();
  publish("virus", "2.0");
  publish("other", "1");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST_F(AgentAtWork, InstallsNothingThatIsNotSigned) {
  release("virus", "1.0");
  round();
  decide("virus", "2.0");  // Nobody published it.
  manager.news();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report virus/1.0"), Lines{}) << "it may come: that is no failure";
}

TEST_F(AgentAtWork, TakesFromAnotherRelayWhatOneForged) {
  release("virus", "1.0");
  forged["r1"]["db.hdb"] = text_of("evil", "1.0") + " ";
  forged["r2"] = forged["r1"];
  manager.given.direct_when_no_relay = true;
  add_relay("r3");
  forged["r3"] = forged["r1"];
  round();
  EXPECT_EQ(asked.back(), "vendor");
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  const auto news = manager.news("report");
  EXPECT_EQ(std::count(news.begin(), news.end(), "not_authentic vendor " + target("virus", "1.0")),
            3);
  EXPECT_EQ(news.back(), "report virus/1.0");
}

TEST_F(AgentAtWork, GoesOnWhereATransferBrokeOffAlsoAfterARestart) {
  release("virus", "1.0");  // 18 bytes.
  line.breaks_after = 5;
  round();  // Both relays and the source in turn.
  EXPECT_EQ(line.begun, (std::vector<std::uint64_t>{0, 5, 10}));
  restart();
  round();
  EXPECT_EQ(line.begun, (std::vector<std::uint64_t>{0, 5, 10, 15}));
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST_F(AgentAtWork, BlamesNobodyForThePartOfAnother) {
  release("virus", "1.0");
  line.breaks_after = 5;
  for (const char* each : {"r1", "r2", "source"}) {
    forged[each]["db.hdb"] = "forged, and of no use";
  }
  round();
  forged.clear();
  line = {};
  manager.news();
  round();
  EXPECT_EQ(line.begun, (std::vector<std::uint64_t>{15, 0}));
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report"), Lines{"report virus/1.0"});
}

TEST_F(AgentAtWork, KeepsTheOldVersionWhenAllIsForgedAndTellsItOnce) {
  release("virus", "1.0");
  round();
  release("virus", "2.0");
  for (const char* each : {"r1", "r2"}) forged[each]["db.hdb"] = "evil";
  manager.news();
  instruct("i1", InstructionAction::download_update);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  const auto news = manager.news("report virus/1.0");
  ASSERT_EQ(news.size(), 5U);
  EXPECT_EQ(news[0], "take i1");
  EXPECT_EQ(news[1], "not_authentic vendor " + target("virus", "2.0"));
  EXPECT_EQ(news[2], "not_authentic vendor " + target("virus", "2.0"));
  EXPECT_EQ(news[3], "finish i1 verification_failed");
  EXPECT_EQ(news[4], "failed patterns verification_failed");
  round();
  EXPECT_EQ(manager.news("report virus/1.0"), Lines{});
  forged.clear();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "2.0"}})) << "it recovers by itself";
}

TEST_F(AgentAtWork, InstallsNothingUnderMetadataThatHasExpired) {
  release("virus", "1.0");
  round();
  release("virus", "2.0");
  manager.news();
  const auto later = noon + domain::days(30);
  round(later);
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  const auto news = manager.news("report virus/1.0");
  ASSERT_GE(news.size(), 2U);
  EXPECT_TRUE(news[0].starts_with("not_authentic vendor timestamp")) << news[0];
  EXPECT_EQ(news.back(), "failed patterns verification_failed");
}

TEST_F(AgentAtWork, InstallsWhatWasDecidedWhileItsMetadataHasEndedLately) {
  release("virus", "1.0");
  round(noon + domain::days(6));
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  manager.given.download_without_manager = true;
  round(noon + domain::days(6));
  manager.away = true;
  publish("virus", "2.0", "2026-11-02T00:00:00Z");
  round(noon + domain::days(6));
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}})) << "nobody decided this one";
}

TEST_F(AgentAtWork, WaitsForARelayThatIsBehindWithoutAnAlarm) {
  const auto old = site.bytes("metadata/timestamp.json");
  release("virus", "1.0");
  round();
  manager.news();
  release("virus", "2.0");
  for (const char* each : {"r1", "r2"}) forged[each]["timestamp.json"] = old;
  manager.given.direct_when_no_relay = true;
  asked.clear();
  round();
  EXPECT_EQ(manager.news("report virus/1.0"), Lines{});
  EXPECT_EQ(std::count(asked.begin(), asked.end(), "vendor"), 0);
  forged["r1"].clear();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "2.0"}}));
  EXPECT_EQ(manager.news("report virus/1.0"), Lines{"report virus/2.0"});
}

TEST_F(AgentAtWork, AsksItsRelaysInAnOrderOfItsOwnAndTheSourceAfterThreeFailures) {
  release("virus", "1.0");
  for (const char* each : {"r1", "r2"}) unreachable.insert(each);
  round();
  EXPECT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0], asked[2]);
  EXPECT_NE(asked[0], asked[1]);
  EXPECT_EQ(manager.news("report"), Lines{"failed patterns relay_unreachable"});
  asked.clear();
  manager.given.direct_when_no_relay = true;
  round();
  EXPECT_EQ(asked.size(), 4U);
  EXPECT_EQ(asked.back(), "vendor");
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST_F(AgentAtWork, NeverGoesAroundItselfWhereItIsTheRelay) {
  release("virus", "1.0");
  for (const char* each : {"r1", "r2"}) unreachable.insert(each);
  manager.given.direct_when_no_relay = true;
  manager.given.is_relay = true;
  round();
  EXPECT_EQ(std::count(asked.begin(), asked.end(), "vendor"), 0);
  EXPECT_TRUE(patterns().empty());
}

TEST_F(AgentAtWork, GoesToTheSourceAtOnceWhereThereIsNoRelay) {
  release("virus", "1.0");
  manager.given.relays.clear();
  round();
  EXPECT_EQ(manager.news("report"), Lines{"failed patterns relay_unreachable"});
  manager.given.direct_when_no_relay = true;
  round();
  EXPECT_EQ(asked, Lines{"vendor"});
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST(AgentWays, EveryComputerHasAnOrderOfItsOwnThatStays) {
  agent::Places places;
  for (const char* each : {"a", "b", "c", "d"}) places.relays.push_back({{each}, "https://relay/"});
  const agent::Places::Source source{{"vendor"}, "https://source", "", "", {}};
  std::map<std::string, int> firsts;
  for (int i = 0; i < 400; ++i) {
    const domain::ComputerId computer{"pc-" + std::to_string(i)};
    const auto ways = agent::ways_to(places, source, computer, ledger::Random(0));
    ASSERT_EQ(ways.size(), 4U) << "without the source, all relays are tried";
    EXPECT_EQ(ways[0].url, "https://relay/repository/vendor");
    ++firsts[ways[0].name];
    EXPECT_EQ(ways[0].name, agent::ways_to(places, source, computer, ledger::Random(0))[0].name);
  }
  for (const auto& [name, count] : firsts) EXPECT_NEAR(count, 100, 40) << name;
}

TEST_F(AgentAtWork, RollsBackAndStaysThereUntilItIsToldOtherwise) {
  release("virus", "1.0");
  release("spyware", "1");
  round();
  release("virus", "2.0");
  round();
  manager.news();
  instruct("i1", InstructionAction::roll_back_patterns);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}, {"spyware", "1"}}));
  EXPECT_EQ(manager.news("report spyware/1 virus/2.0"),
            (Lines{"take i1", "report spyware/1 virus/1.0", "finish i1 none"}));
  restart();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}, {"spyware", "1"}}));
  release("spyware", "2");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}, {"spyware", "2"}})) << "others go on";
  restart();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}, {"spyware", "2"}}));
  instruct("i2", InstructionAction::download_update);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "2.0"}, {"spyware", "2"}}));
}

TEST_F(AgentAtWork, SaysWhenThereIsNothingToRollBackTo) {
  instruct("i1", InstructionAction::roll_back_patterns);
  round();
  EXPECT_EQ(manager.news("report"), (Lines{"take i1", "finish i1 install_failed"}));
}

TEST_F(AgentAtWork, WorksOnWhileTheManagerIsAwayAndReportsLaterInOrder) {
  release("virus", "1.0");
  manager.given.download_without_manager = true;
  round();
  manager.news();
  manager.away = true;
  publish("virus", "2.0", "2026-11-02T00:00:00Z");
  EXPECT_FALSE(round().manager_heard);
  EXPECT_EQ(patterns(), texts({{"virus", "2.0"}})) << "the newest release";
  publish("virus", "0.9", "2026-10-01T00:00:00Z");
  publish("virus", "3.0", "2026-11-03T00:00:00Z");
  restart();
  round();
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "3.0"}}));
  manager.away = false;
  decide("virus", "3.0");
  round();
  const auto news = manager.news();
  EXPECT_EQ(news, (Lines{"report virus/2.0", "report virus/2.0", "report virus/3.0",
                         "report virus/3.0"}));
  EXPECT_TRUE(the_agent->outbox().empty());
}

TEST_F(AgentAtWork, KeepsWhatItTookWithoutTheManagerUntilSomethingNewerIsDecided) {
  release("virus", "1.0");
  manager.given.download_without_manager = true;
  round();
  publish("virus", "2.0", "2026-11-02T00:00:00Z");
  publish("virus", "3.0", "2026-11-03T00:00:00Z");
  manager.away = true;
  round();
  manager.away = false;
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "3.0"}})) << "the manager has not heard of it yet";
  restart();
  decide("virus", "2.0");
  EXPECT_FALSE(round().refusal);
  EXPECT_EQ(patterns(), texts({{"virus", "3.0"}})) << "nor of the newest";
  publish("virus", "4.0", "2026-11-04T00:00:00Z");
  decide("virus", "4.0");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "4.0"}}));
  decide("virus", "1.0");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}})) << "what was decided is obeyed again";
}

TEST_F(AgentAtWork, RollsBackWhatItTookWithoutTheManager) {
  release("virus", "1.0");
  manager.given.download_without_manager = true;
  round();
  publish("virus", "2.0", "2026-11-02T00:00:00Z");
  manager.away = true;
  round();
  manager.away = false;
  instruct("i1", InstructionAction::roll_back_patterns);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST_F(AgentAtWork, InstallsNothingWithoutTheManagerWhereThatIsNotAllowed) {
  release("virus", "1.0");
  round();
  manager.away = true;
  publish("virus", "2.0", "2026-11-02T00:00:00Z");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
}

TEST_F(AgentAtWork, ComponentsThatDoNotComeKeepNoOthersBack) {
  release("virus", "1.0");
  decide("spyware", "1");
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  publish("spyware", "1");
  forged["r1"]["virus/linux/2.0"] = "evil";
  forged["r2"] = forged["r1"];
  publish("virus", "2.0");
  decide("virus", "2.0");
  round();
  EXPECT_EQ(patterns().size(), 2U) << "spyware came, virus stays as it was";
}

TEST_F(AgentAtWork, RunsTheSitesCommandOnceAfterAChange) {
  hook_status = 0;
  release("virus", "1.0");
  round();
  round();
  EXPECT_EQ(hooked, Lines{"patterns"});
  restart();
  round();
  EXPECT_EQ(hooked, Lines{"patterns"});
  EXPECT_EQ(manager.heard[1], "hook 0 said");
}

TEST_F(AgentAtWork, FailsTheInstructionWhenTheSitesCommandFails) {
  hook_status = 3;
  release("virus", "1.0");
  instruct("i1", InstructionAction::download_update);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report"),
            (Lines{"take i1", "hook 3 said", "report virus/1.0", "finish i1 hook_failed"}));
}

TEST_F(AgentAtWork, RunsTheSitesCommandAgainAfterAStopEndedIt) {
  hook_status = 0;
  hook_is_stopped = true;
  release("virus", "1.0");
  instruct("i1", InstructionAction::download_update);
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report"), Lines{"take i1"});
  restart();
  hook_is_stopped = false;
  round();
  const auto told = manager.news("report virus/1.0");
  ASSERT_EQ(told.size(), 4U);
  EXPECT_TRUE(told[0].starts_with("hook 143 It was ended as the agent was stopped")) << told[0];
  EXPECT_EQ(Lines(told.begin() + 1, told.end()),
            (Lines{"take i1", "hook 0 said", "finish i1 none"}));
  EXPECT_EQ(hooked, (Lines{"patterns", "patterns"}));
}

TEST_F(AgentAtWork, GoesOnWhereAStopCutItShortAndBlamesNobody) {
  release("virus", "1.0");
  line.breaks_after = 5;
  line.when_broken = [&] { stop.request_stop(); };
  round();
  EXPECT_TRUE(patterns().empty());
  EXPECT_EQ(manager.news("report"), Lines{});
  restart();
  line = {};
  round();
  EXPECT_EQ(line.begun.front() % 5, 0U);
  EXPECT_GE(line.begun.front(), 5U);
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report"), Lines{"report virus/1.0"});
}

TEST_F(AgentAtWork, TellsThatTheDiskIsFullAndGoesOnWhenItIsNot) {
  release("virus", "1.0");
  round();
  release("virus", "2.0");
  manager.news();
  instruct("i1", InstructionAction::download_update);
  files.before = [](int) { return full_disk(); };
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "1.0"}}));
  EXPECT_EQ(manager.news("report virus/1.0"),
            (Lines{"take i1", "finish i1 disk_full", "failed patterns disk_full"}));
  files.before = nullptr;
  round();
  EXPECT_EQ(patterns(), texts({{"virus", "2.0"}}));
}

// -- Kills
// -----------------------------------------------------------------------------------------

TEST_F(AgentAtWork, IsWholeAndGoesOnWhereverItIsKilled) {
  release("virus", "1.0");
  round();
  release("virus", "2.0");
  instruct("i1", InstructionAction::download_update);
  fs::copy(scratch.path(), scratch.path().string() + "-before",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  int step = 1;
  for (bool killed = true; killed; ++step) {
    the_agent.reset();
    fs::remove_all(scratch / "state");
    fs::remove_all(scratch / "install");
    fs::copy(scratch.path().string() + "-before", scratch.path(),
             fs::copy_options::recursive | fs::copy_options::copy_symlinks |
                 fs::copy_options::overwrite_existing);
    killed = killed_at(
        step, [&](SteppedFiles& stepped) { static_cast<void>(open(stepped)->round(noon)); });
    const auto seen = patterns();
    ASSERT_TRUE(seen == texts({{"virus", "1.0"}}) || seen == texts({{"virus", "2.0"}})) << step;
    manager.news();
    manager.given.instructions = {{{"i1"}, InstructionAction::download_update}};
    round();
    ASSERT_EQ(patterns(), texts({{"virus", "2.0"}})) << "after a kill before step " << step;
    const auto news = manager.news();
    ASSERT_EQ(std::count(news.begin(), news.end(), "finish i1 none"), 1) << step;
    ASSERT_TRUE(the_agent->outbox().empty());
  }
  EXPECT_GT(step, 30);
  fs::remove_all(scratch.path().string() + "-before");
}

}  // namespace
}  // namespace tests

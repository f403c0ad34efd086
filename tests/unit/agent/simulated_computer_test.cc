// What a computer of fleet-sim says, when, and what it makes of the answers.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/scratch_directory.h"
#include "tools/fleet-sim/computer.h"
#include "tools/fleet-sim/summary.h"

namespace {

namespace domain = ledger::domain;
using fleet_sim::Answer;
using fleet_sim::Computer;
using fleet_sim::Nature;

constexpr const char* ruleset = "1111111111111111111111111111111111111111111111111111111111111111";

std::string heard(int orders_changed) {
  return R"({"news":false,"heartbeat_interval":"PT10M","orders_changed":)" +
         std::to_string(orders_changed) + "}";
}

std::string orders(const std::string& version, const std::string& instructions = "") {
  return R"({"heartbeat_interval":"PT10M","expected":[{"component":"virus-pattern","running":"",
             "expected":")" +
         version + R"(","bytes":1}],"expected_ruleset":{"policy":"web","ruleset":")" + ruleset +
         R"(","update":"26-001","since":{"time":"2026-01-01T00:00:00Z","position":1}},
             "instructions":[)" +
         instructions + R"(],"relay_group":"default","relays":[],"sources":[],
             "direct_when_no_relay":true,"download_without_manager":true})";
}

class SimulatedComputer : public testing::Test {
 protected:
  SimulatedComputer() { nature.enrolment_token = "enrolment"; }

  // A round in which it hears these, one after the other: what it asked.
  std::vector<std::string> round(Computer& computer, const std::vector<std::string>& answers) {
    std::vector<std::string> asked;
    auto request = std::optional(computer.begin());
    for (const auto& answer : answers) {
      if (!request) return asked;
      asked.push_back(request->method + " " + request->path);
      last_body = request->body;
      auto next = computer.hear(Answer{200, answer});
      EXPECT_TRUE(next.has_value()) << next.error().detail;
      request = next ? *next : std::nullopt;
    }
    EXPECT_FALSE(request) << request->path << " is not answered";
    return asked;
  }
  void join(Computer& computer) { round(computer, {R"({"secret":"ulg_test"})"}); }

  using Asked = std::vector<std::string>;
  const std::string join_path = "POST /v1/computers";
  const std::string report = "POST /v1/computers/web-01/report";
  const std::string ask = "GET /v1/computers/web-01/instructions";
  Nature nature;
  std::string last_body;
};

TEST_F(SimulatedComputer, JoinsAndThenSpeaksByItsToken) {
  Computer computer("web-01", nature);
  EXPECT_EQ(computer.begin().token, "enrolment");
  EXPECT_EQ(round(computer, {R"({"secret":"ulg_test"})"}), Asked{join_path});
  EXPECT_TRUE(computer.has_joined());
  EXPECT_EQ(computer.begin().token, "ulg_test");
}

TEST_F(SimulatedComputer, InstallsWhatIsExpectedAndReportsItOnce) {
  Computer computer("web-01", nature);
  join(computer);
  EXPECT_EQ(round(computer, {heard(1), orders("1.0"), heard(1)}), (Asked{report, ask, report}));
  EXPECT_NE(last_body.find(R"("version":"1.0")"), std::string::npos) << last_body;
  EXPECT_NE(last_body.find(ruleset), std::string::npos) << last_body;
  EXPECT_TRUE(computer.is_up_to_date());
  EXPECT_EQ(round(computer, {heard(2), orders("1.0")}), (Asked{report, ask}));
  EXPECT_EQ(round(computer, {heard(2)}), Asked{report}) << "its orders are as they were";
  EXPECT_EQ(computer.updates(), 1U);
  EXPECT_EQ(computer.interval(), domain::minutes(10));
}

TEST_F(SimulatedComputer, TakesInstructionsAndSaysThatTheyAreDoneAfterItsReport) {
  Computer computer("web-01", nature);
  join(computer);
  const std::string given = R"({"instruction":"i7","action":"send_policy","given":3})";
  const std::string of_it = "POST /v1/computers/web-01/instructions/i7";
  EXPECT_EQ(round(computer, {heard(1), orders("1.0", given), "{}", heard(1), "{}"}),
            (Asked{report, ask, of_it + ":take", report, of_it + ":finish"}));
  EXPECT_EQ(last_body, R"({"succeeded":true,"cause":"none","detail":""})");
  EXPECT_EQ(round(computer, {heard(1), orders("1.0")}), (Asked{report, ask}))
      << "who did something asks what is left";
}

TEST_F(SimulatedComputer, TellsAFailureOnceAndTriesAgainInTheNextRound) {
  nature.failures = 1;
  Computer computer("web-01", nature);
  join(computer);
  const std::string failure = "POST /v1/computers/web-01:reportFailure";
  EXPECT_EQ(round(computer, {heard(1), orders("1.0"), "{}"}), (Asked{report, ask, failure}));
  EXPECT_FALSE(computer.is_up_to_date());
  EXPECT_EQ(round(computer, {heard(1), heard(1)}), (Asked{report, report}));
  EXPECT_EQ(computer.failed_updates(), 2U);
  nature.failures = 0;
  EXPECT_EQ(round(computer, {heard(1), heard(1)}), (Asked{report, report}));
  EXPECT_TRUE(computer.is_up_to_date());
}

TEST_F(SimulatedComputer, TakesItsTimeToInstall) {
  nature.installing_time = domain::seconds(5);
  Computer computer("web-01", nature);
  join(computer);
  EXPECT_EQ(round(computer, {heard(1), orders("1.0")}), (Asked{report, ask}));
  EXPECT_EQ(computer.installing_time(), domain::seconds(5));
  EXPECT_FALSE(computer.is_up_to_date());
  EXPECT_EQ(round(computer, {heard(1)}), Asked{report});
  EXPECT_TRUE(computer.is_up_to_date());
  EXPECT_EQ(computer.installing_time(), std::nullopt);
}

TEST_F(SimulatedComputer, RemembersWhereThereIsAState) {
  const tests::ScratchDirectory scratch;
  nature.state = scratch.path();
  {
    Computer computer("web-01", nature);
    join(computer);
    round(computer, {heard(1), orders("1.0"), heard(1)});
  }
  Computer again("web-01", nature);
  EXPECT_TRUE(again.has_joined());
  EXPECT_EQ(round(again, {heard(1), orders("1.0")}), (Asked{report, ask}));
  EXPECT_TRUE(again.is_up_to_date()) << "what it installed is still there";
}

TEST_F(SimulatedComputer, EndsItsRoundWhenItIsRefused) {
  Computer computer("web-01", nature);
  computer.begin();
  const auto refused = computer.hear(Answer{
      403, R"({"code":"permission-missing","detail":"No.","status":403,"title":"Forbidden"})"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "permission-missing");
  EXPECT_FALSE(computer.has_joined());
}

TEST(Latencies, AreToldToASixteenth) {
  fleet_sim::Latencies latencies;
  EXPECT_EQ(latencies.at_percent(50), 0U);
  for (int i = 1; i <= 1'000; ++i) latencies.add(std::chrono::microseconds(i));
  EXPECT_NEAR(static_cast<double>(latencies.at_percent(50)), 500, 500 / 16.0);
  EXPECT_NEAR(static_cast<double>(latencies.at_percent(99)), 990, 990 / 16.0);
  latencies.add(std::chrono::hours(100));
  EXPECT_GT(latencies.at_percent(100), 1'000U) << "whatever is longer than the table";
}

}  // namespace

// Plans are applied as they were shown, and computers speak for themselves.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/digest.h"
#include "tests/unit/api/answering_ledger.h"
#include "updates/machine/ruleset_json.h"

namespace tests {
namespace {

using nlohmann::json;
namespace domain = ledger::domain;

std::string problem_of(const Answer& answer) { return answer.field("code"); }

// -- Plans ---------------------------------------------------------------------------------------

class ApiPlans : public testing::Test {
 protected:
  AnsweringLedger ledger;

  ApiPlans() {
    ledger.put("/v1/settings/auto_apply_rule_updates", R"({"value":"false"})");
    ledger.import_update("26-001", 3, 1);
    ledger.import_update("26-002", 3, 2);
    const auto applied = ledger.apply("/v1/rule-updates/26-001:planApply");
    CHECK(applied.status == 200, applied.body.c_str());
    ledger.post("/v1/policies", R"({"policy":"web"})");
    const auto assigned =
        ledger.post("/v1/policies/web:assignRules", R"({"modules":["firewall"]})");
    CHECK(assigned.status == 200, assigned.body.c_str());
  }
};

TEST_F(ApiPlans, DoWhatTheyShow) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", R"({"reason":"new rules"})");
  ASSERT_EQ(plan.status, 201) << plan.body;
  const auto impact = json::parse(plan.body)["impact"];
  ASSERT_EQ(impact["policies"].size(), 1U) << plan.body;
  EXPECT_EQ(impact["modules"][0]["changed"], 3);
  const auto applied = ledger.post("/v1/plans/" + plan.field("plan") + ":apply",
                                   R"({"digest":")" + plan.field("digest") + "\"}");
  ASSERT_EQ(applied.status, 200) << applied.body;
  const auto policy = ledger.get("/v1/policies/web");
  EXPECT_EQ(policy.field("ruleset"), impact["policies"][0]["ruleset"]);
  EXPECT_EQ(ledger.get("/v1/events?type=rule_update.applied&page_size=1").field("plan_digest"),
            plan.field("digest"));
}

TEST_F(ApiPlans, AreAppliedOnlyByTheirDigestAndWithAReason) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", "");
  const std::string apply = "/v1/plans/" + plan.field("plan") + ":apply";
  const std::string digest = R"("digest":")" + plan.field("digest") + "\"";
  EXPECT_EQ(ledger.post(apply, R"({"reason":"x"})").status, 428);
  EXPECT_EQ(ledger.post(apply, R"({"reason":"x","digest":")" + std::string(64, '0') + "\"}").status,
            412);
  EXPECT_EQ(problem_of(ledger.post(apply, "{" + digest + "}")), "reason-missing");
  EXPECT_EQ(problem_of(ledger.post(apply, R"({"reason":"x","confirm":"26-001",)" + digest + "}")),
            "plan-confirmation-differs");
  EXPECT_EQ(ledger.post(apply, R"({"reason":"x","confirm":"26-002",)" + digest + "}").status, 200);
  EXPECT_EQ(ledger.post(apply, R"({"reason":"x",)" + digest + "}").status, 404);
}

TEST_F(ApiPlans, AreStaleWhenTheirEffectIsAnotherAndComeBackAnew) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", R"({"reason":"x"})");
  ledger.post("/v1/policies", R"({"policy":"mail"})");
  ledger.post("/v1/policies/mail:assignRules", R"({"rules":[1000001]})");
  const auto stale = ledger.post("/v1/plans/" + plan.field("plan") + ":apply",
                                 R"({"reason":"x","digest":")" + plan.field("digest") + "\"}");
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(problem_of(stale), "plan-stale");
  const auto renewed = json::parse(stale.body)["plan"];
  ASSERT_EQ(renewed["impact"]["policies"].size(), 2U);
  const auto applied = ledger.post("/v1/plans/" + renewed["plan"].get<std::string>() + ":apply",
                                   json{{"reason", "x"}, {"digest", renewed["digest"]}}.dump());
  EXPECT_EQ(applied.status, 200) << applied.body;
}

TEST_F(ApiPlans, StayGoodWhenOnlyTheHeadMoves) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", R"({"reason":"x"})");
  ledger.post("/v1/groups", R"({"group":"berlin"})");
  EXPECT_EQ(ledger
                .post("/v1/plans/" + plan.field("plan") + ":apply",
                      R"({"reason":"x","digest":")" + plan.field("digest") + "\"}")
                .status,
            200);
}

TEST_F(ApiPlans, AreTooOldAfterAQuarterOfAnHour) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", "");
  ledger.clock.advance(domain::minutes(16));
  EXPECT_EQ(ledger.get("/v1/plans/" + plan.field("plan")).status, 410);
}

TEST_F(ApiPlans, TellTheOutcomeAgainToWhoeverRepeatsTheRequest) {
  const auto plan = ledger.post("/v1/rule-updates/26-002:planApply", R"({"reason":"x"})");
  const Asked asked{"POST",
                    "/v1/plans/" + plan.field("plan") + ":apply",
                    R"({"reason":"x","digest":")" + plan.field("digest") + "\"}",
                    {{"idempotency-key", "once"}}};
  const auto first = ledger.ask(asked);
  const auto again = ledger.ask(asked);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(first.body, again.body);
}

TEST_F(ApiPlans, AreTheOnlyWayToKeepFewerRuleUpdates) {
  const std::string path = "/v1/settings/rule_updates_kept";
  const auto size = ledger.log.head().size;
  const auto direct = ledger.put(path, R"({"value":"1"})");
  EXPECT_EQ(direct.status, 428);
  EXPECT_EQ(problem_of(direct), "plan-missing");
  EXPECT_EQ(ledger.log.head().size, size);
  const auto plan = ledger.post(path + ":plan", R"({"value":"1","reason":"space"})");
  const auto done = ledger.post("/v1/plans/" + plan.field("plan") + ":apply",
                                R"({"digest":")" + plan.field("digest") + "\"}");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(ledger.get(path).field("value"), "1");
}

TEST_F(ApiPlans, TakeThePermissionOfWhatTheyDo) {
  const auto plan = ledger.post("/v1/settings/rule_updates_kept:plan", R"({"value":"1"})");
  ASSERT_EQ(plan.status, 201) << plan.body;
  ledger.caller.role = domain::Role::approver;
  const auto refused = ledger.post("/v1/plans/" + plan.field("plan") + ":apply",
                                   R"({"reason":"x","digest":")" + plan.field("digest") + "\"}");
  EXPECT_EQ(refused.status, 403) << refused.body;
}

TEST_F(ApiPlans, HoldARollbackAgainstBeingUndone) {
  ledger.apply("/v1/rule-updates/26-002:planApply");
  ASSERT_EQ(ledger.apply("/v1/rule-updates/26-001:planRollback").status, 200);
  EXPECT_EQ(json::parse(ledger.get("/v1/holds").body)["items"].size(), 1U);
  EXPECT_EQ(ledger.get("/v1/rule-updates/26-001").field("status"), "applied");
}

// -- Computers -----------------------------------------------------------------------------------

class ApiAgents : public testing::Test {
 protected:
  AnsweringLedger ledger;

  ApiAgents() {
    const auto joined = ledger.post(
        "/v1/computers", R"({"computer":"pc-1","platform":"linux","modules":["firewall"]})");
    CHECK(joined.status == 201, joined.body.c_str());
    ledger.caller.role = domain::Role::agent;
    ledger.caller.computer = domain::ComputerId{"pc-1"};
  }
};

TEST_F(ApiAgents, SpeakOnlyForTheirOwnComputer) {
  EXPECT_EQ(problem_of(ledger.post("/v1/computers/pc-2/report", R"({"sequence":1})")),
            "not-your-computer");
  EXPECT_EQ(problem_of(ledger.get("/v1/computers/pc-2/instructions")), "not-your-computer");
}

TEST_F(ApiAgents, AddNothingToTheRecordWithAHeartbeatThatBringsNoNews) {
  const auto first = ledger.post("/v1/computers/pc-1/report", R"({"sequence":1})");
  EXPECT_EQ(first.field("news"), "true") << first.body;
  EXPECT_EQ(first.field("heartbeat_interval"), "PT10M");
  const auto size = ledger.log.head().size;
  for (int i = 2; i < 5; ++i) {
    const auto again =
        ledger.post("/v1/computers/pc-1/report", R"({"sequence":)" + std::to_string(i) + "}");
    EXPECT_EQ(again.field("news"), "false");
  }
  EXPECT_EQ(ledger.log.head().size, size);
}

TEST_F(ApiAgents, AreToldWhenTheirOrdersMayHaveChanged) {
  const auto changed = [&] {
    ledger.get("/v1/overview");  // By then the views have what was said before.
    return ledger.post("/v1/computers/pc-1/report", R"({"sequence":1})").field("orders_changed");
  };
  const auto as_admin = [&](const std::string& path, const std::string& body) {
    ledger.caller.role = domain::Role::admin;
    const auto done = ledger.post(path, body);
    ledger.caller.role = domain::Role::agent;
    EXPECT_LT(done.status, 300) << done.body;
  };
  changed();  // The first report is news itself.
  auto before = changed();
  EXPECT_EQ(changed(), before);
  as_admin("/v1/computers", R"({"computer":"pc-2","platform":"linux","modules":["firewall"]})");
  as_admin("/v1/groups", R"({"group":"any"})");
  EXPECT_EQ(changed(), before) << "what concerns others only";
  const std::string digest(64, '1');
  const std::pair<const char*, std::string> concerning[] = {
      {"/v1/computers/pc-1:instruct", R"({"action":"send_policy"})"},
      {"/v1/relay-groups", R"({"relay_group":"branch"})"},
      {"/v1/computers/pc-1:assignRelayGroup", R"({"relay_group":"branch"})"},
      {"/v1/patterns", R"({"component":"virus-pattern","product":"Suite","platform":"linux",
                           "version":"1.0","released_at":"2026-01-01T00:00:00Z","bytes":1,
                           "digest":")" +
                           digest + R"("})"},
  };
  for (const auto& [path, body] : concerning) {
    as_admin(path, body);
    const auto after = changed();
    EXPECT_NE(after, before) << path;
    EXPECT_EQ(changed(), after);
    before = after;
  }
}

TEST_F(ApiAgents, AreToldTheIntervalOfThePolicyAboveTheirs) {
  const auto interval = [&] {
    ledger.caller.role = domain::Role::agent;
    const auto told = ledger.get("/v1/computers/pc-1/instructions").field("heartbeat_interval");
    ledger.caller.role = domain::Role::admin;
    return told;
  };
  const auto changed = [&] {
    ledger.get("/v1/overview");  // By then the views have what was said before.
    ledger.caller.role = domain::Role::agent;
    const auto heard = ledger.post("/v1/computers/pc-1/report", R"({"sequence":1})");
    ledger.caller.role = domain::Role::admin;
    return heard.field("orders_changed");
  };
  ledger.caller.role = domain::Role::admin;
  ledger.post("/v1/policies", R"({"policy":"site"})");
  ledger.post("/v1/policies", R"({"policy":"web"})");
  ledger.post("/v1/computers/pc-1:assignPolicy", R"({"policy":"web"})");
  ledger.ask({"PUT",
              "/v1/policies/site/settings/heartbeat_interval",
              R"({"value":"PT1M"})",
              {{"if-match", "*"}}});
  EXPECT_EQ(interval(), "PT10M");
  changed();  // The first report is news itself.
  const auto before = changed();
  const auto moved =
      ledger.ask({"PATCH", "/v1/policies/web", R"({"parent":"site"})", {{"if-match", "*"}}});
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_NE(changed(), before) << "who asks again only then would never hear of it";
  EXPECT_EQ(interval(), "PT1M");
}

// A heartbeat that says the same is looked at by the ledger as long as an update has failed.
TEST_F(ApiAgents, HaveNotFailedAnyMoreAfterARollbackToWhatTheyRun) {
  ledger.caller.role = domain::Role::admin;
  ledger.import_update("26-001", 3, 1);
  ledger.post("/v1/policies", R"({"policy":"web"})");
  ledger.post("/v1/policies/web:assignRules", R"({"modules":["firewall"]})");
  ledger.post("/v1/computers/pc-1:assignPolicy", R"({"policy":"web"})");
  const auto orders = json::parse(ledger.get("/v1/computers/pc-1").body);
  const std::string runs = orders["expected_ruleset"]["ruleset"];
  const auto report = [&](int sequence) {
    ledger.caller.role = domain::Role::agent;
    const auto heard = ledger.post(
        "/v1/computers/pc-1/report",
        R"({"sequence":)" + std::to_string(sequence) + R"(,"ruleset":")" + runs + "\"}");
    ledger.caller.role = domain::Role::admin;
    return heard.field("news");
  };
  EXPECT_EQ(report(1), "true");
  ledger.import_update("26-002", 3, 2);  // It is applied by itself.
  ledger.caller.role = domain::Role::agent;
  ledger.post("/v1/computers/pc-1:reportFailure", R"({"what":"rules","cause":"disk_full"})");
  EXPECT_EQ(report(2), "false");
  EXPECT_EQ(ledger.get("/v1/computers/pc-1").field("status"), "failed");
  ASSERT_EQ(ledger.apply("/v1/rule-updates/26-001:planRollback").status, 200);
  EXPECT_EQ(report(3), "true");
  EXPECT_EQ(ledger.get("/v1/computers/pc-1").field("status"), "up_to_date");
}

TEST_F(ApiAgents, AreToldWhatToDoAndAnswer) {
  ledger.caller.role = domain::Role::admin;
  const auto told = ledger.post("/v1/computers/pc-1:instruct", R"({"action":"send_policy"})");
  ASSERT_EQ(told.status, 200) << told.body;
  ledger.caller.role = domain::Role::agent;
  const auto orders = json::parse(ledger.get("/v1/computers/pc-1/instructions").body);
  const std::string instruction = orders["instructions"][0]["instruction"];
  const auto done = ledger.post("/v1/computers/pc-1/instructions/" + instruction + ":finish",
                                R"({"succeeded":true})");
  ASSERT_EQ(done.status, 200) << done.body;
  const auto event = ledger.get("/v1/events/" + done.field("position"));
  EXPECT_EQ(event.field("causation"), told.field("position")) << event.body;
}

TEST_F(ApiAgents, AreGivenTheRulesOfTheirPolicyWithBodiesByTheDigestThatIsExpected) {
  const std::string path = "/v1/computers/pc-1/ruleset";
  const auto none = json::parse(ledger.get(path).body);
  EXPECT_EQ(none["rules"].size(), 0U);
  ledger.caller.role = domain::Role::admin;
  ledger.import_update("26-001", 3, 1);
  ledger.post("/v1/policies", R"({"policy":"web"})");
  ledger.post("/v1/policies/web:assignRules", R"({"modules":["firewall"]})");
  ASSERT_EQ(ledger.post("/v1/computers/pc-1:assignPolicy", R"({"policy":"web"})").status, 200);
  ledger.caller.role = domain::Role::agent;
  const auto orders = json::parse(ledger.get("/v1/computers/pc-1/instructions").body);
  const std::string expected = orders["expected_ruleset"]["ruleset"];
  const auto told = ledger.get(path);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.headers.at("etag"), "\"" + expected + "\"");
  const auto ruleset = json::parse(told.body);
  EXPECT_EQ(ruleset["ruleset"], expected);
  EXPECT_EQ(ruleset["update"], "26-001");
  std::vector<ledger::updates::machine::OrderedRule> rules;
  for (const auto& each : ruleset["rules"]) {
    rules.push_back({{each["rule"]},
                     domain::Module::firewall,
                     "",
                     std::to_string(each["version"].get<int>()),
                     ledger::sha256(each["body"].get<std::string>()),
                     ""});
    EXPECT_EQ(each["body_digest"], hex(rules.back().body_digest));
    EXPECT_EQ(each["module"], "firewall");
  }
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(hex(ledger::updates::machine::digest_of(rules).value()), expected);
  EXPECT_EQ(ledger.ask({"GET", path, "", {{"if-none-match", told.headers.at("etag")}}}).status,
            304);
  EXPECT_EQ(problem_of(ledger.get("/v1/computers/pc-2/ruleset")), "not-your-computer");
}

TEST_F(ApiAgents, AreGivenTheSameSecretWhenTheyJoinAgainWithTheSameKey) {
  ledger.caller.role = domain::Role::admin;
  const Asked asked{"POST",
                    "/v1/computers",
                    R"({"computer":"pc-9","platform":"linux"})",
                    {{"idempotency-key", "join-9"}}};
  const auto first = ledger.ask(asked);
  ledger.clock.advance(domain::minutes(1));
  const auto again = ledger.ask(asked);
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(first.field("secret"), again.field("secret"));
  const auto other = ledger.post("/v1/computers", asked.body);
  EXPECT_EQ(problem_of(other), "computer-exists");
}

}  // namespace
}  // namespace tests

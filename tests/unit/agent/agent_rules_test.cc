// An agent installs the rules of its policy as files, each compared with its digest.
#include <gtest/gtest.h>

#include "tests/unit/agent/agent_at_work.h"
#include "updates/machine/ruleset_json.h"

namespace tests {
namespace {

class AgentWithRules : public AgentAtWork {
 protected:
  static machine::OrderedRule rule(std::uint32_t id, const std::string& body) {
    return {{id}, domain::Module::log_inspection, "rule", "1", ledger::sha256(body), body};
  }
  void order(std::vector<machine::OrderedRule> rules) {
    manager.rules = {*machine::digest_of(rules), domain::RuleUpdateId{26, 1}, std::move(rules)};
    manager.given.expected_ruleset =
        domain::ExpectedRuleset{{"web"}, manager.rules.ruleset, manager.rules.update, {}};
  }
};

TEST_F(AgentWithRules, InstallsThemAsFiles) {
  order({rule(4'000'001, "# ignore.d.server/ssh\n^one$"), rule(4'000'002, "# cracking.d/su\n^x$")});
  round();
  EXPECT_EQ(texts_in("rules"), (std::set<std::string>{"^one$\n", "^x$\n"}));
  ASSERT_TRUE(manager.reports.back().ruleset);
  EXPECT_EQ(*manager.reports.back().ruleset, manager.rules.ruleset);
  EXPECT_EQ(manager.reports.back().rule_update, manager.rules.update);
  manager.given.expected_ruleset.reset();
  round();
  EXPECT_TRUE(texts_in("rules").empty()) << "a policy without rules has none";
  EXPECT_FALSE(manager.reports.back().ruleset);
}

TEST_F(AgentWithRules, RefusesBodiesThatAreNotWhatTheirDigestsSay) {
  order({rule(4'000'001, "# ignore.d.server/ssh\n^one$")});
  round();
  order({rule(4'000'001, "# ignore.d.server/ssh\n^two$")});
  manager.rules.rules[0].body += "evil";
  manager.news();
  instruct("i1", InstructionAction::send_policy);
  round();
  EXPECT_EQ(texts_in("rules"), std::set<std::string>{"^one$\n"});
  const auto news = manager.news();
  EXPECT_EQ(std::count(news.begin(), news.end(), "finish i1 verification_failed"), 1);
}

TEST_F(AgentWithRules, RefusesAWholeThatIsNotWhatWasDecided) {
  order({rule(4'000'001, "# ignore.d.server/ssh\n^one$")});
  const auto expected = manager.given.expected_ruleset;
  order({rule(4'000'001, "# ignore.d.server/ssh\n^two$")});
  manager.given.expected_ruleset = expected;
  round();
  EXPECT_TRUE(texts_in("rules").empty());
  manager.rules.ruleset = expected->ruleset;  // It claims to be the other one.
  round();
  EXPECT_TRUE(texts_in("rules").empty());
  EXPECT_EQ(manager.news("report"), Lines{"failed rules verification_failed"});
}

}  // namespace
}  // namespace tests

// Rules become the files that ModSecurity, AIDE, logcheck and firewalld read.
#include "updates/agent/rule_files.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

namespace domain = ledger::domain;
using domain::Module;
using ledger::updates::agent::rule_files;
using ledger::updates::machine::OrderedRule;
using Texts = std::map<std::string, std::string>;

OrderedRule rule(std::uint32_t id, Module module, const std::string& body) {
  return {{id}, module, "Rule & name", "2", {}, body};
}

TEST(RuleFiles, PutPatternsOfLogcheckWhereItLooks) {
  const auto files = rule_files(
      {rule(4'000'001, Module::log_inspection, "# ignore.d.server/ssh\n^one$"),
       rule(4'000'002, Module::log_inspection, "# ignore.d.server/ssh\n# violations.d/su\n^two$")});
  EXPECT_EQ(files, (Texts{{"log_inspection/ignore.d.server/ssh", "^one$\n^two$\n"},
                          {"log_inspection/violations.d/su", "^two$\n"}}));
}

TEST(RuleFiles, NeverLeadOutOfTheirDirectory) {
  const auto files = rule_files(
      {rule(1'000'001, Module::firewall, "service ../../etc/passwd\nallow port 22/tcp"),
       rule(2'900'001, Module::intrusion_prevention,
            "SecRule X \"@pmFromFile ../x.data\" \"id:1\"\n# ../x.data:\nevil"),
       rule(4'000'001, Module::log_inspection, "# ../../etc/cron.d/x\n* * * * * root id"),
       rule(4'000'002, Module::log_inspection, "# /etc/cron.d\nx"),
       rule(4'000'003, Module::log_inspection, "# ignore.d.server/.x\nx")});
  for (const auto& [name, text] : files) {
    EXPECT_EQ(name.find(".."), std::string::npos) << name;
    EXPECT_FALSE(name.starts_with('/')) << name;
  }
  EXPECT_TRUE(files.contains("log_inspection/rules/4000001"));
  EXPECT_TRUE(files.contains("firewall/rules/1000001"));
}

TEST(RuleFiles, GiveModSecurityItsListsAndTheLabelsThatRulesSkipTo) {
  const auto files = rule_files(
      {rule(2'001'000, Module::intrusion_prevention,
            "SecRule A \"@eq 0\" \"id:9001000,skipAfter:END-DRUPAL\""),
       rule(2'901'001, Module::intrusion_prevention, "SecAction \"id:901001\""),
       rule(2'913'100, Module::intrusion_prevention,
            "SecRule B \"@pmFromFile scanners.data\" \\\n  \"id:913100,skipAfter:'END-913'\"\n"
            "# scanners.data:\n# a comment of the list\nnikto\nacunetix"),
       rule(2'913'101, Module::intrusion_prevention, "SecRule C \"@eq 0\" \"id:913101\"")});
  EXPECT_EQ(files.at("intrusion_prevention/scanners.data"),
            "# a comment of the list\nnikto\nacunetix\n");
  const std::string& text = files.at("intrusion_prevention/rules.conf");
  const auto at = [&](const std::string& what) {
    EXPECT_NE(text.find(what), std::string::npos) << what << " in " << text;
    return text.find(what);
  };
  EXPECT_LT(at("id:901001"), at("id:9001000"));
  EXPECT_LT(at("id:9001000"), at("SecMarker \"END-DRUPAL\""));
  EXPECT_LT(at("SecMarker \"END-DRUPAL\""), at("id:913100"));
  EXPECT_LT(at("id:913101"), at("SecMarker \"END-913\""));
  EXPECT_EQ(text.find("nikto"), std::string::npos);
}

// At level 1, rule 913013 leaves out what comes after it in its file.
TEST(RuleFiles, PutTheLevelsOfAFileOfTheCoreRuleSetOneAfterTheOther) {
  const auto guard = [](const std::string& id, const std::string& level) {
    return "SecRule TX:EXECUTING_PARANOIA_LEVEL \"@lt " + level + "\" \"id:" + id + "\"";
  };
  const auto files =
      rule_files({rule(2'913'011, Module::intrusion_prevention, guard("913011", "1")),
                  rule(2'913'013, Module::intrusion_prevention, guard("913013", "2")),
                  rule(2'913'100, Module::intrusion_prevention,
                       "SecRule A \"@eq 0\" \"id:913100,tag:'paranoia-level/1'\""),
                  rule(2'913'101, Module::intrusion_prevention,
                       "SecRule A \"@eq 0\" \"id:913101,tag:'paranoia-level/2'\"")});
  const std::string& text = files.at("intrusion_prevention/rules.conf");
  EXPECT_LT(text.find("id:913011"), text.find("id:913100"));
  EXPECT_LT(text.find("id:913100"), text.find("id:913013"));
  EXPECT_LT(text.find("id:913013"), text.find("id:913101"));
}

TEST(RuleFiles, TurnAConditionOfAideAroundThatHasNothingButAnElse) {
  const auto files =
      rule_files({rule(3'000'001, Module::integrity_monitoring,
                       "# aide.conf.d/31_x\n@@if defined A\n@@else\n@@define A 1\n@@endif\n"
                       "@@if defined B\n@@define C 1\n@@else\n@@define C 2\n@@endif\n/x$ f")});
  EXPECT_EQ(files.at("integrity_monitoring/aide.conf"),
            "# 3000001 version 2: Rule & name\n@@if not defined A\n@@define A 1\n@@endif\n"
            "@@if defined B\n@@define C 1\n@@else\n@@define C 2\n@@endif\n/x$ f\n");
}

TEST(RuleFiles, LeaveOutWhatWaitsForADefinitionOfTheHost) {
  const auto files = rule_files({rule(3'000'001, Module::integrity_monitoring,
                                      "# aide.conf.d/31_x\n@@define A 1\n/@@{A}/@@{ID}/x$ f")});
  EXPECT_EQ(files.at("integrity_monitoring/aide.conf"),
            "# 3000001 version 2: Rule & name\n@@if defined ID\n@@define A 1\n"
            "/@@{A}/@@{ID}/x$ f\n@@endif\n");
}

TEST(RuleFiles, DefineAGroupOfAideOnce) {
  const auto files = rule_files(
      {rule(3'000'001, Module::integrity_monitoring,
            "# aide.conf.d/31_x\n@@define LOG log\nSize = s+b\nFull = Size+p\n/@@{LOG}/x$ f Full"),
       rule(3'000'002, Module::integrity_monitoring,
            "# aide.conf.d/31_y\nSize = s+b\n/y$ f Size")});
  EXPECT_EQ(files.at("integrity_monitoring/aide.conf"),
            "Size = s+b\nFull = Size+p\n"
            "# 3000001 version 2: Rule & name\n@@define LOG log\n/@@{LOG}/x$ f Full\n"
            "# 3000002 version 2: Rule & name\n/y$ f Size\n");
}

TEST(RuleFiles, MakeServicesAndAZoneOfFirewalld) {
  const auto files = rule_files(
      {rule(1'000'001, Module::firewall,
            "service mdns\n# Finds <names>.\nallow port 5353/udp\nallow source-port 1/tcp\n"
            "allow protocol gre\nallow helper ftp\nallow destination ipv4 224.0.0.251\n"
            "allow destination ipv6 ff02::fb\nallow port 5353/udp")});
  EXPECT_EQ(files.at("firewall/services/mdns.xml"),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service>\n"
            "  <short>Rule &amp; name</short>\n"
            "  <description>Finds &lt;names&gt;.</description>\n"
            "  <port port=\"5353\" protocol=\"udp\"/>\n"
            "  <source-port port=\"1\" protocol=\"tcp\"/>\n"
            "  <protocol value=\"gre\"/>\n  <helper name=\"ftp\"/>\n"
            "  <destination ipv4=\"224.0.0.251\" ipv6=\"ff02::fb\"/>\n</service>\n");
  EXPECT_NE(files.at("firewall/zones/update-ledger.xml").find("<service name=\"mdns\"/>"),
            std::string::npos);
}

}  // namespace
}  // namespace tests

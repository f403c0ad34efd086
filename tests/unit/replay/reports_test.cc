#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "replay/limits.h"
#include "replay/reports/markup.h"
#include "replay/reports/period.h"
#include "replay/reports/report.h"
#include "tests/support/fold.h"
#include "tests/support/viewed.h"

namespace replay::reports {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;
using Lines = std::vector<std::string>;

const std::string old_cve = "CVE-2025-0001";
const std::string new_cve = "CVE-2026-0002";

Rule rule_naming(std::uint32_t id, const std::string& cve) {
  Rule rule;
  rule.id = {id};
  rule.module = Module::intrusion_prevention;
  rule.name = "rule";
  rule.version = 1;
  rule.application_type = "web";
  rule.cves = {cve};
  return rule;
}

ImportRuleUpdate update_of(std::uint32_t number, std::vector<Rule> rules) {
  ImportRuleUpdate import;
  import.update = {26, number};
  import.digest.bytes[0] = static_cast<std::uint8_t>(number);
  import.rules = std::move(rules);
  return import;
}

ReleasePattern pattern(const std::string& version) {
  ReleasePattern release;
  release.component = {"virus-pattern"};
  release.product = "Engine";
  release.platform = {"all"};
  release.version = version;
  return release;
}

// A site whose time passes as the test says.
struct Site {
  Fold fold;
  std::uint64_t sequence = 0;

  Position now() const { return Position{fold.log.size() - 1}; }
  void must(const CommandPayload& command) {
    const auto done = fold.submit(command, {ActorKind::user, "alice", "", Authentication::session});
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }
  void enrol(const std::string& id) {
    EnrolComputer computer;
    computer.computer = {id};
    computer.name = "Host " + id;
    computer.platform = {"linux"};
    computer.agent_version = "1.0";
    computer.modules = {Module::anti_malware, Module::intrusion_prevention};
    computer.policy = PolicyId{"web"};
    must(computer);
  }
  // What it should run of rules, and this pattern.
  void runs(const std::string& id, const std::string& version) {
    ReportComputer report;
    report.computer = {id};
    report.sequence = ++sequence;
    report.components = {{{"virus-pattern"}, version}};
    report.ruleset = fold.world.policies.find({"web"})->ruleset.ruleset;
    report.rule_update = fold.world.rule_updates.in_force;
    must(report);
  }
  void pass(Duration time) { fold.now = fold.now + time; }
};

// Four computers that run what they should: pattern 1 and the rule of update 1.
Site settled_site() {
  Site site;
  site.must(CreatePolicy{{"web"}, std::nullopt, ""});
  site.must(update_of(1, {rule_naming(1'000'001, old_cve)}));
  site.must(AssignRules{{"web"}, {{1'000'001}}, {}, {}});
  site.must(pattern("1"));
  for (const auto id : {"c0", "c1", "c2", "c3"}) {
    site.enrol(id);
    site.runs(id, "1");
  }
  return site;
}

Report report_of(const Viewed& viewed, ReportKind kind, Position from, Position to,
                 const std::string& about = "") {
  auto report = make_report(viewed.views, viewed.log, {kind, from, to, "ledger.test", about});
  EXPECT_TRUE(report.has_value()) << report.error().detail;
  return report.value_or(Report{});
}

Time viewed_time(const Site& site, Position position) {
  return site.fold.log[position.value].recorded_at;
}

// The cells of a section's rows, with spaces between them.
Lines lines_of(const Report& report, const std::string& name, const Lines& columns) {
  Lines lines;
  for (const auto& section : report.sections) {
    if (section.name != name) continue;
    const Table table(section);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      std::string line;
      for (const auto& column : columns) {
        line += (line.empty() ? "" : " ") + table.text(row, column);
      }
      lines.push_back(line);
    }
  }
  return lines;
}

std::string figure_of(const Report& report, const std::string& label) {
  for (const auto& figure : report.figures) {
    if (figure.label == label) return figure.value;
  }
  return "no such figure";
}

TEST(TimeToProtect, CountsFromTheReleaseUntilComputersReportIt) {
  Site site = settled_site();
  const auto from = site.now();
  site.pass(hours(1));
  site.must(pattern("2"));
  site.enrol("late");  // Was not there when it came.
  for (const auto id : {"c0", "c1", "c2"}) {
    site.pass(minutes(10));
    site.runs(id, "2");
  }
  site.runs("late", "2");
  site.must(RemoveComputer{{"c3"}});
  const Viewed viewed(site.fold.log);
  const Lines columns = {"release", "computers", "have_it", "lack_it", "left",
                         "half",    "most",      "all",     "slowest"};
  const auto before = report_of(viewed, ReportKind::time_to_protect, from, {site.now().value - 1});
  EXPECT_EQ(lines_of(before, "releases", columns),
            Lines{"virus-pattern 2 (all) 4 3 1 0 PT20M   PT30M"});
  EXPECT_EQ(lines_of(before, "lacking", {"computer", "lacks"}), Lines{"c3 virus-pattern"});
  const auto after = report_of(viewed, ReportKind::time_to_protect, from, site.now());
  EXPECT_EQ(lines_of(after, "releases", columns),
            Lines{"virus-pattern 2 (all) 3 3 0 1 PT20M PT30M PT30M PT30M"});
  EXPECT_EQ(figure_of(after, "of installations done at the end"), "100 %");
}

TEST(TimeToProtect, TakesSomethingLaterForTheRelease) {
  Site site = settled_site();
  const auto from = site.now();
  site.must(pattern("2"));
  site.pass(minutes(5));
  site.must(pattern("3"));
  site.pass(minutes(5));
  site.runs("c0", "3");
  site.runs("c1", "2");
  const Viewed viewed(site.fold.log);
  const auto report = report_of(viewed, ReportKind::time_to_protect, from, site.now());
  EXPECT_EQ(lines_of(report, "releases", {"release", "have_it", "half"}),
            (Lines{"virus-pattern 2 (all) 2 PT10M", "virus-pattern 3 (all) 1 "}));
}

// Update 2 changes a rule and brings one that policy web gets; c0 and c1 take both, then it is
// rolled back, and c0 follows.
Site rolled_back_site() {
  Site site = settled_site();
  auto rules = std::vector<Rule>{rule_naming(1'000'001, old_cve), rule_naming(1'000'002, new_cve)};
  rules[0].version = 2;
  site.pass(hours(1));
  site.must(update_of(2, rules));
  site.must(AssignRules{{"web"}, {{1'000'002}}, {}, {}});
  site.must(CreateUser{{"bob"}, "Bob", Role::viewer});
  site.pass(hours(1));
  site.runs("c0", "1");
  site.runs("c1", "1");
  site.pass(hours(1));
  site.must(RollBackRuleUpdate{{26, 1}, false, std::nullopt});
  site.pass(hours(1));
  site.runs("c0", "1");
  return site;
}

TEST(ExposureReport, TellsCoverFromWhenToWhenAndWhoLostIt) {
  const Site site = rolled_back_site();
  const Viewed viewed(site.fold.log);
  const Position from = settled_site().now();
  const auto report = report_of(viewed, ReportKind::exposure, from, site.now());
  EXPECT_EQ(lines_of(report, "cves",
                     {"cve", "rules", "covered_before", "exposed_before", "covered", "exposed",
                      "most_exposed"}),
            (Lines{new_cve + " 1 0 4 1 3 4", old_cve + " 1 4 0 4 0 0"}));
  const auto began = rfc3339(viewed_time(site, from));
  const auto took = rfc3339(site.fold.now - hours(2));
  const auto end = rfc3339(site.fold.now);
  EXPECT_EQ(lines_of(report, "cover", {"cve", "state", "from", "to", "covered_least"}),
            (Lines{new_cve + " none " + began + " " + took + " 0",
                   new_cve + " some " + took + " " + end + " 1",
                   old_cve + " all " + began + " " + end + " 4"}));
  EXPECT_EQ(lines_of(report, "policies", {"policy", "cve", "covered", "exposed"}),
            Lines{"web " + new_cve + " 1 3"});
  EXPECT_EQ(lines_of(report, "losses", {"time", "computer", "lost", "gained", "cves"}),
            Lines{end + " c0 1 0 " + new_cve});
  EXPECT_EQ(figure_of(report, "with cover on all computers"), "1");
}

TEST(ExposureReport, ListsComputersWhenItIsAboutOneCve) {
  const Site site = rolled_back_site();
  const Viewed viewed(site.fold.log);
  const Position from = settled_site().now();
  const auto report = report_of(viewed, ReportKind::exposure, from, site.now(), new_cve);
  EXPECT_EQ(lines_of(report, "computers", {"computer", "state"}),
            (Lines{"c0 exposed", "c0 covered", "c0 exposed", "c1 exposed", "c1 covered",
                   "c2 exposed", "c3 exposed"}));
  EXPECT_EQ(lines_of(report, "cves", {"cve"}), Lines{new_cve});
}

TEST(TimeToProtect, CountsARollbackOfRulesAsARelease) {
  const Site site = rolled_back_site();
  const Viewed viewed(site.fold.log);
  const auto report =
      report_of(viewed, ReportKind::time_to_protect, settled_site().now(), site.now());
  // c2 and c3 never left the rules of update 1, so they had those at once.
  EXPECT_EQ(
      lines_of(report, "releases", {"release", "computers", "have_it", "half", "slowest"}),
      (Lines{"rules 26-002 applied 4 2 PT1H PT1H", "rules 26-001 rolled back 4 3 PT0S PT1H"}));
}

TEST(CoverageReport, CountsTheFleetOverTimeAndSaysWhoIsBehind) {
  Site site = settled_site();
  const auto from = site.now();
  site.pass(minutes(30));
  site.must(pattern("2"));
  site.pass(minutes(30));
  site.runs("c0", "2");
  const Viewed viewed(site.fold.log);
  const auto report = report_of(viewed, ReportKind::coverage, from, site.now());
  const Lines statuses = {"computers", "by_status.up_to_date", "by_status.out_of_date"};
  EXPECT_EQ(lines_of(report, "status_over_time", statuses), (Lines{"4 4 0", "4 0 4", "4 1 3"}));
  EXPECT_EQ(lines_of(report, "modules_over_time",
                     {"anti_malware.computers", "anti_malware.current", "firewall.computers",
                      "intrusion_prevention.current"}),
            (Lines{"4 4 0 4", "4 0 0 4", "4 1 0 4"}));
  EXPECT_EQ(lines_of(report, "by_policy", {"name", "computers", "by_status.up_to_date"}),
            Lines{"web 4 1"});
  EXPECT_EQ(lines_of(report, "in_effect", {"what", "version", "scope", "computers", "current"}),
            (Lines{"virus-pattern 2 all 4 1", "rules 26-001 web 4 4"}));
  EXPECT_EQ(lines_of(report, "behind", {"computer", "status", "since"}),
            (Lines{"c1 out_of_date " + rfc3339(site.fold.now - minutes(30)),
                   "c2 out_of_date " + rfc3339(site.fold.now - minutes(30)),
                   "c3 out_of_date " + rfc3339(site.fold.now - minutes(30))}));
  EXPECT_EQ(figure_of(report, "up to date at the end"), "25 %");
}

TEST(ChangesReport, TellsDecisionsAndNotWhatMachinesReport) {
  Site site = settled_site();
  const auto from = site.now();
  site.must(CreatePolicy{{"mail"}, PolicyId{"web"}, ""});
  site.fold.reason = "=HYPERLINK(\"x\") & <b>";
  site.must(PlaceHold{HoldId{"freeze"}, std::nullopt, std::nullopt});
  site.runs("c0", "1");
  const Viewed viewed(site.fold.log);
  const auto report = report_of(viewed, ReportKind::changes, from, site.now());
  EXPECT_EQ(lines_of(report, "changes", {"by", "kind", "type", "subject", "what", "also"}),
            (Lines{"user:alice policies policy.created policy/mail policy mail, parent web 1",
                   "user:alice holds hold.placed hold/freeze hold freeze 0"}));
  EXPECT_EQ(lines_of(report, "by_kind", {"name", "changes"}), (Lines{"holds 1", "policies 1"}));
  EXPECT_NE(report_csv(report).find("\"'=HYPERLINK(\"\"x\"\") & <b>\""), std::string::npos);
  EXPECT_NE(report_html(report).find("=HYPERLINK(&quot;x&quot;) &amp; &lt;b&gt;"),
            std::string::npos);
}

TEST(ChangesReport, TellsValuesAsTheyWereRecorded) {
  Site site = settled_site();
  const auto from = site.now();
  site.must(ChangeSetting{SettingName::auto_apply_rule_updates, "false"});
  site.must(CreatePolicy{{"a_b"}, std::nullopt, "c_d"});
  const Viewed viewed(site.fold.log);
  const auto report = report_of(viewed, ReportKind::changes, from, site.now());
  EXPECT_EQ(lines_of(report, "changes", {"what"}),
            (Lines{"name auto_apply_rule_updates, value false, previous true",
                   "policy a_b, description c_d"}));
}

TEST(Markup, LetsNoTextTurnTheDirectionOfAPage) {
  EXPECT_EQ(escaped("a\u202eb\u061c\x1b<\u00fc\n"), "a\ufffdb\ufffd\ufffd&lt;\u00fc\n");
}

TEST(AccessReport, TellsRolesAndTokensWithinThePeriod) {
  Site site = settled_site();
  const auto began = site.fold.now;
  site.must(CreateUser{{"bob"}, "Bob", Role::viewer});
  const auto from = site.now();
  site.pass(hours(1));
  site.must(ChangeUser{{"bob"}, "Bob", Role::admin});
  IssueToken issue;
  issue.token = {"ci"};
  issue.role = Role::operator_;
  issue.secret.bytes[0] = 7;
  issue.expires_at = site.fold.now + days(1);
  site.must(issue);
  site.pass(hours(1));
  site.must(RevokeToken{{"ci"}});
  const auto end = site.fold.now;
  const Viewed viewed(site.fold.log);
  const auto report = report_of(viewed, ReportKind::access, from, site.now());
  const auto middle = rfc3339(end - hours(1));
  EXPECT_EQ(lines_of(report, "roles", {"user", "state", "from", "to"}),
            (Lines{"bob viewer " + rfc3339(began) + " " + middle,
                   "bob admin " + middle + " " + rfc3339(end)}));
  EXPECT_EQ(lines_of(report, "tokens", {"token", "state", "from", "to", "ended", "by"}),
            Lines{"ci operator " + middle + " " + rfc3339(end) + " revoked user:alice"});
  EXPECT_EQ(lines_of(report, "changes", {"type"}),
            (Lines{"user.changed", "token.issued", "token.revoked"}));
}

constexpr ReportKind every_kind[] = {ReportKind::coverage, ReportKind::time_to_protect,
                                     ReportKind::changes, ReportKind::exposure, ReportKind::access};

TEST(Report, IsReproducedToTheByteAfterMoreEventsAndFromViewsMadeAnew) {
  Site site = rolled_back_site();
  const auto to = site.now();
  const Viewed then(site.fold.log);
  site.pass(days(2));
  site.must(pattern("9"));
  site.must(RemoveComputer{{"c0"}});
  site.must(update_of(3, {rule_naming(1'000'001, new_cve)}));
  const Viewed later(site.fold.log);
  for (const auto kind : every_kind) {
    const auto made = report_of(then, kind, Position{3}, to);
    const auto again = report_of(later, kind, Position{3}, to);
    EXPECT_EQ(report_json(made), report_json(again));
    EXPECT_EQ(report_csv(made), report_csv(again));
    EXPECT_EQ(report_html(made), report_html(again));
    EXPECT_EQ(again.size, Position{to.value + 1});
    EXPECT_EQ(again.root, then.log.head().root);
    EXPECT_NE(digest_of(made), digest_of(report_of(then, kind, Position{4}, to)));
  }
}

// Why it is not well-formed; empty: it is.
std::string disorder_in(const std::string& page) {
  Lines open;
  for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const auto end = page.find('>', at);
    if (end == std::string::npos) return "a tag has no end";
    if (page[at + 1] == '!' || page[end - 1] == '/') continue;
    const bool closes = page[at + 1] == '/';
    const auto begin = at + (closes ? 2 : 1);
    const auto name = page.substr(begin, page.find_first_of(" >", begin) - begin);
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "</" + name + "> closes nothing";
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

TEST(Report, IsAPageThatNeedsNothingFromElsewhere) {
  const Site site = rolled_back_site();
  const Viewed viewed(site.fold.log);
  for (const auto kind : every_kind) {
    const auto report = report_of(viewed, kind, Position{0}, site.now());
    const auto page = report_html(report);
    EXPECT_EQ(disorder_in(page), "");
    for (const auto word : {"http", "src=", "<script", "url(", "@import"}) {
      EXPECT_EQ(page.find(word), std::string::npos) << word;
    }
    EXPECT_NE(page.find(hex(digest_of(report))), std::string::npos);
    EXPECT_NE(page.find(hex(report.root)), std::string::npos);
    EXPECT_NE(page.find("role=\"img\""), std::string::npos) << report.title;
    EXPECT_EQ(page.find("<figure><svg class=\"plot\" viewBox=\"0 0 760 -"), std::string::npos);
  }
}

TEST(Report, RefusesPeriodsThatAreNone) {
  const Site site = settled_site();
  const Viewed viewed(site.fold.log);
  const auto refusal = [&](ReportKind kind, Position from, Position to, const std::string& about) {
    const auto made = make_report(viewed.views, viewed.log, {kind, from, to, "", about});
    return made ? std::string() : made.error().reason;
  };
  EXPECT_EQ(refusal(ReportKind::coverage, {5}, {4}, ""), "report-range-backward");
  EXPECT_EQ(refusal(ReportKind::coverage, {4}, {4}, ""), "");
  EXPECT_EQ(refusal(ReportKind::access, {4}, {5}, old_cve), "report-about-nothing");
  EXPECT_EQ(refusal(ReportKind::exposure, {4}, {5}, "log4j"), "cve-invalid");
  const Period period{
      viewed.views, viewed.log, {}, {{ledger::limits::report_events_max + 1}, {}}, ""};
  EXPECT_EQ(check_events(period).error().reason, "report-range-too-large");
}

TEST(Report, SamplesWholeTimesOfWhichFewEnoughFit) {
  EXPECT_EQ(step_between({0}, {minutes(59).micros}, 60), minutes(1));
  EXPECT_EQ(step_between({0}, {minutes(60).micros}, 60), minutes(5));
  EXPECT_EQ(step_between({0}, {days(30).micros}, 60), days(1));
  EXPECT_EQ(spoken(seconds(3'599)), "59 min 59 s");
  EXPECT_EQ(spoken({days(1).micros - 1}), "1 d");
  EXPECT_EQ(percent(999, 1'000), "99 %");
  EXPECT_EQ(percent(1, 1'000), "under 1 %");
}

}  // namespace
}  // namespace replay::reports

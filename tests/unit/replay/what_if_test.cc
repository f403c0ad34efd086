#include "replay/what_if.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "ledger/fold_log.h"
#include "ledger/store/memory_log.h"
#include "replay/edits_json.h"
#include "replay/limits.h"
#include "replay/records_file.h"
#include "replay/supposed_log.h"
#include "replay/verify.h"
#include "tests/support/any_commands.h"
#include "tests/support/random_history.h"
#include "tests/support/seed.h"
#include "tests/support/viewed.h"

namespace replay {
namespace {

using namespace ledger::domain;
using tests::Fold;
using tests::Viewed;

Edit without(std::uint64_t at) { return {EditKind::drop_event, {at}, {}}; }
Edit with_command(std::uint64_t at, CommandPayload payload) {
  return {EditKind::command, {at}, std::move(payload)};
}

ledger::Result<WhatIf> suppose(const Viewed& viewed, WhatIfQuery query) {
  return what_if({viewed.log, viewed.views, tests::utc_only()}, query);
}

WhatIf supposed(const Viewed& viewed, std::vector<Edit> edits) {
  const auto told = suppose(viewed, {std::move(edits), {}, {}});
  EXPECT_TRUE(told) << told.error().detail;
  return told ? *told : WhatIf{};
}

std::string refusal_of(const Viewed& viewed, WhatIfQuery query) {
  const auto told = suppose(viewed, std::move(query));
  return told ? std::string() : told.error().reason;
}

const SupposedRow* row_of(const WhatIf& told, const std::string& view, const std::string& key) {
  for (const auto& row : told.rows) {
    if (row.view == view && row.key == key) return &row;
  }
  return nullptr;
}

// 0: base, 1: web is created; 2: it is described anew; 3: pc-1 joins it; 4: db.
Fold web_and_pc() {
  Fold fold;
  EXPECT_TRUE(fold.submit(CreatePolicy{{"base"}, std::nullopt, ""}));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, std::nullopt, "old"}));
  EXPECT_TRUE(fold.submit(ChangePolicy{{"web"}, std::nullopt, "new"}));
  EnrolComputer enrol = tests::enrolment_of(1);
  enrol.policy = PolicyId{"web"};
  EXPECT_TRUE(fold.submit(enrol));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"db"}, std::nullopt, ""}));
  return fold;
}

TEST(WhatIf, DropsWhatIsSaidOfSomethingThatNeverWas) {
  const Viewed viewed(web_and_pc().log);
  const auto told = supposed(viewed, {without(1)});
  EXPECT_TRUE(told.hypothetical);
  ASSERT_EQ(told.dropped_events.size(), 3U);
  EXPECT_EQ(told.dropped_events[0].why, "It is dropped by an edit.");
  EXPECT_EQ(told.dropped_events[1].type, "policy.changed");
  EXPECT_EQ(told.dropped_events[2].type, "computer.enrolled");
  EXPECT_EQ(told.dropped_events[2].why, "There is no policy web.");
  ASSERT_NE(row_of(told, "policies", "web"), nullptr);
  EXPECT_EQ(row_of(told, "policies", "web")->change, "only_in_fact");
  EXPECT_EQ(row_of(told, "policies", "db"), nullptr);
  EXPECT_EQ(told.computers_in_fact.unknown - told.computers_there.unknown, 1U);
}

TEST(WhatIf, IsAHistoryThatAnyBuildCanFold) {
  const Viewed viewed(web_and_pc().log);
  std::vector<Event> events;
  WhatIfQuery query{
      {without(2), with_command(4, CreatePolicy{{"mail"}, PolicyId{"web"}, ""})}, {}, {}};
  query.on_event = [&](const Event& event) { events.push_back(event); };
  const auto told = suppose(viewed, std::move(query));
  ASSERT_TRUE(told) << told.error().detail;
  const auto records = supposed_records(viewed.log, told->from, events);
  ASSERT_TRUE(records) << records.error().detail;
  ledger::store::MemoryLog log;
  ASSERT_TRUE(append_records(*records, log));
  EXPECT_TRUE(verify(log, {}).is_sound());
  World there;
  ASSERT_TRUE(ledger::fold_log(log, log.head().size, there));
  EXPECT_EQ(there.policies.find({"web"})->description, "old") << "the change was dropped";
  EXPECT_EQ(there.policies.find({"mail"})->parent, PolicyId{"web"});
  EXPECT_NE(there.policies.find({"db"}), nullptr);
}

TEST(WhatIf, KeepsWhatAnEarlierEventSaid) {
  const Viewed viewed(web_and_pc().log);
  const auto told = supposed(viewed, {without(2)});
  EXPECT_EQ(told.dropped, 1U);
  ASSERT_EQ(told.rows_differ, 1U);
  EXPECT_EQ(told.rows[0].changed_fields,
            (std::vector<FieldDiff>{{"description", {R"("new")"}, {R"("old")"}}}));
}

// i1 is given to all in fact, and pc-1 answers it.
TEST(WhatIf, GivesInstructionsBeforeThoseThatWereGiven) {
  Fold fold = web_and_pc();
  const std::string computer(fold.world.computers.table.id(0));
  const Instruct everybody{InstructionAction::download_update, {}};
  const auto given = fold.submit(everybody);
  ASSERT_TRUE(given);
  ASSERT_TRUE(fold.submit(ReportInstructionFinished{{computer}, {"i1"}, true, {}, ""}));
  ASSERT_TRUE(fold.submit(everybody));
  const Viewed viewed(fold.log);
  std::vector<Event> events;
  WhatIfQuery query{{with_command(given->front().position.value, everybody)}, {}, {}};
  query.on_event = [&](const Event& event) { events.push_back(event); };
  const auto told = suppose(viewed, std::move(query));
  ASSERT_TRUE(told) << told.error().detail;
  EXPECT_EQ(told->supposed, 1U);
  EXPECT_EQ(told->dropped, 0U);
  std::vector<std::string> names;
  for (const auto& event : events) {
    if (const auto* each = get_if<Instructed>(&event.payload)) {
      names.push_back(each->instruction.value + " of " + event.stream);
      EXPECT_EQ("i" + std::to_string(each->number), each->instruction.value);
    }
    if (const auto* each = get_if<InstructionFinished>(&event.payload)) {
      names.push_back(each->instruction.value + " answered");
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"i1 of instruction/i1", "i2 of instruction/i2",
                                             "i2 answered", "i3 of instruction/i3"}));
}

TEST(WhatIf, DropsWhatADroppedEventCaused) {
  Fold fold = web_and_pc();
  Command command = fold.command_of(CreateGroup{{"g1"}, std::nullopt});
  command.causation = Position{4};
  ASSERT_TRUE(fold.submit_command(command));
  fold.log.back().causation = Position{4};
  const auto told = supposed(Viewed(fold.log), {without(4)});
  ASSERT_EQ(told.dropped_events.size(), 2U);
  EXPECT_EQ(told.dropped_events[1].type, "group.created");
  EXPECT_EQ(told.dropped_events[1].because_of, Position{4});
}

// Two rule updates, one after the other in force, and a policy that has rules of them.
Fold two_updates() {
  Fold fold;
  EXPECT_TRUE(fold.submit(ChangeSetting{SettingName::auto_apply_rule_updates, "false"}));
  EXPECT_TRUE(fold.submit(tests::import_of(1, fold.now)));
  EXPECT_TRUE(fold.submit(tests::import_of(2, fold.now)));
  EXPECT_TRUE(fold.submit(CreatePolicy{{"web"}, std::nullopt, ""}));
  EXPECT_TRUE(fold.submit(ApplyRuleUpdate{tests::update_id(1)}));
  EXPECT_TRUE(fold.submit(AssignRules{{"web"}, {}, {"web"}, {}}));
  EXPECT_TRUE(fold.submit(ApplyRuleUpdate{tests::update_id(2)}));
  return fold;
}

TEST(WhatIf, DecidesRulesAnewWithoutARollback) {
  Fold fold = two_updates();
  const auto rolled_back = fold.submit(RollBackRuleUpdate{tests::update_id(1), false, {}});
  ASSERT_TRUE(rolled_back);
  Fold without_it = two_updates();
  for (Fold* each : {&fold, &without_it}) {
    ASSERT_TRUE(each->submit(AssignRules{{"web"}, {}, {"ssh"}, {}}));
  }
  const Digest expected = without_it.world.policies.find({"web"})->ruleset.ruleset;
  ASSERT_NE(fold.world.policies.find({"web"})->ruleset.ruleset, expected);
  const Viewed viewed(fold.log);
  const auto told = supposed(viewed, {without(rolled_back->front().position.value)});
  const auto* row = row_of(told, "policies", "web");
  ASSERT_NE(row, nullptr);
  EXPECT_NE(row->there.text.find(hex(expected)), std::string::npos) << row->there.text;
  EXPECT_EQ(told.dropped, rolled_back->size());
  EXPECT_GE(told.decided_anew, 2U);
}

TEST(WhatIf, TellsWhatWouldBeRefused) {
  const Viewed viewed(two_updates().log);
  const auto told =
      supposed(viewed, {with_command(viewed.log.head().size.value,
                                     RollBackRuleUpdate{tests::update_id(3), false, {}})});
  ASSERT_EQ(told.refused.size(), 1U);
  EXPECT_EQ(told.refused[0].command, "roll_back_rule_update");
  EXPECT_EQ(told.refused[0].code, "rule-update-unknown");
  EXPECT_EQ(told.rows_differ, 0U);
}

TEST(WhatIf, TellsAlertsThatWouldNotHaveBeenRaised) {
  Fold fold;
  ASSERT_TRUE(fold.submit(ChangeSetting{SettingName::auto_apply_rule_updates, "false"}));
  const auto imported = fold.submit(tests::import_of(1, fold.now));
  ASSERT_TRUE(imported);
  ASSERT_TRUE(fold.pass(days(40)));
  ASSERT_EQ(tests::count_of<AlertRaised>(fold.log), 1U);
  const Viewed viewed(fold.log);
  const std::uint64_t after = imported->back().position.value + 1;
  const auto told = supposed(viewed, {with_command(after, ApplyRuleUpdate{tests::update_id(1)})});
  ASSERT_EQ(told.alerts.size(), 1U);
  EXPECT_EQ(told.alerts[0].raised_in_fact, 1U);
  EXPECT_EQ(told.alerts[0].raised_there, 0U);
  EXPECT_TRUE(told.alerts[0].open_in_fact);
  EXPECT_FALSE(told.alerts[0].open_there);
  ASSERT_GE(told.supposed_events.size(), 1U);
  EXPECT_EQ(told.supposed_events[0].type, "rule_update.applied");
}

TEST(WhatIf, KeepsASettingAgainstLaterChanges) {
  Fold fold;
  const auto name = SettingName::rule_updates_kept;
  ASSERT_TRUE(fold.submit(ChangeSetting{name, "5"}));
  ASSERT_TRUE(fold.submit(ChangeSetting{name, "6"}));
  ASSERT_TRUE(fold.submit(ChangeSetting{name, "7"}));
  const Viewed viewed(fold.log);
  const auto told = supposed(viewed, {{EditKind::setting, {1}, ChangeSetting{name, "9"}}});
  EXPECT_EQ(told.dropped, 2U);
  ASSERT_EQ(told.dropped_events.size(), 2U);
  EXPECT_EQ(told.dropped_events[0].why, "An edit keeps this setting.");
  ASSERT_EQ(told.rows_differ, 1U);
  EXPECT_NE(told.rows[0].there.text.find("\"9\""), std::string::npos);
}

TEST(WhatIf, SaysWhatIsWrongWithItsEdits) {
  const Viewed viewed(web_and_pc().log);
  EXPECT_EQ(refusal_of(viewed, {{}, {}, {}}), "edits-missing");
  EXPECT_EQ(refusal_of(viewed, {{without(5)}, {}, {}}), "edit-beyond-log");
  EXPECT_EQ(refusal_of(viewed, {{without(1)}, Position{6}, {}}), "what-if-range");
  EXPECT_EQ(refusal_of(viewed, {{without(1)}, Position{0}, {}}), "what-if-range");
  EXPECT_EQ(
      refusal_of(viewed,
                 {std::vector<Edit>(ledger::limits::what_if_edits_max + 1, without(0)), {}, {}}),
      "edits-too-many");
  EXPECT_EQ(refusal_of(viewed, {{without(1)}, {}, [](const Progress&) { return false; }}),
            "what-if-ended");
  EXPECT_EQ(refusal_of(viewed, {{without(4)}, Position{5}, {}}), "");
}

TEST(WhatIf, ReadsEditsThatAreWrittenDown) {
  const auto edits = edits_from_text(
      R"([{"drop_event":12},{"drop_command":15},)"
      R"({"before":20,"command":{"command":"apply_rule_update","update":"26-004"}},)"
      R"({"from":30,"setting":"rule_updates_kept","value":"9"},)"
      R"({"from":31,"setting":"heartbeat_interval","policy":"web"},)"
      R"({"before":32,"command":{"command":"instruct","action":"send_policy",)"
      R"("scope":{"kind":"policy","name":"web"}}}])");
  ASSERT_TRUE(edits) << edits.error().detail;
  ASSERT_EQ(edits->size(), 6U);
  EXPECT_EQ(get<Instruct>((*edits)[5].command).scope.name, "web");
  EXPECT_EQ((*edits)[0].kind, EditKind::drop_event);
  EXPECT_EQ((*edits)[1].at, Position{15});
  EXPECT_EQ(get<ApplyRuleUpdate>((*edits)[2].command).update.number, 4U);
  EXPECT_EQ(get<ChangeSetting>((*edits)[3].command).value, "9");
  EXPECT_EQ(get<ChangePolicySetting>((*edits)[4].command).value, std::nullopt);
  for (const char* wrong :
       {"", "{}", "[7]", "[{}]", R"([{"drop_event":1,"drop_command":2}])", R"([{"drop_event":-1}])",
        R"([{"before":1}])", R"([{"before":1,"command":{"command":"tick"}}])",
        R"([{"before":1,"command":{"command":"apply_rule_update"}}])",
        R"([{"before":1,"command":{"command":"apply_rule_update","update":"26-004","x":1}}])",
        R"([{"from":1,"setting":"rule_updates_kept"}])", R"([{"drop_event":1,"value":"9"}])",
        R"([{"from":1,"setting":"nonsense","value":"9"}])"}) {
    const auto read = edits_from_text(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().reason, "what-if-edit-invalid");
  }
}

// An edit that is refused changes nothing: all that is decided anew comes out as it was.
TEST(WhatIf, WithoutAChangeIsWhatHappened) {
  const std::uint64_t seed = tests::test_seed();
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Fold fold = tests::random_history(seed + i, 150);
    const Viewed viewed(fold.log);
    const std::uint64_t at = (seed + i * 37) % fold.log.size();
    WhatIfQuery query{{with_command(at, ReleaseHold{{"none-of-this-name"}})}, {}, {}, {}};
    query.quiet_time = Duration{0};  // Tests let time pass without telling.
    const auto told = suppose(viewed, query);
    ASSERT_TRUE(told) << told.error().detail;
    EXPECT_EQ(told->rows_differ, 0U) << "seed " << seed + i << " at " << at << ": "
                                     << told->rows.front().view << " " << told->rows.front().key;
    EXPECT_EQ(told->dropped, 0U) << "seed " << seed + i << " at " << at << ": "
                                 << told->dropped_events.front().type << " "
                                 << told->dropped_events.front().why;
    EXPECT_EQ(told->supposed, 0U) << "seed " << seed + i;
    EXPECT_TRUE(told->alerts.empty()) << "seed " << seed + i;
    EXPECT_EQ(told->refused.size(), 1U);
  }
}

// Whatever is left out, the rest is folded to its end, and each event is counted.
TEST(WhatIf, OfAnyDroppedEventIsFoldedToTheEnd) {
  const std::uint64_t seed = tests::test_seed();
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Fold fold = tests::random_history(seed + 1'000 + i, 120);
    const Viewed viewed(fold.log);
    for (std::uint64_t at = i; at < fold.log.size(); at += 23) {
      const auto told = supposed(viewed, {without(at)});
      EXPECT_EQ(viewed.log.head().size.value, fold.log.size());
      std::size_t alerts = 0;
      for (std::size_t j = told.from.value; j < fold.log.size(); ++j) {
        const auto& payload = fold.log[j].payload;
        if (holds<AlertRaised>(payload) || holds<AlertChanged>(payload) ||
            holds<AlertEnded>(payload)) {
          ++alerts;
        }
      }
      const auto in_range = fold.log.size() - told.from.value;
      EXPECT_LE(told.as_recorded + told.decided_anew + told.dropped, in_range);
      EXPECT_GE(told.as_recorded + told.decided_anew + told.dropped + alerts, in_range);
    }
  }
}

}  // namespace
}  // namespace replay

// Steps about settings, sources, patterns, rule updates and policies.
#include <array>
#include <span>

#include "ledger/domain/settings.h"
#include "tests/support/any_commands.h"

namespace tests {

using namespace ledger::domain;

Digest digest_of(std::uint32_t number) {
  Digest digest;
  for (std::size_t i = 0; i < 4; ++i) {
    digest.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  digest.bytes[31] = 1;
  return digest;
}

RuleUpdateId update_id(std::uint32_t number) { return {25 + number / 999, number % 999}; }

namespace {

constexpr std::uint32_t rules_many = 10;

Rule rule_of(std::uint32_t update, std::uint32_t index) {
  static constexpr std::array<Module, 4> modules = {Module::firewall, Module::intrusion_prevention,
                                                    Module::integrity_monitoring,
                                                    Module::log_inspection};
  static constexpr std::array<const char*, 3> types = {"web", "ssh", "mail"};
  Rule rule;
  rule.id = RuleId{1'000'001 + index};
  rule.module = modules[index % modules.size()];
  rule.name = "rule " + std::to_string(index);
  rule.version = 1 + (update + index) / 3;
  rule.severity = RuleSeverity::high;
  rule.application_type = types[index % types.size()];
  rule.cves = {"CVE-2024-000" + std::to_string(index / 2)};
  if (index % 4 == 1) rule.cves.push_back("CVE-2025-000" + std::to_string(index));
  rule.auto_assignable = index % 3 != 2;
  rule.body = digest_of(index * 1'000 + rule.version);
  rule.body_bytes = 10;
  return rule;
}

}  // namespace

ImportRuleUpdate import_of(std::uint32_t number, Time now) {
  ImportRuleUpdate import;
  import.update = update_id(number);
  import.title = "Update " + std::to_string(number);
  import.digest = digest_of(number);
  import.bytes = 1'000;
  import.released_at = now;
  import.origin = ImportOrigin::file;
  for (std::uint32_t i = 0; i < rules_many; ++i) {
    // Rules come and go; the last ones come late.
    if ((number * 5 + i * 3) % 7 == 0 || i > 5 + number) continue;
    import.rules.push_back(rule_of(number, i));
  }
  return import;
}

namespace {

// -- Settings, sources, patterns -----------------------------------------------------------------

CommandPayload change_setting(const Dice& dice) {
  const auto rules = setting_rules();
  const SettingRule& rule = rules[dice.a % rules.size()];
  switch (rule.kind) {
    case SettingKind::flag:
      return ChangeSetting{rule.name, dice.b % 2 == 0 ? "true" : "false"};
    case SettingKind::number:
      return ChangeSetting{rule.name, std::to_string(1 + dice.b % 4)};
    case SettingKind::duration:
      return ChangeSetting{rule.name, iso8601(minutes(1 + dice.b % 90))};
    case SettingKind::url:
      return ChangeSetting{rule.name, dice.b % 2 == 0 ? "vendor" : "https://mirror.example"};
  }
  return Tick{dice.now, {}};
}

CommandPayload change_auto_apply(const Dice& dice) {
  return ChangeSetting{SettingName::auto_apply_rule_updates, dice.b % 3 == 0 ? "false" : "true"};
}

CommandPayload change_policy_setting(const Dice& dice) {
  ChangePolicySetting change{named<PolicyId>("p", dice.a, 5), SettingName::heartbeat_interval, {}};
  if (dice.b % 3 != 0) change.value = iso8601(minutes(1 + dice.b % 30));
  return change;
}

CommandPayload configure_source(const Dice& dice) {
  return ConfigureSource{named<SourceId>("s", dice.a, 3),
                         "https://updates.example/" + std::to_string(dice.b % 3),
                         "",
                         dice.b % 5 == 0 ? std::optional(digest_of(1)) : std::nullopt,
                         "",
                         dice.b % 4 != 0};
}

CommandPayload remove_source(const Dice& dice) {
  return RemoveSource{named<SourceId>("s", dice.a, 3)};
}

CommandPayload request_check(const Dice& dice) {
  return RequestSourceCheck{named<SourceId>("s", dice.a, 3), DownloadMode::check_and_download};
}

OperationId check_of(const Dice& dice, const SourceId& source) {
  const Source* known = dice.world.sources.find(source);
  return known != nullptr && known->check ? *known->check : OperationId{"check-0"};
}

CommandPayload report_checked(const Dice& dice) {
  const auto source = named<SourceId>("s", dice.a, 3);
  ReportSourceChecked report{
      source,    check_of(dice, source), 1 + dice.b % 6, digest_of(dice.b % 6), std::nullopt, {},
      dice.b % 2};
  if (dice.b % 2 == 0) report.expires_at = dice.now + days(dice.b % 40);
  return report;
}

CommandPayload report_check_failed(const Dice& dice) {
  const auto source = named<SourceId>("s", dice.a, 3);
  const auto cause = dice.b % 2 == 0 ? SourceFault::timed_out : SourceFault::disk_full;
  return ReportSourceCheckFailed{source, check_of(dice, source), cause, "no luck"};
}

CommandPayload report_not_authentic(const Dice& dice) {
  return ReportVerificationFailed{named<SourceId>("s", dice.a, 3), "25-001.json", "targets",
                                  "manager", "its digest differs"};
}

CommandPayload import_bundle(const Dice& dice) {
  return RecordBundleImported{named<SourceId>("s", dice.a, 3), digest_of(dice.b), dice.b, dice.a,
                              dice.c % 2 == 0};
}

CommandPayload refuse_bundle(const Dice& dice) {
  return RecordBundleRefused{named<SourceId>("s", dice.a, 3), digest_of(dice.b), "why"};
}

CommandPayload prune_content(const Dice& dice) {
  return RecordContentPruned{digest_of(dice.b), dice.b, PruneCause::retention};
}

CommandPayload record_bundle(const Dice& dice) {
  return RecordBundleCreated{named<SourceId>("s", dice.a, 3), digest_of(dice.b), dice.b, dice.a};
}

CommandPayload report_root(const Dice& dice) {
  return ReportTrustRoot{named<SourceId>("s", dice.a, 3), 1 + dice.b % 4, digest_of(dice.b % 4)};
}

CommandPayload report_download(const Dice& dice) {
  const auto source = named<SourceId>("s", dice.a, 3);
  const std::string target = "rules/25-001.json";
  if (dice.b % 3 == 0) return ReportDownloadStarted{source, target, digest_of(dice.c), 100};
  if (dice.b % 3 == 1) return ReportDownloadFailed{source, target, SourceFault::other, "no luck"};
  return ReportDownloadFinished{source, target, digest_of(dice.c), 100, 1, 1 + dice.c % 6};
}

CommandPayload release_pattern(const Dice& dice) {
  static constexpr std::array<const char*, 3> platforms = {"all", "linux", "windows"};
  const ComponentName component{dice.a % 2 == 0 ? "virus-pattern" : "spyware-pattern"};
  const Platform platform{platforms[dice.b % platforms.size()]};
  const Pattern* known = dice.world.patterns.find(component, platform);
  const std::size_t number = known == nullptr ? 1 : known->versions.size() + 1;
  return ReleasePattern{component, "Engine",          platform, "1." + std::to_string(number),
                        dice.now,  digest_of(dice.c), 100,      std::nullopt};
}

CommandPayload retire_pattern(const Dice& dice) {
  const auto key = one_of(dice.world.patterns.patterns, dice.a);
  if (!key) return RetirePattern{{"virus-pattern"}, {"all"}, "1.1"};
  const auto& versions = dice.world.patterns.patterns.at(*key).versions;
  return RetirePattern{key->first, key->second, versions[dice.b % versions.size()].version};
}

// -- Rule updates --------------------------------------------------------------------------------

CommandPayload import_next(const Dice& dice) {
  const auto& known = dice.world.rule_updates.updates;
  const std::uint32_t newest = known.empty() ? 0 : known.rbegin()->first.number;
  if (dice.b % 5 == 0) return import_of(1 + dice.a % (newest + 1), dice.now);  // Perhaps again.
  return import_of(newest + 1 + (dice.b % 7 == 1 ? 1 : 0), dice.now);
}

RuleUpdateId known_update(const Dice& dice) {
  return one_of(dice.world.rule_updates.updates, dice.a).value_or(update_id(1));
}

CommandPayload apply_update(const Dice& dice) { return ApplyRuleUpdate{known_update(dice)}; }
CommandPayload delete_update(const Dice& dice) { return DeleteRuleUpdate{known_update(dice)}; }
CommandPayload export_update(const Dice& dice) {
  return RecordRuleUpdateExport{known_update(dice)};
}

CommandPayload apply_newest(const Dice& dice) {
  return ApplyRuleUpdate{dice.world.rule_updates.newest().value_or(update_id(1))};
}

CommandPayload reapply(const Dice& dice) {
  return ReapplyRuleUpdate{dice.world.rule_updates.in_force.value_or(update_id(1))};
}

CommandPayload roll_back(const Dice& dice) {
  RollBackRuleUpdate roll_back{known_update(dice), dice.b % 2 == 0, std::nullopt};
  if (dice.b % 4 == 0) roll_back.hold_until = dice.now + hours(1 + dice.b % 50);
  return roll_back;
}

CommandPayload place_hold(const Dice& dice) {
  PlaceHold hold;
  if (dice.a % 2 == 0) hold.hold = named<HoldId>("hold-", dice.b, 4);
  hold.update = perhaps_one_of(dice.world.rule_updates.updates, dice.b);
  if (dice.c % 2 == 0) hold.until = dice.now + hours(1 + dice.a % 50);
  return hold;
}

CommandPayload release_hold(const Dice& dice) {
  return ReleaseHold{one_of(dice.world.rule_updates.holds, dice.a).value_or(HoldId{"hold-1"})};
}

// -- Policies ------------------------------------------------------------------------------------

PolicyId known_policy(const Dice& dice) {
  return one_of(dice.world.policies.policies, dice.a).value_or(PolicyId{"p1"});
}

CommandPayload create_policy(const Dice& dice) {
  return CreatePolicy{named<PolicyId>("p", dice.a, 5),
                      perhaps_one_of(dice.world.policies.policies, dice.b), ""};
}

CommandPayload change_policy(const Dice& dice) {
  return ChangePolicy{known_policy(dice), perhaps_one_of(dice.world.policies.policies, dice.b),
                      std::to_string(dice.c % 2)};
}

CommandPayload delete_policy(const Dice& dice) { return DeletePolicy{known_policy(dice)}; }

// The same choice of rules for both directions.
template <class Wish>
Wish wish_of(const Dice& dice) {
  static constexpr std::array<const char*, 3> types = {"web", "ssh", "mail"};
  Wish wish;
  wish.policy = known_policy(dice);
  if (dice.b % 3 == 0) wish.rules = {RuleId{1'000'001 + dice.c % rules_many}};
  if (dice.b % 3 == 1) wish.application_types = {types[dice.c % types.size()]};
  if (dice.b % 3 == 2) wish.modules = {static_cast<Module>(1 + dice.c % 4)};
  return wish;
}

CommandPayload assign_rules(const Dice& dice) { return wish_of<AssignRules>(dice); }
CommandPayload unassign_rules(const Dice& dice) { return wish_of<UnassignRules>(dice); }

constexpr Choice content_commands[] = {
    {"change_setting", change_setting, 6},
    {"change_auto_apply", change_auto_apply, 4},
    {"change_policy_setting", change_policy_setting, 2},
    {"configure_source", configure_source, 4},
    {"remove_source", remove_source, 1},
    {"request_check", request_check, 4},
    {"report_checked", report_checked, 8},
    {"report_check_failed", report_check_failed, 3},
    {"report_not_authentic", report_not_authentic, 2},
    {"record_bundle", record_bundle, 1},
    {"import_bundle", import_bundle, 1},
    {"refuse_bundle", refuse_bundle, 1},
    {"prune_content", prune_content, 1},
    {"report_root", report_root, 1},
    {"report_download", report_download, 2},
    {"release_pattern", release_pattern, 10},
    {"retire_pattern", retire_pattern, 2},
    {"import_next", import_next, 16},
    {"apply_update", apply_update, 4},
    {"apply_newest", apply_newest, 8},
    {"reapply", reapply, 2},
    {"roll_back", roll_back, 12},
    {"delete_update", delete_update, 3},
    {"export_update", export_update, 1},
    {"place_hold", place_hold, 5},
    {"release_hold", release_hold, 5},
    {"create_policy", create_policy, 6},
    {"change_policy", change_policy, 5},
    {"delete_policy", delete_policy, 3},
    {"assign_rules", assign_rules, 14},
    {"unassign_rules", unassign_rules, 8},
};

}  // namespace

std::span<const Choice> content_choices() { return content_commands; }

}  // namespace tests

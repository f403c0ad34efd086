// What tests of the domain are given: small updates, policies and computers, by few words.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fold.h"

namespace tests {

using TypeNames = std::vector<std::string_view>;

// A rule as the tests write it: its version says what its body is.
struct GivenRule {
  std::uint32_t id = 0;  // 1 is rule 1000001.
  std::uint32_t version = 1;
  std::string application_type = "web";
  bool auto_assignable = true;
  ledger::domain::Module module = ledger::domain::Module::intrusion_prevention;
  std::vector<std::string> cves = {};
};

inline ledger::domain::RuleId rule_id(std::uint32_t number) { return {1'000'000 + number}; }
inline ledger::domain::RuleUpdateId update(std::uint32_t number) { return {25, number}; }

inline ledger::domain::Digest digest(std::uint32_t number) {
  ledger::domain::Digest digest;
  digest.bytes[0] = static_cast<std::uint8_t>(number);
  digest.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  digest.bytes[31] = 7;
  return digest;
}

inline ledger::domain::Rule rule_of(const GivenRule& given) {
  ledger::domain::Rule rule;
  rule.id = rule_id(given.id);
  rule.module = given.module;
  rule.name = "rule " + std::to_string(given.id);
  rule.version = given.version;
  rule.application_type = given.application_type;
  rule.cves = given.cves;
  rule.auto_assignable = given.auto_assignable;
  rule.body = digest(given.id * 100 + given.version);
  return rule;
}

inline ledger::domain::ImportRuleUpdate import_of_update(std::uint32_t number,
                                                         const std::vector<GivenRule>& rules) {
  ledger::domain::ImportRuleUpdate import;
  import.update = update(number);
  import.title = "Update " + std::to_string(number);
  import.digest = digest(number);
  import.bytes = 1'000;
  for (const auto& rule : rules) import.rules.push_back(rule_of(rule));
  return import;
}

inline ledger::domain::EnrolComputer enrolment(const std::string& computer,
                                               std::optional<std::string> policy = std::nullopt) {
  ledger::domain::EnrolComputer enrol;
  enrol.computer = {computer};
  enrol.platform = {"linux"};
  enrol.agent_version = "1.0";
  enrol.modules = {ledger::domain::Module::anti_malware,
                   ledger::domain::Module::intrusion_prevention};
  if (policy) enrol.policy = ledger::domain::PolicyId{*policy};
  return enrol;
}

inline ledger::domain::ReleasePattern release(const std::string& version,
                                              const std::string& component = "virus-pattern",
                                              const std::string& platform = "all") {
  ledger::domain::ReleasePattern release;
  release.component = {component};
  release.product = "Engine";
  release.platform = {platform};
  release.version = version;
  release.digest = digest(
      static_cast<std::uint32_t>(version.size() * 31 + static_cast<unsigned char>(version.back())));
  return release;
}

// Carries a command out that must not be refused.
inline Fold::Events given(Fold& fold, ledger::domain::CommandPayload payload) {
  auto events = fold.submit(std::move(payload));
  if (!events) {
    ADD_FAILURE() << "given a command that is refused: " << events.error().reason << ": "
                  << events.error().detail;
    return {};
  }
  return std::move(*events);
}

inline void given_setting(Fold& fold, ledger::domain::SettingName name, const std::string& value) {
  given(fold, ledger::domain::ChangeSetting{name, value});
}

inline void given_policy(Fold& fold, const std::string& policy,
                         std::optional<std::string> parent = std::nullopt) {
  ledger::domain::CreatePolicy create{{policy}, std::nullopt, ""};
  if (parent) create.parent = ledger::domain::PolicyId{*parent};
  given(fold, create);
}

inline const ledger::domain::BucketFacts& facts_of(const Fold& fold, const std::string& computer) {
  return facts_of(fold.world.computers, *find_live(fold.world.computers, computer));
}

inline ledger::domain::StatusDetail status_of(const Fold& fold, const std::string& computer) {
  const auto& computers = fold.world.computers;
  const auto index = *find_live(computers, computer);
  return explain({computer}, facts_of(computers, index), moments_of(computers, index),
                 expectations_of(fold.world));
}

// The computer says that it runs all that is expected of it.
inline Fold::Events report_up_to_date(Fold& fold, const std::string& computer,
                                      std::uint64_t sequence) {
  ledger::domain::ReportComputer report{{computer}, sequence, {}, std::nullopt, std::nullopt};
  const auto expected = expectations_of(fold.world);
  const auto& facts = facts_of(fold, computer);
  for (const auto* pattern : patterns_for(facts, expected)) {
    report.components.push_back({pattern->component, pattern->version});
  }
  if (const auto* ruleset = ruleset_for(facts, expected)) report.ruleset = ruleset->ruleset;
  return given(fold, report);
}

// The open alert of a type about a subject; null: there is none.
inline const ledger::domain::OpenAlert* open_alert(const Fold& fold, ledger::domain::AlertType type,
                                                   const std::string& subject = "") {
  const auto found = fold.world.alerts.by_key.find({type, subject});
  return found == fold.world.alerts.by_key.end() ? nullptr
                                                 : &fold.world.alerts.open.at(found->second);
}

}  // namespace tests

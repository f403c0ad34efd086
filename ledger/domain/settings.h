// Settings of the product and of single policies, with the field's defaults.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/domain/decider.h"

namespace ledger::domain {

enum class SettingKind { flag, number, duration, url };

struct SettingRule {
  SettingName name;
  SettingKind kind;
  std::string_view standard;  // The default.
  std::int64_t least;         // Of numbers, and of durations in microseconds.
  std::int64_t most;
  bool per_policy;
  std::string_view meaning;  // For people.
};
std::span<const SettingRule> setting_rules();  // In the order of SettingName.
const SettingRule& rule_of(SettingName name);

struct Settings {
  std::map<SettingName, std::string> values;  // Those that were ever changed.
  std::map<std::pair<PolicyId, SettingName>, std::string> of_policies;
};

// The value in canonical text, or why it is none. Errors: invalid ("setting-value-invalid").
Result<std::string> checked_value(SettingName name, std::string_view value);

std::string_view value_of(const Settings& settings, SettingName name);
bool flag(const Settings& settings, SettingName name);
std::uint64_t number(const Settings& settings, SettingName name);
Duration duration(const Settings& settings, SettingName name);
// A policy's own interval, that of its nearest ancestor that has one, or the product's.
Duration heartbeat_interval(const World& world, const std::optional<PolicyId>& policy);

Decision decide(const World&, const Command&, const ChangeSetting&, const Moment&);
Decision decide(const World&, const Command&, const ChangePolicySetting&, const Moment&);
void evolve(World&, const Event&, const SettingChanged&);
void evolve(World&, const Event&, const PolicySettingChanged&);

}  // namespace ledger::domain

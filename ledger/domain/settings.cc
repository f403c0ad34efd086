#include "ledger/domain/settings.h"

#include <array>
#include <charconv>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

constexpr std::int64_t minute = 60'000'000;
constexpr std::int64_t day = 24 * 60 * minute;

constexpr std::array<SettingRule, 11> all_setting_rules = {{
    {SettingName::primary_source, SettingKind::url, "vendor", 0, 0, false,
     "Where the source named vendor is asked: at its own URL (vendor), or at this one instead."},
    {SettingName::agents_direct_when_relays_unavailable, SettingKind::flag, "true", 0, 0, false,
     "Agents may download from the primary source when their relays are not accessible."},
    {SettingName::agents_direct_when_manager_unavailable, SettingKind::flag, "true", 0, 0, false,
     "Agents may download when the manager is not accessible."},
    {SettingName::auto_apply_rule_updates, SettingKind::flag, "true", 0, 0, false,
     "Rule updates are applied to policies by themselves."},
    {SettingName::rule_updates_kept, SettingKind::number, "10", 1, 1000, false,
     "How many rule updates are kept; the one in force and those on hold always are."},
    {SettingName::instruction_pending_alert_after, SettingKind::duration, "P7D", minute, 365 * day,
     false, "How long an instruction may be pending before an alert is raised."},
    {SettingName::pattern_unused_alert_after, SettingKind::duration, "PT1H", minute, 365 * day,
     false, "How long a downloaded pattern may be unused before an alert is raised."},
    {SettingName::rule_update_unapplied_alert_after, SettingKind::duration, "PT30M", minute,
     365 * day, false,
     "How long a downloaded rule update may be unapplied before an alert is raised."},
    {SettingName::relays_download_all_regions, SettingKind::flag, "false", 0, 0, false,
     "Relays download patterns for all regions and platforms."},
    {SettingName::heartbeat_interval, SettingKind::duration, "PT10M", 1'000'000, day, true,
     "How often a computer is to be heard."},
    {SettingName::heartbeats_missed_until_silent, SettingKind::number, "2", 1, 1000, false,
     "How many heartbeats may be missed before a computer counts as silent."},
}};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_source_url(std::string_view value) {
  if (value == "vendor") return true;
  for (const std::string_view scheme : {"https://", "http://", "file://"}) {
    if (value.starts_with(scheme) && value.size() > scheme.size()) return true;
  }
  return false;
}

tl::unexpected<Error> bad_value(SettingName name, const std::string& wanted) {
  return invalid("setting-value-invalid",
                 "The setting " + std::string(name_of(name)) + " takes " + wanted + ".");
}

std::string in_range(const SettingRule& rule, bool as_duration) {
  const auto shown = [&](std::int64_t value) {
    return as_duration ? iso8601(Duration{value}) : std::to_string(value);
  };
  return " from " + shown(rule.least) + " to " + shown(rule.most);
}

}  // namespace

std::span<const SettingRule> setting_rules() { return all_setting_rules; }

const SettingRule& rule_of(SettingName name) {
  return all_setting_rules[static_cast<std::size_t>(name)];
}

Result<std::string> checked_value(SettingName name, std::string_view value) {
  const SettingRule& rule = rule_of(name);
  switch (rule.kind) {
    case SettingKind::flag:
      if (value == "true" || value == "false") return std::string(value);
      return bad_value(name, "true or false");
    case SettingKind::number: {
      const auto n = whole_number(value);
      if (n && *n <= static_cast<std::uint64_t>(rule.most) &&
          *n >= static_cast<std::uint64_t>(rule.least)) {
        return std::to_string(*n);
      }
      return bad_value(name, "a whole number" + in_range(rule, false));
    }
    case SettingKind::duration: {
      const auto length = duration_from_iso8601(value);
      if (length && length->micros >= rule.least && length->micros <= rule.most) {
        return iso8601(*length);
      }
      return bad_value(name, "an ISO 8601 duration" + in_range(rule, true));
    }
    case SettingKind::url:
      if (is_source_url(value) && value.size() <= 2'000) return std::string(value);
      return bad_value(name, "\"vendor\" or a URL that begins with https://, http:// or file://");
  }
  return bad_value(name, "another value");
}

std::string_view value_of(const Settings& settings, SettingName name) {
  const auto changed = settings.values.find(name);
  return changed == settings.values.end() ? rule_of(name).standard
                                          : std::string_view(changed->second);
}

bool flag(const Settings& settings, SettingName name) { return value_of(settings, name) == "true"; }

std::uint64_t number(const Settings& settings, SettingName name) {
  return whole_number(value_of(settings, name)).value_or(0);
}

Duration duration(const Settings& settings, SettingName name) {
  return duration_from_iso8601(value_of(settings, name)).value_or(Duration{});
}

Duration heartbeat_interval(const World& world, const std::optional<PolicyId>& policy) {
  const auto& own = world.settings.of_policies;
  for (const PolicyId* at = policy ? &*policy : nullptr; at != nullptr;) {
    const auto found = own.find({*at, SettingName::heartbeat_interval});
    if (found != own.end()) return duration_from_iso8601(found->second).value_or(Duration{});
    const Policy* known = world.policies.find(*at);
    at = known != nullptr && known->parent ? &*known->parent : nullptr;
  }
  return duration(world.settings, SettingName::heartbeat_interval);
}

Decision decide(const World& world, const Command&, const ChangeSetting& change, const Moment&) {
  auto value = checked_value(change.name, change.value);
  if (!value) return fail(value.error());
  const std::string previous(value_of(world.settings, change.name));
  if (previous == *value) return no_events();
  std::vector<NewEvent> events;
  events.push_back(NewEvent{"settings", SettingChanged{change.name, *value, previous}, std::nullopt,
                            Outcome::done});
  if (change.name == SettingName::rule_updates_kept) {
    prune_rule_updates(world, whole_number(*value).value_or(0), events);
  }
  return events;
}

Decision decide(const World& world, const Command&, const ChangePolicySetting& change,
                const Moment&) {
  if (world.policies.find(change.policy) == nullptr) {
    return unknown("policy-unknown", "There is no policy named " + change.policy.value + ".");
  }
  if (!rule_of(change.name).per_policy) {
    return refuse("setting-not-per-policy", "The setting " + std::string(name_of(change.name)) +
                                                " counts for the whole product; no policy can have "
                                                "its own.");
  }
  PolicySettingChanged changed{change.policy, change.name, std::nullopt, std::nullopt};
  if (change.value) {
    auto value = checked_value(change.name, *change.value);
    if (!value) return fail(value.error());
    changed.value = *value;
  }
  const auto own = world.settings.of_policies.find({change.policy, change.name});
  if (own != world.settings.of_policies.end()) changed.previous = own->second;
  if (changed.previous == changed.value) return no_events();
  return one_event(stream_of("policy", change.policy), changed);
}

void evolve(World& world, const Event&, const SettingChanged& changed) {
  world.settings.values[changed.name] = changed.value;
}

void evolve(World& world, const Event&, const PolicySettingChanged& changed) {
  const auto key = std::pair(changed.policy, changed.name);
  world.settings.of_policies.erase(key);
  if (changed.value) world.settings.of_policies.emplace(key, *changed.value);
}

}  // namespace ledger::domain

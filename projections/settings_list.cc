#include "projections/settings_list.h"

#include <array>
#include <limits>
#include <utility>

#include "projections/settings.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

std::string_view kind_name(domain::SettingKind kind) {
  constexpr std::array<std::string_view, 4> names = {"flag", "number", "duration", "url"};
  return names[static_cast<std::size_t>(kind)];
}

SettingItem standard_item(const domain::SettingRule& rule) {
  SettingItem item;
  item.name = rule.name;
  item.value = rule.standard;
  item.standard = rule.standard;
  item.meaning = rule.meaning;
  item.kind = kind_name(rule.kind);
  item.per_policy = rule.per_policy;
  return item;
}

}  // namespace

Result<std::vector<SettingItem>> list_settings(const Snapshot& snapshot) {
  std::vector<SettingItem> items;  // By SettingName, which counts from 0.
  for (const auto& rule : domain::setting_rules()) items.push_back(standard_item(rule));
  auto rows = snapshot.rows<SettingRow>(View::settings, "", "", every);
  if (!rows) return fail(rows.error());
  for (auto& each : *rows) {
    auto& item = items[static_cast<std::size_t>(each.row.name)];
    item.value = std::move(each.row.value);
    item.changed = std::move(each.row.changed);
  }
  auto overrides = snapshot.rows<PolicySettingRow>(View::policy_settings, "", "", every);
  if (!overrides) return fail(overrides.error());
  for (auto& each : *overrides) {
    items[static_cast<std::size_t>(each.row.name)].policies.push_back(PolicyOverride{
        std::move(each.row.policy), std::move(each.row.value), std::move(each.row.changed)});
  }
  return items;
}

Result<SettingItem> find_setting(const Snapshot& snapshot, domain::SettingName name) {
  auto items = list_settings(snapshot);
  if (!items) return fail(items.error());
  return std::move((*items)[static_cast<std::size_t>(name)]);
}

}  // namespace projections

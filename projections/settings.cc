#include "projections/settings.h"

#include "projections/keys.h"

namespace projections {

void project(const domain::Event& event, const domain::SettingChanged& changed,
             const domain::World&, Rows& rows) {
  rows.set(View::settings, domain::name_of(changed.name),
           SettingRow{changed.name, changed.value, mark_of(event)});
}

void project(const domain::Event& event, const domain::PolicySettingChanged& changed,
             const domain::World&, Rows& rows) {
  const auto key = joined_key(changed.policy.value, domain::name_of(changed.name));
  if (!changed.value) return rows.erase(View::policy_settings, key);
  rows.set(View::policy_settings, key,
           PolicySettingRow{changed.policy, changed.name, *changed.value, mark_of(event)});
}

}  // namespace projections

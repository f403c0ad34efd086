// Settings of the product and of single policies.
#include "api/routes.h"
#include "ledger/domain/commands_settings.h"
#include "ledger/domain/settings.h"
#include "projections/row_filter.h"
#include "projections/settings_list.h"

namespace api {
namespace {

using domain::SettingName;

constexpr const char* settings_stream = "settings";

Answered<SettingName> setting_name(const Request& request) {
  const auto name = domain::enum_from<SettingName>(request.parameters.at("setting"));
  if (name) return *name;
  return refused("setting-unknown", "There is no setting of this name.", 404);
}

Answered<Response> show_setting(const Reading& reading) {
  const auto name = setting_name(reading.request);
  if (!name) return refused(name.error());
  const auto setting = projections::find_setting(*reading.snapshot, *name);
  if (!setting) return refused(setting.error());
  return versioned_object(reading, *setting, settings_stream);
}

Answered<domain::CommandPayload> change_setting(Routes::Order& order) {
  const auto name = setting_name(order.request);
  if (!name) return refused(name.error());
  order.body.from_path("name", domain::name_of(*name));
  auto change = order.body.read<domain::ChangeSetting>();
  if (!change) return refused(change.error());
  return domain::CommandPayload(std::move(*change));
}

// Keeping fewer rule updates gives up the content of some, so it is looked at before.
Answered<domain::CommandPayload> change_without_plan(Routes::Order& order) {
  const auto name = setting_name(order.request);
  if (name && *name == SettingName::rule_updates_kept) {
    return refused("plan-missing",
                   "This setting decides what is deleted: POST the value to "
                   "/v1/settings/rule_updates_kept:plan, then apply that plan.",
                   428);
  }
  return change_setting(order);
}

Answered<domain::CommandPayload> change_of_policy(Routes::Order& order) {
  const auto name = setting_name(order.request);
  if (!name) return refused(name.error());
  const auto policy = path_name<domain::PolicyId>(order.request, "policy");
  if (!policy) return refused(policy.error());
  order.body.from_path("name", domain::name_of(*name));
  order.body.from_path("policy", policy->value);
  auto change = order.body.read<domain::ChangePolicySetting>();
  if (!change) return refused(change.error());
  return domain::CommandPayload(std::move(*change));
}

// The policy counts with the product's value again.
Answered<domain::CommandPayload> reset_of_policy(Routes::Order& order) {
  const auto name = setting_name(order.request);
  if (!name) return refused(name.error());
  const auto policy = path_name<domain::PolicyId>(order.request, "policy");
  if (!policy) return refused(policy.error());
  if (const auto read = order.body.read_nothing(); !read) return refused(read.error());
  return domain::CommandPayload(domain::ChangePolicySetting{*policy, *name, std::nullopt});
}

}  // namespace

void add_setting_routes(Routes& routes) {
  routes.list("/v1/settings", Permission::read, {"filter"},
              [](const Reading& reading, const projections::ListQuery& page) -> Answered<Listed> {
                auto settings = projections::list_settings(*reading.snapshot);
                if (!settings) return refused(settings.error());
                const auto wanted = projections::matching(std::move(*settings), page.filter);
                if (!wanted) return refused(wanted.error());
                return sliced(listed(*wanted), page.after, page.max);
              });
  routes.read("/v1/settings/{setting}", Permission::read, {}, show_setting);
  routes.command({"PUT", "/v1/settings/{setting}", Permission::configure, IfMatch::required},
                 change_without_plan);
  routes.plan("/v1/settings/{setting}:plan", Permission::configure, "change_setting",
              change_setting);
  routes.command(
      {"PUT", "/v1/policies/{policy}/settings/{setting}", Permission::configure, IfMatch::required},
      change_of_policy);
  routes.command({"DELETE", "/v1/policies/{policy}/settings/{setting}", Permission::configure,
                  IfMatch::required},
                 reset_of_policy);
}

}  // namespace api

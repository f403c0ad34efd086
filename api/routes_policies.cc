// Policies: which rules computers of a kind are to run.
#include "api/routes.h"
#include "ledger/domain/commands_policies.h"
#include "projections/history.h"
#include "projections/policies.h"
#include "projections/policy_ruleset.h"
#include "projections/settings.h"
#include "projections/tables.h"

namespace api {
namespace {

using domain::PolicyId;
using projections::ListQuery;
using projections::PolicyRow;
using projections::View;

Answered<Listed> ruleset(const Reading& reading, const ListQuery& query) {
  const auto policy = path_name<PolicyId>(reading.request, "policy");
  if (!policy) return refused(policy.error());
  return answered_page(projections::policy_ruleset(*reading.snapshot, *policy, query));
}

// Its own values, which count instead of the product's.
Answered<Listed> settings(const Reading& reading, const ListQuery& query) {
  const auto policy = path_name<PolicyId>(reading.request, "policy");
  if (!policy) return refused(policy.error());
  const auto row = reading.snapshot->row<PolicyRow>(View::policies, policy->value);
  if (!row) return refused(row.error());
  if (!*row) return refused(unknown_name("policy"));
  return answered_page(projections::list_rows<projections::PolicySettingRow>(
      *reading.snapshot, View::policy_settings, query, policy->value + "/"));
}

// The rows that it had, newest first.
Answered<Listed> policy_history(const Reading& reading, const ListQuery& query) {
  const auto policy = path_name<PolicyId>(reading.request, "policy");
  if (!policy) return refused(policy.error());
  const auto page = projections::row_history(reading.services.views, reading.services.log,
                                             View::policies, policy->value, reading.at, query);
  // A deleted policy has a history, one that never was has none.
  if (page && page->items.empty() && query.after.empty()) return refused(unknown_name("policy"));
  return answered_page(page);
}

// What the body leaves out stays as it is in the newest row; If-Match sees to it that this is the
// row that was looked at.
Answered<domain::CommandPayload> change_policy(Routes::Order& order) {
  const auto policy = path_name<PolicyId>(order.request, "policy");
  if (!policy) return refused(policy.error());
  const auto reading = open_newest(order.request, order.services);
  if (!reading) return refused(reading.error());
  const auto row = reading->snapshot->row<PolicyRow>(View::policies, policy->value);
  if (!row) return refused(row.error());
  if (!*row) return refused("policy-unknown", "There is no policy of this name.", 404);
  order.body.from_path("policy", policy->value);
  order.body.otherwise("description", json_text((*row)->description));
  if ((*row)->parent) order.body.otherwise("parent", json_text((*row)->parent->value));
  auto command = order.body.read<domain::ChangePolicy>();
  if (!command) return refused(command.error());
  return domain::CommandPayload(std::move(*command));
}

}  // namespace

void add_policy_routes(Routes& routes) {
  routes.list("/v1/policies", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<PolicyRow>(*reading.snapshot, View::policies, query));
              });
  routes.read("/v1/policies/{policy}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<PolicyRow>(reading, View::policies, "policy", "policy");
  });
  routes.list("/v1/policies/{policy}/ruleset", Permission::read, {"filter"}, ruleset);
  routes.list("/v1/policies/{policy}/settings", Permission::read, {"filter"}, settings);
  routes.list("/v1/policies/{policy}/history", Permission::read, {}, policy_history);
  routes.command({"POST", "/v1/policies", Permission::configure, IfMatch::none, 201},
                 make_new<domain::CreatePolicy>({"description"}));
  routes.command({"PATCH", "/v1/policies/{policy}", Permission::configure, IfMatch::required},
                 change_policy);
  routes.command({"DELETE", "/v1/policies/{policy}", Permission::configure, IfMatch::required},
                 make_of<domain::DeletePolicy>("policy"));
  routes.command(
      {"POST", "/v1/policies/{policy}:assignRules", Permission::configure, IfMatch::optional},
      make_of<domain::AssignRules>("policy"));
  routes.command(
      {"POST", "/v1/policies/{policy}:unassignRules", Permission::configure, IfMatch::optional},
      make_of<domain::UnassignRules>("policy"));
  routes.plan("/v1/policies/{policy}:planAssignRules", Permission::configure, "assign_rules",
              make_of<domain::AssignRules>("policy"));
  routes.plan("/v1/policies/{policy}:planUnassignRules", Permission::configure, "unassign_rules",
              make_of<domain::UnassignRules>("policy"));
}

}  // namespace api

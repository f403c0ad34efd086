// Rule updates: what is there, what is in each, what one changes against another, and the plans to
// put one in force or give one up.
#include "api/routes.h"
#include "ledger/domain/commands_rule_updates.h"
#include "projections/rule_update_query.h"

namespace api {
namespace {

using projections::ListQuery;

std::string stream_of_update(domain::RuleUpdateId update) { return "rule-update/" + text(update); }

Answered<Response> show_rule_update(const Reading& reading) {
  const auto update = path_update(reading.request);
  if (!update) return refused(update.error());
  const auto row = projections::find_rule_update(*reading.snapshot, *update);
  if (!row) return refused(row.error());
  return versioned_object(reading, *row, stream_of_update(*update));
}

Answered<Listed> rules(const Reading& reading, const ListQuery& query) {
  const auto update = path_update(reading.request);
  if (!update) return refused(update.error());
  return answered_page(projections::rules_of_update(*reading.snapshot, *update, query));
}

Answered<Listed> changes(const Reading& reading, const ListQuery& query) {
  const auto update = path_update(reading.request);
  if (!update) return refused(update.error());
  std::optional<domain::RuleUpdateId> against;
  if (const auto named = reading.request.query_value("against")) {
    against = domain::rule_update_id_from(*named);
    if (!against) {
      return refused("parameter-invalid",
                     "Parameter \"against\" names a rule update, such as 25-031.");
    }
  }
  const auto found = projections::changes_of_update(*reading.snapshot, *update, against, query);
  if (!found) return refused(found.error());
  return listed_page(found->page);
}

// The update of the path is the command's; the body has no more than a reason and a ticket.
template <class Command>
Answered<domain::CommandPayload> of_update(Routes::Order& order) {
  const auto update = path_update(order.request);
  if (!update) return refused(update.error());
  if (const auto read = order.body.read_nothing(); !read) return refused(read.error());
  return domain::CommandPayload(Command{*update});
}

// A rollback holds automatic steps back unless the body says otherwise, so that the next check does
// not undo it.
Answered<domain::CommandPayload> roll_back(Routes::Order& order) {
  const auto update = path_update(order.request);
  if (!update) return refused(update.error());
  order.body.from_path("to", text(*update));
  order.body.otherwise("hold", json_flag(true));
  auto command = order.body.read<domain::RollBackRuleUpdate>();
  if (!command) return refused(command.error());
  return domain::CommandPayload(std::move(*command));
}

}  // namespace

void add_rule_update_routes(Routes& routes) {
  routes.list("/v1/rule-updates", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_rule_updates(*reading.snapshot, query));
              });
  routes.read("/v1/rule-updates/{update}", Permission::read, {}, show_rule_update);
  routes.list("/v1/rule-updates/{update}/rules", Permission::read, {"filter"}, rules);
  routes.list("/v1/rule-updates/{update}/changes", Permission::read, {"filter", "against"},
              changes);
  routes.plan("/v1/rule-updates/{update}:planApply", Permission::apply, "apply_rule_update",
              of_update<domain::ApplyRuleUpdate>);
  routes.plan("/v1/rule-updates/{update}:planReapply", Permission::apply, "reapply_rule_update",
              of_update<domain::ReapplyRuleUpdate>);
  routes.plan("/v1/rule-updates/{update}:planRollback", Permission::apply, "roll_back_rule_update",
              roll_back);
  routes.plan("/v1/rule-updates/{update}:planDelete", Permission::apply, "delete_rule_update",
              of_update<domain::DeleteRuleUpdate>);
}

}  // namespace api

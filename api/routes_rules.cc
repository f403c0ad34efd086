// Rules: those of an update, and the life of one across all of them.
#include "api/routes.h"
#include "projections/rule_life.h"
#include "projections/rule_update_query.h"
#include "updates/rule_update_reader.h"

namespace api {
namespace {

using projections::ListQuery;

constexpr std::uint64_t first_rule = 1'000'000;
constexpr std::uint64_t last_rule = 9'999'999;

Answered<domain::RuleId> path_rule(const Request& request) {
  const auto number = number_from(request.parameters.at("rule"));
  if (number && *number >= first_rule && *number <= last_rule) {
    return domain::RuleId{static_cast<std::uint32_t>(*number)};
  }
  return refused("rule-unknown", "There is no such rule; rules have seven digits.", 404);
}

// The update that `update` names; else the one in force; else nothing.
Answered<std::optional<domain::RuleUpdateId>> asked_update(const Reading& reading) {
  const auto named = reading.request.query_value("update");
  if (!named) {
    const auto in_force = projections::rule_update_in_force(*reading.snapshot);
    if (!in_force) return refused(in_force.error());
    return *in_force;
  }
  const auto update = domain::rule_update_id_from(*named);
  if (!update) {
    return refused("parameter-invalid",
                   "Parameter \"update\" names a rule update, such as 25-031.");
  }
  return std::optional(*update);
}

Answered<Listed> list_rules(const Reading& reading, const ListQuery& query) {
  const auto update = asked_update(reading);
  if (!update) return refused(update.error());
  if (!*update) return listed(std::vector<domain::Rule>());
  return answered_page(projections::rules_of_update(*reading.snapshot, **update, query));
}

Answered<Response> show_rule(const Reading& reading) {
  const auto rule = path_rule(reading.request);
  if (!rule) return refused(rule.error());
  const auto life = projections::rule_life(reading.services.views, reading.at, *rule);
  if (!life) return refused(life.error());
  return object_answer(reading, *life);
}

// The text of a rule, as an update carries it.
Answered<Response> body(const Reading& reading) {
  const auto rule = path_rule(reading.request);
  if (!rule) return refused(rule.error());
  const auto update = path_update(reading.request);
  if (!update) return refused(update.error());
  const auto row = projections::find_rule_update(*reading.snapshot, *update);
  if (!row) return refused(row.error());
  const auto document = reading.services.content.get(row->digest);
  if (!document) return refused(document.error());
  auto text = ledger::updates::rule_body(*document, *rule);
  if (!text) return refused(text.error());
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(*text);
  return finished(reading, std::move(response));
}

}  // namespace

void add_rule_routes(Routes& routes) {
  routes.list("/v1/rules", Permission::read, {"filter", "update"}, list_rules);
  routes.read("/v1/rules/{rule}", Permission::read, {}, show_rule);
  routes.read("/v1/rule-updates/{update}/rules/{rule}/body", Permission::read, {}, body);
}

}  // namespace api

// Anti-malware patterns: what is offered, and who runs it.
#include "api/routes.h"
#include "ledger/domain/commands_patterns.h"
#include "projections/pattern_list.h"

namespace api {
namespace {

using domain::ComponentName;
using domain::Platform;
using projections::ListQuery;

Answered<Response> show_pattern(const Reading& reading) {
  const auto component = path_name<ComponentName>(reading.request, "component");
  const auto platform = path_name<Platform>(reading.request, "platform");
  if (!component || !platform) return refused(unknown_name("pattern"));
  const auto item = projections::find_pattern(*reading.snapshot, *component, *platform);
  if (!item) return refused(item.error());
  return object_answer(reading, *item);
}

// Which version, beside the component and platform of the path.
Answered<domain::CommandPayload> retire(Routes::Order& order) {
  const auto component = path_name<ComponentName>(order.request, "component");
  const auto platform = path_name<Platform>(order.request, "platform");
  if (!component || !platform) return refused(unknown_name("pattern"));
  order.body.from_path("platform", platform->value);
  return make_of<domain::RetirePattern>("component")(order);
}

}  // namespace

void add_pattern_routes(Routes& routes) {
  routes.list("/v1/patterns", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_patterns(*reading.snapshot, query));
              });
  routes.read("/v1/patterns/{component}/{platform}", Permission::read, {}, show_pattern);
  routes.command({"POST", "/v1/patterns", Permission::apply, IfMatch::none, 201},
                 make_new<domain::ReleasePattern>({"product"}));
  routes.command({"POST", "/v1/patterns/{component}/{platform}:retire", Permission::apply}, retire);
}

}  // namespace api

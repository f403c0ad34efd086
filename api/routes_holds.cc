// Holds: what keeps automatic steps back.
#include "api/routes.h"
#include "ledger/domain/commands_rule_updates.h"
#include "projections/rule_updates.h"
#include "projections/tables.h"

namespace api {
namespace {

using projections::HoldRow;
using projections::ListQuery;
using projections::View;

}  // namespace

void add_hold_routes(Routes& routes) {
  routes.list("/v1/holds", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<HoldRow>(*reading.snapshot, View::holds, query));
              });
  routes.read("/v1/holds/{hold}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<HoldRow>(reading, View::holds, "hold", "hold");
  });
  routes.command({"POST", "/v1/holds", Permission::apply, IfMatch::none, 201},
                 make_new<domain::PlaceHold>());
  routes.command({"POST", "/v1/holds/{hold}:release", Permission::apply},
                 make_of<domain::ReleaseHold>("hold"));
  routes.plan("/v1/holds/{hold}:planRelease", Permission::apply, "release_hold",
              make_of<domain::ReleaseHold>("hold"));
}

}  // namespace api

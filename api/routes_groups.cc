// Folders of computers, and searches that were saved.
#include "api/routes.h"
#include "ledger/domain/commands_computers.h"
#include "projections/computers.h"
#include "projections/tables.h"

namespace api {

using projections::GroupRow;
using projections::ListQuery;
using projections::SearchRow;
using projections::View;

void add_group_routes(Routes& routes) {
  routes.list("/v1/groups", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<GroupRow>(*reading.snapshot, View::groups, query));
              });
  routes.read("/v1/groups/{group}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<GroupRow>(reading, View::groups, "group", "group");
  });
  routes.command({"POST", "/v1/groups", Permission::configure, IfMatch::none, 201},
                 make_new<domain::CreateGroup>());
  routes.command({"PUT", "/v1/groups/{group}", Permission::configure, IfMatch::required},
                 make_of<domain::ChangeGroup>("group"));
  routes.command({"DELETE", "/v1/groups/{group}", Permission::configure, IfMatch::required},
                 make_of<domain::DeleteGroup>("group"));

  routes.list("/v1/searches", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<SearchRow>(*reading.snapshot, View::searches, query));
              });
  routes.read("/v1/searches/{search}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<SearchRow>(reading, View::searches, "search", "search");
  });
  routes.command({"PUT", "/v1/searches/{search}", Permission::operate, IfMatch::optional},
                 make_of<domain::SaveSearch>("search"));
  routes.command({"DELETE", "/v1/searches/{search}", Permission::operate, IfMatch::optional},
                 make_of<domain::DeleteSearch>("search"));
}

}  // namespace api

// Names of positions.
#include "api/routes.h"
#include "ledger/domain/commands_service.h"
#include "projections/service.h"
#include "projections/tables.h"

namespace api {

using projections::BookmarkRow;
using projections::ListQuery;
using projections::View;

void add_bookmark_routes(Routes& routes) {
  routes.list("/v1/bookmarks", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<BookmarkRow>(*reading.snapshot, View::bookmarks, query));
              });
  routes.read("/v1/bookmarks/{bookmark}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<BookmarkRow>(reading, View::bookmarks, "bookmark", "bookmark");
  });
  routes.command({"PUT", "/v1/bookmarks/{bookmark}", Permission::operate, IfMatch::optional},
                 make_of<domain::SetBookmark>("bookmark"));
  routes.command({"DELETE", "/v1/bookmarks/{bookmark}", Permission::operate, IfMatch::optional},
                 make_of<domain::RemoveBookmark>("bookmark"));
}

}  // namespace api

// The one look, and the fleet's shape at a position.
#include "api/routes.h"
#include "projections/overview_query.h"

namespace api {

void add_overview_routes(Routes& routes) {
  routes.read("/v1/overview", Permission::read, {},
              [](const Reading& reading) -> Answered<Response> {
                const auto overview = projections::overview_at(*reading.snapshot);
                if (!overview) return refused(overview.error());
                Response response;
                response.body = ledger::codec::to_json(*overview);
                return finished(reading, std::move(response));
              });
}

}  // namespace api

// Long work: watched, and ended.
#include "api/operations.h"
#include "api/routes.h"
#include "projections/mark.h"
#include "projections/row_filter.h"

namespace api {
namespace {

Answered<Listed> list_operations(const Reading& reading, const projections::ListQuery& query) {
  const auto wanted = projections::matching(reading.services.operations.all(), query.filter);
  if (!wanted) return refused(wanted.error());
  Listed page = listed(*wanted);
  for (std::size_t i = 0; i < wanted->size(); ++i) page.items[i] = operation_json((*wanted)[i]);
  return sliced(std::move(page), query.after, query.max);
}

Answered<Response> answer_of(const Answered<OperationView>& view) {
  if (!view) return refused(view.error());
  Response response;
  response.body = operation_json(*view);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// Who asked for it may end it, whatever else he may not.
Answered<Response> cancel(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto& name = request.parameters.at("operation");
  const auto view = services.operations.find(name);
  if (!view) return refused(view.error());
  const auto by = request.caller ? projections::text_of(request.caller->actor) : "";
  if (view->started_by != by &&
      !allows(request.caller ? &*request.caller : nullptr, Permission::operate)) {
    return refused("permission-missing",
                   "Others' work is ended with the permission operate, which the token's role has "
                   "not.",
                   403);
  }
  return answer_of(services.operations.cancel(name, by));
}

}  // namespace

void add_operation_routes(Routes& routes) {
  routes.list_of_now("/v1/operations", Permission::read, {"filter"}, list_operations);
  routes.other("GET", "/v1/operations/{operation}", Permission::read,
               [](const Request& request, const Services& services) -> Answered<Response> {
                 if (const auto checked = check_query(request, {}); !checked) {
                   return refused(checked.error());
                 }
                 return answer_of(services.operations.find(request.parameters.at("operation")));
               });
  routes.other("POST", "/v1/operations/{operation}:cancel", Permission::read, cancel);
}

}  // namespace api

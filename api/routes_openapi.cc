// The description of this API.
#include "api/openapi.h"
#include "api/routes.h"

namespace api {
namespace {

Answered<Response> described(const Request& request, std::string_view type, std::string_view text) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  Response response;
  response.content_type = type;
  response.body = text;
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

}  // namespace

void add_openapi_routes(Routes& routes) {
  routes.other("GET", "/openapi.yaml", Permission::public_,
               [](const Request& request, const Services&) {
                 return described(request, "application/yaml", openapi_yaml());
               });
  routes.other("GET", "/openapi.json", Permission::public_,
               [](const Request& request, const Services&) {
                 return described(request, "application/json", openapi_json());
               });
}

}  // namespace api

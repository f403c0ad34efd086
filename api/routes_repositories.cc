// Repositories of sources, for machines that pull from the manager and for people who carry them
// over an air gap.
#include "api/repository_answer.h"
#include "api/routes.h"

namespace api {
namespace {

Answered<Response> file(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  if (!services.repository_file) return refused("source-unknown", "No repository is here.", 404);
  return repository_answer(request, services.repository_file);
}

}  // namespace

void add_repository_routes(Routes& routes) {
  routes.other("GET", "/repository/{source}/{path...}", Permission::content, file);
}

}  // namespace api

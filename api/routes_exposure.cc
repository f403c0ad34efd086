// Which CVEs the rules that computers run cover, and when they did.
#include "api/routes.h"
#include "ledger/domain/cve.h"
#include "projections/exposure.h"

namespace api {
namespace {

using projections::ListQuery;

Answered<std::string> cve_of(const Request& request) {
  const auto& cve = request.parameters.at("cve");
  if (domain::is_cve(cve)) return cve;
  return refused("cve-invalid", "\"" + cve + "\" is no CVE: they look like CVE-2021-44228.");
}

Answered<Listed> list(const Reading& reading, const ListQuery& query) {
  return answered_page(
      projections::list_exposure(reading.services.views, *reading.snapshot, query));
}

Answered<Response> show(const Reading& reading) {
  const auto cve = cve_of(reading.request);
  if (!cve) return refused(cve.error());
  const auto detail = projections::find_exposure(reading.services.views, *reading.snapshot, *cve);
  if (!detail) return refused(detail.error());
  Response response;
  response.body = "{\"position\":" + std::to_string(reading.at.value) + ',';
  ledger::codec::write_json_members(response.body, detail->exposure);
  response.body += ",\"policies\":";
  ledger::codec::write_json(response.body, detail->policies);
  response.body += '}';
  return finished(reading, std::move(response), std::nullopt);
}

Answered<projections::Covered> wanted_cover(const Request& request) {
  const auto said = request.query_value("covered");
  if (!said) return projections::Covered::either;
  const auto covered = flag_parameter(request, "covered");
  if (!covered) return refused(covered.error());
  return *covered ? projections::Covered::yes : projections::Covered::no;
}

Answered<Listed> computers(const Reading& reading, const ListQuery& query) {
  const auto cve = cve_of(reading.request);
  if (!cve) return refused(cve.error());
  const auto wanted = wanted_cover(reading.request);
  if (!wanted) return refused(wanted.error());
  return answered_page(projections::computers_by_cover(reading.services.views, *reading.snapshot,
                                                       *cve, *wanted, query));
}

Answered<Listed> of_computer(const Reading& reading, const ListQuery& query) {
  const auto computer = path_name<domain::ComputerId>(reading.request, "computer");
  if (!computer) return refused(computer.error());
  const auto cve = cve_of(reading.request);
  if (!cve) return refused(cve.error());
  return answered_page(projections::exposure_of_computer(
      reading.services.views, reading.services.log, *computer, *cve, reading.at, query));
}

}  // namespace

void add_exposure_routes(Routes& routes) {
  routes.list("/v1/exposure", Permission::read, {"filter"}, list);
  routes.read("/v1/exposure/{cve}", Permission::read, {}, show);
  routes.list("/v1/exposure/{cve}/computers", Permission::read, {"filter", "covered"}, computers,
              {.own_orders = {"computer"}});
  routes.list("/v1/computers/{computer}/exposure/{cve}", Permission::read, {}, of_computer);
}

}  // namespace api

// Computers as people see and arrange them.
#include "api/routes.h"
#include "api/row_order.h"
#include "ledger/domain/commands_computers.h"
#include "ledger/limits.h"
#include "projections/activity.h"
#include "projections/computer_list.h"
#include "projections/history.h"

namespace api {
namespace {

using domain::ComputerId;
using projections::ListQuery;

// When a computer was last heard is known of now only, and is no part of the record.
projections::LastContact last_contact(const Reading& reading) {
  if (reading.request.query_value("as_of")) return nullptr;
  return [&services = reading.services](std::string_view computer) {
    return services.contacts.last_contact(computer);
  };
}

// The computer of the path, as it was then.
Answered<projections::ComputerDetail> found(const Reading& reading) {
  const auto computer = path_name<ComputerId>(reading.request, "computer");
  if (!computer) return refused(computer.error());
  const auto expected = reading.services.kept->expectations.at(*reading.snapshot);
  if (!expected) return refused(expected.error());
  auto detail = projections::find_computer(*reading.snapshot, *computer, **expected);
  if (!detail) return refused(detail.error());
  return std::move(*detail);
}

Answered<Response> show_computer(const Reading& reading) {
  const auto detail = found(reading);
  if (!detail) return refused(detail.error());
  const auto version = version_of(reading, domain::stream_of_computer(detail->item.computer));
  if (!version) return refused(version.error());
  std::string body = "{\"position\":" + std::to_string(reading.at.value) + ',';
  ledger::codec::write_json_members(body, detail->item);
  const auto add = [&](std::string_view name, const auto& value) {
    body += ",\"" + std::string(name) + "\":";
    ledger::codec::write_json(body, value);
  };
  add("removed", detail->removed);
  add("moments", detail->moments);
  add("expected", detail->expected);
  add("expected_ruleset", detail->expected_ruleset);
  add("owed", detail->owed);
  add("is_relay", detail->is_relay);
  const bool live = !reading.request.query_value("as_of");
  add("last_contact",
      live ? reading.services.contacts.last_contact(detail->item.computer.value) : std::nullopt);
  Response response;
  response.body = body + '}';
  return finished(reading, std::move(response), *version);
}

// What happened to it, newest first.
Answered<Listed> computer_history(const Reading& reading, const ListQuery& page) {
  const auto detail = found(reading);
  if (!detail) return refused(detail.error());
  projections::ActivityQuery query;
  query.stream = domain::stream_of_computer(detail->item.computer);
  query.filter = page.filter;
  query.to = reading.at;
  query.page = page.after;
  query.max = page.max;
  return answered_page(projections::list_events(reading.services.log, query));
}

// Each field of its row, and the event since which it is so.
Answered<Listed> blame(const Reading& reading, const ListQuery& page) {
  const auto computer = path_name<ComputerId>(reading.request, "computer");
  if (!computer) return refused(computer.error());
  const auto fields = projections::blame(reading.services.views, reading.services.log,
                                         projections::View::computers, computer->value, reading.at);
  if (!fields) return refused(fields.error());
  return sliced(listed(*fields), page.after, page.max);
}

// Nothing, if the filter is about what each computer has of its own.
std::optional<std::uint64_t> counted_by_buckets(const Reading& reading, const std::string& filter) {
  const auto facets = projections::computer_facets(*reading.snapshot, filter);
  return facets ? std::optional(facets->total) : std::nullopt;
}

// About how many match, by what is so of the first.
std::optional<std::uint64_t> estimated(const Reading& reading, const std::string& filter) {
  const auto counted =
      projections::count_computers(*reading.snapshot, filter, ledger::limits::list_rows_passed_max);
  return counted ? std::optional(counted->computers) : std::nullopt;
}

// Only orders that the list gives by itself come here.
Answered<Listed> list_computers(const Reading& reading, const ListQuery& query) {
  using projections::ComputerOrder;
  const auto asked = order_asked(reading.request);
  const bool by_name = asked && order_text(*asked) == "name";
  return answered_page(
      projections::list_computers(*reading.snapshot, query, last_contact(reading),
                                  by_name ? ComputerOrder::by_name : ComputerOrder::by_computer));
}

Answered<Response> facets(const Reading& reading) {
  const auto filter = reading.request.query_value("filter").value_or("");
  const auto counted = projections::computer_facets(*reading.snapshot, filter);
  if (!counted) return refused(counted.error());
  return object_answer(reading, *counted);
}

struct InstructOneBody {
  domain::InstructionAction action{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("action", &InstructOneBody::action));
  }
};

// One computer is told at once; many are told by a plan.
Answered<domain::CommandPayload> instruct_computer(Routes::Order& order) {
  const auto computer = path_name<ComputerId>(order.request, "computer");
  if (!computer) return refused(computer.error());
  const auto body = order.body.read<InstructOneBody>();
  if (!body) return refused(body.error());
  domain::Scope scope;
  scope.kind = domain::ScopeKind::computers;
  scope.computers.push_back(*computer);
  return domain::CommandPayload(domain::Instruct{body->action, std::move(scope)});
}

}  // namespace

void add_computer_routes(Routes& routes) {
  routes.list(
      "/v1/computers", Permission::read, {"filter"}, list_computers,
      {.count = counted_by_buckets, .estimate = estimated, .own_orders = {"computer", "name"}});
  routes.read("/v1/computers:facets", Permission::read, {"filter"}, facets);
  routes.quick_read("/v1/computers/{computer}", Permission::read, show_computer);
  routes.list("/v1/computers/{computer}/history", Permission::read, {"filter"}, computer_history);
  routes.list("/v1/computers/{computer}/blame", Permission::read, {}, blame);
  routes.command({"DELETE", "/v1/computers/{computer}", Permission::configure, IfMatch::optional},
                 make_of<domain::RemoveComputer>("computer"));
  routes.command(
      {"POST", "/v1/computers/{computer}:assignPolicy", Permission::configure, IfMatch::optional},
      make_of<domain::AssignPolicy>("computer"));
  routes.command(
      {"POST", "/v1/computers/{computer}:move", Permission::configure, IfMatch::optional},
      make_of<domain::MoveComputer>("computer"));
  routes.command({"POST", "/v1/computers/{computer}:assignRelayGroup", Permission::configure,
                  IfMatch::optional},
                 make_of<domain::AssignRelayGroup>("computer"));
  routes.command({"POST", "/v1/computers/{computer}:instruct", Permission::operate},
                 instruct_computer);
}

}  // namespace api

// Relays, their groups, and what relays say of themselves.
#include "api/routes.h"
#include "ledger/domain/commands_relays.h"
#include "projections/relay_list.h"

namespace api {
namespace {

using domain::ComputerId;
using projections::ListQuery;

Answered<Response> show_relay(const Reading& reading) {
  const auto relay = path_name<ComputerId>(reading.request, "relay");
  if (!relay) return refused(relay.error());
  const auto item = projections::find_relay(*reading.snapshot, *relay);
  if (!item) return refused(item.error());
  return versioned_object(reading, *item, "relay/" + relay->value);
}

Answered<Response> show_group(const Reading& reading) {
  const auto group = path_name<domain::RelayGroupId>(reading.request, "relay_group");
  if (!group) return refused(group.error());
  const auto item = projections::find_relay_group(*reading.snapshot, *group);
  if (!item) return refused(item.error());
  return versioned_object(reading, *item, "relay-group/" + group->value);
}

// What a relay reports may come again and again; only news become events.
Answered<domain::CommandPayload> report_relay(Routes::Order& order) {
  const auto relay = own_computer(order.request, "relay");
  if (!relay) return refused(relay.error());
  order.body.from_path("relay", relay->value);
  // "reason" is everybody's word for why something is asked, so this one is called "why".
  order.body.otherwise("why", json_text("none"));
  const auto why = order.body.take("why");
  const auto* word = std::get_if<std::string>(&why.value);
  const auto said = domain::enum_from<domain::SyncReason>(word != nullptr ? *word : "");
  if (!said) {
    return refused(std::vector<ledger::codec::JsonError>{
        {"/why", "json-value",
         "Expected none, or why the relay does not serve the latest update."}});
  }
  order.body.otherwise("reason", json_text("none"));
  auto command = order.body.read<domain::ReportRelay>();
  if (!command) return refused(command.error());
  command->reason = *said;
  return domain::CommandPayload(std::move(*command));
}

Answered<domain::CommandPayload> unavailable(Routes::Order& order) {
  order.body.otherwise("detail", json_text(""));
  return make_of<domain::ReportRelayUnavailable>("relay")(order);
}

Answered<domain::CommandPayload> create_group(Routes::Order& order) {
  order.body.otherwise("description", json_text(""));
  order.body.otherwise("air_gapped", json_flag(false));
  return make_new<domain::CreateRelayGroup>()(order);
}

Answered<domain::CommandPayload> change_group(Routes::Order& order) {
  order.body.otherwise("description", json_text(""));
  order.body.otherwise("air_gapped", json_flag(false));
  return make_of<domain::ChangeRelayGroup>("relay_group")(order);
}

}  // namespace

void add_relay_routes(Routes& routes) {
  routes.list("/v1/relays", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_relays(*reading.snapshot, query));
              });
  routes.read("/v1/relays/{relay}", Permission::read, {}, show_relay);
  routes.command({"POST", "/v1/relays", Permission::configure, IfMatch::none, 201},
                 make_new<domain::RegisterRelay>());
  routes.command({"DELETE", "/v1/relays/{relay}", Permission::configure, IfMatch::required},
                 make_of<domain::RemoveRelay>("relay"));
  routes.command({"POST", "/v1/relays/{relay}/report", Permission::relay}, report_relay);
  routes.command({"POST", "/v1/relays/{relay}:reportUnavailable", Permission::operate},
                 unavailable);

  routes.list("/v1/relay-groups", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_relay_groups(*reading.snapshot, query));
              });
  routes.read("/v1/relay-groups/{relay_group}", Permission::read, {}, show_group);
  routes.command({"POST", "/v1/relay-groups", Permission::configure, IfMatch::none, 201},
                 create_group);
  routes.command(
      {"PUT", "/v1/relay-groups/{relay_group}", Permission::configure, IfMatch::required},
      change_group);
  routes.command(
      {"DELETE", "/v1/relay-groups/{relay_group}", Permission::configure, IfMatch::required},
      make_of<domain::DeleteRelayGroup>("relay_group"));
}

}  // namespace api

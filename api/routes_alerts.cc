// Alerts, and which kinds of them are raised.
#include "api/routes.h"
#include "ledger/domain/alerts.h"
#include "ledger/domain/commands_alerts.h"
#include "projections/alerts.h"
#include "projections/row_filter.h"
#include "projections/tables.h"

namespace api {
namespace {

using domain::AlertType;
using projections::AlertRow;
using projections::AlertTypeRow;
using projections::ListQuery;
using projections::View;

struct AlertTypeItem {
  AlertType type{};
  bool enabled = true;
  domain::AlertSeverity severity{};
  bool dismissible = false;
  std::string meaning;
  std::optional<projections::Mark> changed;  // Absent: it never was.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("type", &AlertTypeItem::type), field("enabled", &AlertTypeItem::enabled),
        field("severity", &AlertTypeItem::severity),
        field("dismissible", &AlertTypeItem::dismissible),
        field("meaning", &AlertTypeItem::meaning), field("changed", &AlertTypeItem::changed));
  }
};

Answered<AlertTypeItem> alert_type(const Reading& reading, AlertType type) {
  const auto& rule = domain::rule_of(type);
  AlertTypeItem item{type, true, rule.severity, rule.dismissible, std::string(rule.meaning), {}};
  const auto row = reading.snapshot->row<AlertTypeRow>(View::alert_types, domain::name_of(type));
  if (!row) return refused(row.error());
  if (*row) {
    item.enabled = (*row)->enabled;
    item.severity = (*row)->severity;
    item.changed = (*row)->changed;
  }
  return item;
}

Answered<Listed> alert_types(const Reading& reading, const ListQuery& page) {
  std::vector<AlertTypeItem> items;
  for (std::size_t i = 0; i < enum_names(AlertType{}).size(); ++i) {
    auto item = alert_type(reading, static_cast<AlertType>(i));
    if (!item) return refused(item.error());
    items.push_back(std::move(*item));
  }
  const auto wanted = projections::matching(std::move(items), page.filter);
  if (!wanted) return refused(wanted.error());
  return sliced(listed(*wanted), page.after, page.max);
}

Answered<AlertType> path_type(const Request& request) {
  const auto type = domain::enum_from<AlertType>(request.parameters.at("type"));
  if (type) return *type;
  return refused(unknown_name("alert_type"));
}

Answered<Response> show_type(const Reading& reading) {
  const auto type = path_type(reading.request);
  if (!type) return refused(type.error());
  const auto item = alert_type(reading, *type);
  if (!item) return refused(item.error());
  return versioned_object(reading, *item, "alert-type/" + std::string(domain::name_of(*type)));
}

Answered<domain::CommandPayload> configure_alert_type(Routes::Order& order) {
  const auto type = path_type(order.request);
  if (!type) return refused(type.error());
  order.body.from_path("type", domain::name_of(*type));
  auto command = order.body.read<domain::ConfigureAlertType>();
  if (!command) return refused(command.error());
  return domain::CommandPayload(std::move(*command));
}

Answered<domain::CommandPayload> acknowledge(Routes::Order& order) {
  order.body.otherwise("note", json_text(""));
  return make_of<domain::AcknowledgeAlert>("alert")(order);
}

}  // namespace

void add_alert_routes(Routes& routes) {
  routes.list("/v1/alerts", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_rows_backward<AlertRow>(
                    *reading.snapshot, View::alerts, query));
              });
  routes.read("/v1/alerts/{alert}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<AlertRow>(reading, View::alerts, "alert", "alert");
  });
  routes.command({"POST", "/v1/alerts/{alert}:acknowledge", Permission::operate}, acknowledge);
  routes.command({"POST", "/v1/alerts/{alert}:dismiss", Permission::operate},
                 make_of<domain::DismissAlert>("alert"));
  routes.list("/v1/alert-types", Permission::read, {"filter"}, alert_types);
  routes.read("/v1/alert-types/{type}", Permission::read, {}, show_type);
  routes.command({"PUT", "/v1/alert-types/{type}", Permission::configure, IfMatch::required},
                 configure_alert_type);
}

}  // namespace api

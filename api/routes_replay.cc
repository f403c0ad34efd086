// The history asked as a whole: rows of any view at any moment, which events made them, what
// differs between two moments, and which event made the difference.
#include "api/operations.h"
#include "api/routes.h"
#include "ledger/codec/json_out.h"
#include "projections/alerts.h"
#include "projections/history.h"
#include "projections/mark.h"
#include "projections/view_query.h"
#include "replay/bisect.h"
#include "replay/diff.h"
#include "replay/why.h"

namespace api {

using domain::Position;
using projections::ListQuery;
using projections::View;

namespace {

struct ViewItem {
  std::string view;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("view", &ViewItem::view));
  }
};

Answered<Listed> list_views(const Reading&, const ListQuery& page) {
  std::vector<ViewItem> items;
  for (const auto& each : projections::all_views) items.push_back({std::string(each.name)});
  return sliced(listed(items), page.after, page.max);
}

Refusal unknown_view(std::string_view name) {
  return Refusal(ledger::Error{
      ledger::ErrorKind::not_found, "view-unknown",
      "There is no view named \"" + std::string(name) + "\"; GET /v1/views lists them."});
}

Answered<View> path_view(const Reading& reading) {
  const auto& name = reading.request.parameters.at("view");
  const auto view = projections::view_from(name);
  if (!view) return refused(unknown_view(name));
  return *view;
}

// The row that the path's view and the parameter "key" name.
struct RowName {
  View view{};
  std::string key;
};

Answered<RowName> row_name(const Reading& reading) {
  const auto view = path_view(reading);
  if (!view) return refused(view.error());
  const auto shown = reading.request.query_value("key").value_or("");
  auto key = projections::key_from(*view, shown);
  if (!key) {
    return refused("row-unknown",
                   "No row of this view can have the key \"" + std::string(shown) + "\".", 404);
  }
  return RowName{*view, std::move(*key)};
}

Answered<Listed> view_rows(const Reading& reading, const ListQuery& query) {
  const auto view = path_view(reading);
  if (!view) return refused(view.error());
  return answered_page(projections::list_view(*reading.snapshot, *view, query));
}

Answered<Listed> view_history(const Reading& reading, const ListQuery& query) {
  const auto row = row_name(reading);
  if (!row) return refused(row.error());
  const auto& services = reading.services;
  return answered_page(projections::row_history(services.views, services.log, row->view, row->key,
                                                reading.at, query));
}

Answered<Listed> view_blame(const Reading& reading, const ListQuery& page) {
  const auto row = row_name(reading);
  if (!row) return refused(row.error());
  const auto& services = reading.services;
  const auto fields =
      projections::blame(services.views, services.log, row->view, row->key, reading.at);
  if (!fields) return refused(fields.error());
  return sliced(listed(*fields), page.after, page.max);
}

// Both ends stand in front of where a page begins: "-PT1H" is another moment by the next page.
Answered<void> read_ends(const Reading& reading, replay::DiffQuery& query) {
  const auto cut = query.after.find('/');
  const auto dash = query.after.find('-');
  if (cut != std::string::npos && dash < cut) {
    const auto from = number_from(std::string_view(query.after).substr(0, dash));
    const auto to = number_from(std::string_view(query.after).substr(dash + 1, cut - dash - 1));
    const auto size = reading.services.views.size();
    if (from && to && *from < size.value && *to < size.value) {
      query.from = {*from};
      query.to = {*to};
      query.after.erase(0, cut + 1);
      return {};
    }
  }
  if (!query.after.empty()) return refused("page-token-invalid", "Ask for the first page.");
  const auto from = reading.request.query_value("from");
  if (!from) {
    return refused("parameter-invalid",
                   "Parameter \"from\" is the earlier moment: a position, a time, -PT2H, "
                   "bookmark:NAME, before:POSITION or last-rollback.");
  }
  const auto first = moment(reading.services, *from);
  if (!first) return refused(first.error());
  query.from = *first;
  query.to = reading.at;
  if (const auto to = reading.request.query_value("to")) {
    const auto last = moment(reading.services, *to);
    if (!last) return refused(last.error());
    query.to = *last;
  }
  return {};
}

Answered<Listed> diff(const Reading& reading, const ListQuery& page) {
  replay::DiffQuery query;
  query.after = page.after;
  query.max = page.max;
  for (const auto& name : list_parameter(reading.request, "view")) {
    const auto view = projections::view_from(name);
    if (!view) return refused(unknown_view(name));
    query.views.push_back(*view);
  }
  if (const auto read = read_ends(reading, query); !read) return refused(read.error());
  auto rows = replay::diff(reading.services.views, reading.services.log, query);
  if (!rows) return refused(rows.error());
  if (!rows->next.empty()) {
    rows->next =
        std::to_string(query.from.value) + "-" + std::to_string(query.to.value) + "/" + rows->next;
  }
  return listed_page(*rows);
}

Answered<Listed> why_alert(const Reading& reading, const ListQuery& page) {
  const auto& name = reading.request.parameters.at("alert");
  const auto alert = reading.snapshot->row<projections::AlertRow>(View::alerts, name);
  if (!alert) return refused(alert.error());
  if (!*alert) return refused(unknown_name("alert"));
  const auto reasons = replay::why(reading.services.log, **alert, reading.at);
  if (!reasons) return refused(reasons.error());
  return sliced(listed(*reasons), page.after, page.max);
}

struct BisectBody {
  std::string from;
  std::string to;
  std::string where;
  bool all = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("from", &BisectBody::from), field("to", &BisectBody::to),
                      field("where", &BisectBody::where), field("all", &BisectBody::all));
  }
};

Answered<Response> bisect_as_operation(const Request& request, const Services& services,
                                       const replay::BisectQuery& query) {
  const auto key = idempotency_key(request, services.entropy);
  if (!key) return refused(key.error());
  // What is wrong with it is said now, not by the operation.
  const auto predicate = replay::Predicate::parse(query.where);
  if (!predicate) return refused(predicate.error());
  Operations::Asked operation{"bisect", {}, request.body, *key};
  if (request.caller) operation.started_by = projections::text_of(request.caller->actor);
  const auto work = [&services,
                     query](const Operations::GoOn& go_on) -> ledger::Result<std::string> {
    auto patient = query;
    patient.rows_passed_max = ledger::limits::bisect_operation_rows_passed_max;
    patient.go_on = [&](const replay::Progress& progress) { return go_on(over_events(progress)); };
    const auto found = replay::bisect(services.views, services.log, patient);
    if (!found) return ledger::fail(found.error());
    return ledger::codec::to_json(*found);
  };
  return accepted(services.operations.start(std::move(operation), work));
}

Answered<Response> bisect(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  body->otherwise("to", json_text(""));
  body->otherwise("all", json_flag(false));
  const auto asked = body->read<BisectBody>();
  if (!asked) return refused(asked.error());
  const auto reading = open_newest(request, services);
  if (!reading) return refused(reading.error());
  const auto from = moment(services, asked->from);
  if (!from) return refused(from.error());
  const auto to = asked->to.empty() ? Answered<Position>(reading->at) : moment(services, asked->to);
  if (!to) return refused(to.error());
  const replay::BisectQuery query{asked->where, *from, *to, asked->all};
  const bool is_long = query.all && *from < *to &&
                       to->value - from->value > ledger::limits::bisect_events_at_once_max;
  if (is_long) return bisect_as_operation(request, services, query);
  const auto found = replay::bisect(services.views, services.log, query);
  if (!found) return refused(found.error());
  return object_answer(*reading, *found);
}

}  // namespace

void add_replay_routes(Routes& routes) {
  routes.list("/v1/views", Permission::read_log, {}, list_views);
  routes.list("/v1/views/{view}/rows", Permission::read_log, {"filter"}, view_rows,
              {.own_orders = {"key"}});
  routes.list("/v1/views/{view}/history", Permission::read_log, {"key"}, view_history);
  routes.list("/v1/views/{view}/blame", Permission::read_log, {"key"}, view_blame);
  routes.list("/v1/diff", Permission::read_log, {"from", "to", "view"}, diff);
  routes.list("/v1/alerts/{alert}/why", Permission::read_log, {}, why_alert);
  routes.other("POST", "/v1/replays:bisect", Permission::read_log, bisect);
}

}  // namespace api

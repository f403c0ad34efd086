// The history: events by any of their properties, what each changed, caused and was caused by.
#include <algorithm>

#include "api/routes.h"
#include "api/row_order.h"
#include "ledger/digest.h"
#include "projections/activity.h"
#include "projections/history.h"

namespace api {

using domain::Position;
using projections::ActivityQuery;

namespace {

tl::unexpected<Refusal> invalid_parameter(std::string_view name, std::string_view wanted) {
  return refused("parameter-invalid",
                 "Parameter \"" + std::string(name) + "\" is " + std::string(wanted) + ".");
}

// Bounds are positions or times.
Answered<void> read_bounds(const Request& request, ActivityQuery& query) {
  constexpr std::string_view wanted = "a position or an RFC 3339 time";
  if (const auto after = request.query_value("after")) {
    const auto position = number_from(*after);
    const auto time = domain::time_from_rfc3339(*after);
    if (!position && !time) return invalid_parameter("after", wanted);
    if (position) query.from = Position{*position + 1};
    if (!position) query.after = *time;
  }
  if (const auto before = request.query_value("before")) {
    const auto position = number_from(*before);
    const auto time = domain::time_from_rfc3339(*before);
    if (!position && !time) return invalid_parameter("before", wanted);
    if (position && *position == 0) query.max = 0;
    if (position && *position > 0) query.to = std::min(*query.to, Position{*position - 1});
    if (!position) query.before = *time;
  }
  return {};
}

Answered<ActivityQuery> activity_query(const Reading& reading, const projections::ListQuery& page) {
  const Request& request = reading.request;
  ActivityQuery query;
  const auto value = [&](std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
  };
  query.types = list_parameter(request, "type");
  query.actor = value("actor");
  query.stream = value("stream");
  query.subject = value("subject");
  query.reason = value("reason");
  query.filter = page.filter;
  query.to = reading.at;
  query.page = page.after;
  query.max = page.max;
  if (const auto outcome = request.query_value("outcome")) {
    query.outcome = domain::enum_from<domain::Outcome>(*outcome);
    if (!query.outcome) return invalid_parameter("outcome", "done, refused or failed");
  }
  const auto order = order_asked(request);
  if (!order) return refused(order.error());
  query.direction = order_text(*order) == "position" ? projections::Direction::oldest_first
                                                     : projections::Direction::newest_first;
  if (const auto read = read_bounds(request, query); !read) return refused(read.error());
  return query;
}

QueryNames activity_parameters() {
  return {"type", "actor", "stream", "subject", "outcome", "reason", "after", "before", "filter"};
}

// Nothing, if only some events are asked for.
std::optional<std::uint64_t> counted_by_position(const Reading& reading, const std::string&) {
  for (const auto name : activity_parameters()) {
    if (reading.request.query_value(name)) return std::nullopt;
  }
  return reading.at.value + 1;
}

// The event of the path, which must not be later than what is read.
Answered<Position> event_position(const Reading& reading) {
  const auto number = number_from(reading.request.parameters.at("position"));
  if (number && *number <= reading.at.value) return Position{*number};
  return refused("event-unknown", "There is no event at this position.", 404);
}

Answered<Response> show_event(const Reading& reading) {
  const auto position = event_position(reading);
  if (!position) return refused(position.error());
  const auto event = projections::read_event(reading.services.log, *position);
  if (!event) return refused(event.error());
  const auto record = reading.services.log.record(*position);
  if (!record) return refused(record.error());
  Response response;
  response.body = "{";
  ledger::codec::write_json_members(response.body, projections::item_of(*event));
  response.body += ",\"record_bytes\":" + std::to_string(record->size());
  response.body += ",\"leaf_hash\":\"" + hex(ledger::leaf_hash(*record)) + "\"}";
  return finished(reading, std::move(response));
}

}  // namespace

void add_event_routes(Routes& routes) {
  routes.list("/v1/events", Permission::read_log, activity_parameters(),
              [](const Reading& reading, const projections::ListQuery& page) -> Answered<Listed> {
                const auto query = activity_query(reading, page);
                if (!query) return refused(query.error());
                if (query->max == 0) return listed(std::vector<projections::EventItem>());
                return answered_page(projections::list_events(reading.services.log, *query));
              },
              {.count = counted_by_position, .own_orders = {"-position", "position"}});
  routes.read("/v1/events/{position}", Permission::read_log, {}, show_event);
  routes.list("/v1/events/{position}/changes", Permission::read_log, {},
              [](const Reading& reading, const projections::ListQuery& page) -> Answered<Listed> {
                const auto position = event_position(reading);
                if (!position) return refused(position.error());
                return answered_page(
                    projections::changes_of_event(reading.services.views, *position, page));
              });
  routes.list("/v1/events/{position}/causes", Permission::read_log, {},
              [](const Reading& reading, const projections::ListQuery& page) -> Answered<Listed> {
                const auto position = event_position(reading);
                if (!position) return refused(position.error());
                const auto causes = projections::causes_of(reading.services.log, *position);
                if (!causes) return refused(causes.error());
                return sliced(listed(*causes), page.after, page.max);
              });
  routes.list(
      "/v1/events/{position}/effects", Permission::read_log, {},
      [](const Reading& reading, const projections::ListQuery& page) -> Answered<Listed> {
        const auto position = event_position(reading);
        if (!position) return refused(position.error());
        return answered_page(projections::effects_of(reading.services.log, *position, page));
      });
  routes.other("GET", "/v1/event-types", Permission::read_log,
               [](const Request& request, const Services&) -> Answered<Response> {
                 if (const auto checked = check_query(request, {}); !checked) {
                   return refused(checked.error());
                 }
                 Response response;
                 response.body = "{\"items\":[";
                 for (std::size_t i = 0; i < domain::payload_names.size(); ++i) {
                   if (i > 0) response.body += ',';
                   response.body += "{\"type\":\"" + std::string(domain::payload_names[i]) +
                                    "\",\"number\":" + std::to_string(i) + '}';
                 }
                 response.body += "]}";
                 return response;
               });
}

}  // namespace api

#include "api/routes.h"

#include <algorithm>

#include "api/acknowledgement.h"
#include "api/plans.h"
#include "api/row_order.h"
#include "api/whole_lists.h"
#include "projections/keys.h"

namespace api {

namespace {

bool waits_for_nothing(const Request& request, const Services& services) {
  return !request.query_value("min_position") && !request.query_value("as_of") &&
         services.log.head().size <= services.projector.size();
}

}  // namespace

void Routes::read(std::string pattern, Permission permission, QueryNames parameters, Read read,
                  RouteOptions options) {
  const auto known = read_parameters(parameters);
  other(
      "GET", std::move(pattern), permission,
      [known, read = std::move(read)](const Request& request,
                                      const Services& services) -> Answered<Response> {
        if (const auto checked = check_query(request, known); !checked) {
          return refused(checked.error());
        }
        const auto reading = open_reading(request, services);
        if (!reading) return refused(reading.error());
        return read(*reading);
      },
      std::move(options));
}

void Routes::quick_read(std::string pattern, Permission permission, Read read_rows) {
  read(std::move(pattern), permission, {}, std::move(read_rows),
       {.at_once = [&services = services_](const Request& request) {
         return waits_for_nothing(request, services);
       }});
}

namespace {

Answered<Listed> page_in_order(const Routes::List& list, const Reading& reading, PageWish wish,
                               const std::vector<std::string>& own) {
  const bool is_own =
      wish.order.empty() || std::find(own.begin(), own.end(), order_text(wish.order)) != own.end();
  return is_own ? own_page(list, reading, std::move(wish)) : ordered_page(list, reading, wish, own);
}

enum class Count { none, estimate, exact };

Answered<Count> wanted_count(const Request& request) {
  const auto count = request.query_value("count").value_or("none");
  if (count == "none") return Count::none;
  if (count == "estimate") return Count::estimate;
  if (count == "exact") return Count::exact;
  return refused("parameter-invalid", "count is none, estimate or exact.");
}

// Shape: `count` is not none.
Answered<std::uint64_t> total_of(const Routes::List& list, const ListOptions& options,
                                 const Reading& reading, const projections::ListQuery& query,
                                 Count count) {
  auto known = options.count ? options.count(reading, query.filter) : std::nullopt;
  if (!known && count == Count::estimate && options.estimate) {
    known = options.estimate(reading, query.filter);
  }
  if (known) return *known;
  return count == Count::exact ? count_rows(list, reading, query)
                               : count_first_rows(list, reading, query);
}

// Rows that are passed over: only of a position that stays, or they would be others each time.
Answered<std::uint64_t> rows_to_skip(const Reading& reading) {
  const auto skip = number_parameter(reading.request, "skip");
  if (!skip) return refused(skip.error());
  if (!*skip || reading.is_pinned || !reading.after.empty()) return skip->value_or(0);
  return refused("skip-not-pinned",
                 "skip counts rows of one position: give as_of as a number, the \"position\" of a "
                 "page that was read before.");
}

Answered<Response> answer_list(const Routes::List& list, const ListOptions& options,
                               const Request& request, const Services& services) {
  const auto size = page_size(request);
  if (!size) return refused(size.error());
  const auto count = wanted_count(request);
  if (!count) return refused(count.error());
  auto order = order_asked(request);
  if (!order) return refused(order.error());
  const auto reading = open_reading(request, services);
  if (!reading) return refused(reading.error());
  const auto skip = rows_to_skip(*reading);
  if (!skip) return refused(skip.error());
  const projections::ListQuery query{std::string(request.query_value("filter").value_or("")),
                                     reading->after, *size};
  auto page = page_in_order(list, *reading, {query, *std::move(order), *skip}, options.own_orders);
  if (!page) return refused(page.error());
  if (*count == Count::none) {
    page->total_size.reset();
  } else if (!page->total_size) {
    const auto total = total_of(list, options, *reading, query, *count);
    if (!total) return refused(total.error());
    page->total_size = *total;
  }
  return list_answer(*reading, *std::move(page));
}

}  // namespace

void Routes::list(std::string pattern, Permission permission, QueryNames parameters, List list,
                  ListOptions options) {
  add_list(std::move(pattern), permission, list_parameters(read_parameters(parameters)),
           std::move(list), std::move(options));
}

void Routes::list_of_now(std::string pattern, Permission permission, QueryNames parameters,
                         List list) {
  add_list(std::move(pattern), permission, list_parameters(parameters), std::move(list), {});
}

void Routes::add_list(std::string pattern, Permission permission, QueryNames known, List list,
                      ListOptions options) {
  other("GET", std::move(pattern), permission,
        [known = std::move(known), list = std::move(list), options = std::move(options)](
            const Request& request, const Services& services) -> Answered<Response> {
          if (const auto checked = check_query(request, known); !checked) {
            return refused(checked.error());
          }
          return answer_list(list, options, request, services);
        });
}

void Routes::command(CommandRoute route, Make make) {
  const auto rule = route.if_match;
  const int status = route.status;
  const Services& services = services_;
  router_.add({std::move(route.method),
               std::move(route.pattern),
               route.permission,
               [&services, rule, status, make = std::move(make)](
                   std::shared_ptr<const Request> request, Reply reply) {
                 auto command = new_command(*request, services, rule);
                 if (!command) return reply(response_of(*request, command.error()));
                 auto body = Body::parse(*request);
                 if (!body) return reply(response_of(*request, body.error()));
                 Order order{*request, services, *body};
                 auto payload = make(order);
                 if (!payload) return reply(response_of(*request, payload.error()));
                 command->reason = body->reason();
                 command->ticket = body->ticket();
                 command->payload = std::move(*payload);
                 submit(services, std::move(request), std::move(*command), status,
                        std::move(reply));
               },
               {}});
}

void Routes::plan(std::string pattern, Permission permission, std::string action, Make make) {
  other("POST", std::move(pattern), Permission::operate,
        [permission, action = std::move(action), make = std::move(make)](
            const Request& request, const Services& services) -> Answered<Response> {
          auto command = new_command(request, services, IfMatch::none);
          if (!command) return refused(command.error());
          auto body = Body::parse(request);
          if (!body) return refused(body.error());
          Order order{request, services, *body};
          auto payload = make(order);
          if (!payload) return refused(payload.error());
          command->reason = body->reason();
          command->ticket = body->ticket();
          command->payload = std::move(*payload);
          return make_plan(services, {action, permission}, std::move(*command));
        });
}

void Routes::other(std::string method, std::string pattern, Permission permission, Answer answer,
                   RouteOptions options) {
  const Services& services = services_;
  router_.add({std::move(method), std::move(pattern), permission,
               answering([&services, answer = std::move(answer)](const Request& request) {
                 auto response = answer(request, services);
                 if (!response) return response_of(request, response.error());
                 return acknowledged(request, services, *std::move(response));
               }),
               options});
}

void Routes::later(std::string method, std::string pattern, Permission permission,
                   AnswerLater answer, RouteOptions options) {
  const Services& services = services_;
  router_.add({std::move(method), std::move(pattern), permission,
               [&services, answer = std::move(answer)](std::shared_ptr<const Request> request,
                                                       Reply reply) {
                 answer(std::move(request), services, std::move(reply));
               },
               std::move(options)});
}

Answered<domain::ComputerId> own_computer(const Request& request, std::string_view parameter) {
  const auto computer = path_name<domain::ComputerId>(request, parameter);
  if (!computer) return refused(computer.error());
  if (!request.caller || request.caller->computer != *computer) {
    return refused("not-your-computer", "This credential speaks for another computer.", 403);
  }
  return *computer;
}

std::optional<std::string> instruction_key(const domain::InstructionId& instruction) {
  const std::string_view name = instruction.value;
  if (!name.starts_with('i')) return std::nullopt;
  const auto number = number_from(name.substr(1));
  if (!number) return std::nullopt;
  return projections::number_key(*number);
}

Answered<std::uint64_t> version_of(const Reading& reading, const std::string& stream) {
  const auto version = reading.services.log.stream_version(stream, reading.at);
  if (!version) return refused(version.error());
  return *version;
}

void add_routes(Router& router, const Services& services) {
  Routes routes(router, services);
  add_overview_routes(routes);
  add_event_routes(routes);
  add_event_stream_routes(routes);
  add_replay_routes(routes);
  add_log_routes(routes);
  add_log_work_routes(routes);
  add_evidence_routes(routes);
  add_report_routes(routes);
  add_what_if_routes(routes);
  add_replay_session_routes(routes);
  add_bookmark_routes(routes);
  add_setting_routes(routes);
  add_source_routes(routes);
  add_bundle_routes(routes);
  add_rule_update_routes(routes);
  add_rule_update_import_routes(routes);
  add_rule_routes(routes);
  add_hold_routes(routes);
  add_policy_routes(routes);
  add_exposure_routes(routes);
  add_computer_routes(routes);
  add_enrolment_routes(routes);
  add_identity_routes(routes);
  add_agent_routes(routes);
  add_ruleset_routes(routes);
  add_group_routes(routes);
  add_instruction_routes(routes);
  add_relay_routes(routes);
  add_pattern_routes(routes);
  add_alert_routes(routes);
  add_task_routes(routes);
  add_plan_routes(routes);
  add_operation_routes(routes);
  add_access_routes(routes);
  add_token_routes(routes);
  add_service_routes(routes);
  add_openapi_routes(routes);
  add_repository_routes(routes);
}

}  // namespace api

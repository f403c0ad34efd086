// The routes of /v1, topic by topic. Each says its pattern, its permission, what its query may
// have, and one function from request to answer; the rest is the same for all and stands here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/reads.h"
#include "api/render.h"
#include "api/router.h"
#include "api/services.h"
#include "api/writes.h"
#include "projections/page.h"

namespace api {

// Of a list.
struct ListOptions {
  using CountRows =
      std::function<std::optional<std::uint64_t>(const Reading&, const std::string& filter)>;
  // How many rows a filter has, where that is known without looking at each; nothing: they are
  // counted.
  CountRows count = {};
  // About how many, where that needs less than counting; nothing: as many as are soon counted.
  CountRows estimate = {};
  // Orders that the list gives by itself, however many rows it has; the first unless asked.
  std::vector<std::string> own_orders = {};
};

class Routes {
 public:
  // Both outlive this.
  Routes(Router& router, const Services& services) : router_(router), services_(services) {}

  const Services& services() const { return services_; }

  // GET of what a position shows. `parameters`: beside as_of and min_position.
  using Read = std::function<Answered<Response>(const Reading&)>;
  void read(std::string pattern, Permission permission, QueryNames parameters, Read read,
            RouteOptions options = {});
  // The same of a few rows, without parameters of its own: answered at once while the views are as
  // far as the log.
  void quick_read(std::string pattern, Permission permission, Read read);

  // GET of a list; beside those, page_size, page_token, skip, fields, order_by and count.
  using List = std::function<Answered<Listed>(const Reading&, const projections::ListQuery&)>;
  void list(std::string pattern, Permission permission, QueryNames parameters, List list,
            ListOptions options = {});
  // The same of what is no part of the record: there is no as_of.
  void list_of_now(std::string pattern, Permission permission, QueryNames parameters, List list);

  // A command made of the path and the body.
  struct Order {
    const Request& request;
    const Services& services;
    Body& body;
  };
  using Make = std::function<Answered<domain::CommandPayload>(Order&)>;
  struct CommandRoute {
    std::string method;
    std::string pattern;
    Permission permission{};
    IfMatch if_match = IfMatch::none;
    int status = 200;  // When it is done: 201 where something new has a name now.
  };
  void command(CommandRoute route, Make make);

  // A plan of a command, to be looked at and applied: POST. Whoever may operate may look at it;
  // `permission` is what applying it takes.
  void plan(std::string pattern, Permission permission, std::string action, Make make);

  // Anything else; it looks after its own query.
  using Answer = std::function<Answered<Response>(const Request&, const Services&)>;
  void other(std::string method, std::string pattern, Permission permission, Answer answer,
             RouteOptions options = {});

  // The same for what is answered later, by the writer.
  using AnswerLater = std::function<void(std::shared_ptr<const Request>, const Services&, Reply)>;
  void later(std::string method, std::string pattern, Permission permission, AnswerLater answer,
             RouteOptions options = {});

 private:
  void add_list(std::string pattern, Permission permission, QueryNames known, List list,
                ListOptions options);

  Router& router_;
  const Services& services_;
};

// All of them. `services` outlives the router's use.
void add_routes(Router& router, const Services& services);

void add_overview_routes(Routes&);
void add_event_routes(Routes&);
void add_event_stream_routes(Routes&);
void add_replay_routes(Routes&);
void add_log_routes(Routes&);
void add_log_work_routes(Routes&);
void add_evidence_routes(Routes&);
void add_report_routes(Routes&);
void add_what_if_routes(Routes&);
void add_replay_session_routes(Routes&);
void add_bookmark_routes(Routes&);
void add_setting_routes(Routes&);
void add_source_routes(Routes&);
void add_bundle_routes(Routes&);
void add_rule_update_routes(Routes&);
void add_rule_update_import_routes(Routes&);
void add_rule_routes(Routes&);
void add_hold_routes(Routes&);
void add_policy_routes(Routes&);
void add_computer_routes(Routes&);
void add_exposure_routes(Routes&);
void add_enrolment_routes(Routes&);
void add_identity_routes(Routes&);
void add_agent_routes(Routes&);
void add_ruleset_routes(Routes&);
void add_group_routes(Routes&);
void add_instruction_routes(Routes&);
void add_relay_routes(Routes&);
void add_pattern_routes(Routes&);
void add_alert_routes(Routes&);
void add_task_routes(Routes&);
void add_plan_routes(Routes&);
void add_operation_routes(Routes&);
void add_access_routes(Routes&);
void add_token_routes(Routes&);
void add_service_routes(Routes&);
void add_openapi_routes(Routes&);
void add_repository_routes(Routes&);

// -- For lists -----------------------------------------------------------------------------------

template <class Item>
Listed listed_page(const projections::Page<Item>& page) {
  return listed(page.items, page.next.empty() ? std::nullopt : std::optional(page.next));
}

// From a Result<Page<Item>>.
template <class Item>
Answered<Listed> answered_page(const ledger::Result<projections::Page<Item>>& page) {
  if (!page) return refused(page.error());
  return listed_page(*page);
}

// The row of the thing that the path's `parameter` names, as its key in `view` and, after
// `stream_kind`, as its stream. Problems: 404.
template <class Row>
Answered<Response> row_answer(const Reading& reading, projections::View view,
                              std::string_view parameter, const std::string& stream_kind) {
  const auto& name = reading.request.parameters.at(std::string(parameter));
  const auto row = reading.snapshot->row<Row>(view, name);
  if (!row) return refused(row.error());
  if (!*row) return refused(unknown_name(parameter));
  return versioned_object(reading, **row, stream_kind + "/" + name);
}

// A command whose field `parameter` is in the path; the others are in the body.
template <class Command>
Routes::Make make_of(std::string_view parameter) {
  return [parameter](Routes::Order& order) -> Answered<domain::CommandPayload> {
    const auto& name = order.request.parameters.at(std::string(parameter));
    if (!domain::is_name(name)) return refused(unknown_name(parameter));
    order.body.from_path(parameter, name);
    auto command = order.body.read<Command>();
    if (!command) return refused(command.error());
    return domain::CommandPayload(std::move(*command));
  };
}

// The same, of the body alone; `texts` may be left out, and are then empty.
template <class Command>
Routes::Make make_new(QueryNames texts = {}) {
  return [texts](Routes::Order& order) -> Answered<domain::CommandPayload> {
    for (const auto name : texts) order.body.otherwise(name, json_text(""));
    auto command = order.body.read<Command>();
    if (!command) return refused(command.error());
    return domain::CommandPayload(std::move(*command));
  };
}

// A machine's credential opens only what is its own: the computer that the path's `parameter`
// names. Problems: 404, 403 "not-your-computer".
Answered<domain::ComputerId> own_computer(const Request& request,
                                          std::string_view parameter = "computer");

// The key of an instruction's row; nothing: there is no instruction of this name.
std::optional<std::string> instruction_key(const domain::InstructionId& instruction);

// The version of `stream` as of what is read, for its ETag.
Answered<std::uint64_t> version_of(const Reading& reading, const std::string& stream);

// One object with the ETag of its stream.
template <class T>
Answered<Response> versioned_object(const Reading& reading, const T& object,
                                    const std::string& stream) {
  const auto version = version_of(reading, stream);
  if (!version) return refused(version.error());
  return object_answer(reading, object, *version);
}

}  // namespace api

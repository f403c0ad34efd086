// Long work on the record: reading all of it again, and copying it.
#include "api/operations.h"
#include "api/routes.h"
#include "projections/mark.h"

namespace api {
namespace {

// 202: it is being worked on, and can be watched.
Answered<Response> accepted(const Answered<OperationView>& operation) {
  if (!operation) return refused(operation.error());
  Response response;
  response.status = 202;
  response.body = operation_json(*operation);
  response.headers.emplace_back("Location", "/v1/operations/" + operation->operation);
  return response;
}

Answered<Response> verify(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  const auto body = Body::parse(request);
  if (!body) return refused(body.error());
  if (const auto read = body->read_nothing(); !read) return refused(read.error());
  return accepted(services.operations.start(
      "verify_log", projections::text_of(command->actor),
      [&chores = services.chores](const Operations::GoOn& go_on) { return chores.verify(go_on); }));
}

struct BackupBody {
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("name", &BackupBody::name));
  }
};

ledger::Result<std::string> back_up(const Services& services, const std::string& name) {
  const auto made = services.chores.back_up(name);
  if (!made) return ledger::fail(made.error());
  return "{\"name\":" + json_string(name) + ",\"size\":" + std::to_string(made->size.value) +
         ",\"root\":\"" + hex(made->root) + "\",\"path\":" + json_string(made->path) + "}";
}

Answered<Response> backup(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  const auto body = Body::parse(request);
  if (!body) return refused(body.error());
  const auto said = body->read<BackupBody>();
  if (!said) return refused(said.error());
  if (!domain::is_name(said->name)) {
    return refused(std::vector<ledger::codec::JsonError>{
        {"/name", "json-value",
         "Expected 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit."}});
  }
  return accepted(services.operations.start(
      "back_up_log", projections::text_of(command->actor),
      [&services, name = said->name](const Operations::GoOn&) { return back_up(services, name); }));
}

}  // namespace

void add_log_work_routes(Routes& routes) {
  routes.other("POST", "/v1/log:verify", Permission::verify, verify);
  routes.other("POST", "/v1/log:backup", Permission::administer, backup);
}

}  // namespace api

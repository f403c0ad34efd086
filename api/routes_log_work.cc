// Long work on the record: reading all of it again, and copying it.
#include "api/operations.h"
#include "api/routes.h"
#include "ledger/domain/commands_service.h"
#include "projections/mark.h"

namespace api {
namespace {

// Who asks for work of this kind, and why. What comes of it is recorded under no key: the key is
// the operation's.
Answered<domain::Command> asked_by(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  return new_command(request, services, IfMatch::none);
}

// Starts it, unless what is to be recorded of it would be refused: nobody would learn of that.
Answered<Response> started(const Request& request, const Services& services,
                           const domain::Command& asked, Operations::Asked operation,
                           Operations::Work work) {
  auto checked = validated(request, services, asked);
  if (checked.status != 200) return checked;
  operation.started_by = projections::text_of(asked.actor);
  operation.key = asked.id;
  return accepted(services.operations.start(std::move(operation), std::move(work)));
}

// Of a body that says why, and nothing else.
Answered<domain::Command> asked_with_reason(const Request& request, const Services& services) {
  auto asked = asked_by(request, services);
  if (!asked) return refused(asked.error());
  const auto body = Body::parse(request);
  if (!body) return refused(body.error());
  if (const auto read = body->read_nothing(); !read) return refused(read.error());
  asked->reason = body->reason();
  asked->ticket = body->ticket();
  return asked;
}

Answered<Response> verify(const Request& request, const Services& services) {
  auto asked = asked_with_reason(request, services);
  if (!asked) return refused(asked.error());
  asked->payload = domain::RecordVerification{};
  return started(request, services, *asked, {"verify_log", {}, {}, {}},
                 [&chores = services.chores, asked = *asked](const Operations::GoOn& go_on) {
                   return chores.verify(asked, go_on);
                 });
}

// Both keys are in the record, and the old one signs a last head that covers the new one's event.
Answered<Response> rotate(const Request& request, const Services& services) {
  auto asked = asked_with_reason(request, services);
  if (!asked) return refused(asked.error());
  asked->payload = domain::RetireSigningKey{};
  return started(request, services, *asked, {"rotate_log_key", {}, {}, {}},
                 [&chores = services.chores, asked = *asked](const Operations::GoOn&) {
                   return chores.change_key(asked);
                 });
}

struct BackupBody {
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("name", &BackupBody::name));
  }
};

ledger::Result<std::string> back_up(const Services& services, const domain::Command& asked,
                                    const std::string& name) {
  const auto made = services.chores.back_up(asked, name);
  if (!made) return ledger::fail(made.error());
  return "{\"name\":" + json_string(name) + ",\"size\":" + std::to_string(made->size.value) +
         ",\"root\":\"" + hex(made->root) + "\",\"path\":" + json_string(made->path) + "}";
}

Answered<Response> backup(const Request& request, const Services& services) {
  auto asked = asked_by(request, services);
  if (!asked) return refused(asked.error());
  const auto body = Body::parse(request);
  if (!body) return refused(body.error());
  const auto said = body->read<BackupBody>();
  if (!said) return refused(said.error());
  if (!domain::is_name(said->name)) {
    return refused(std::vector<ledger::codec::JsonError>{
        {"/name", "json-value",
         "Expected 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit."}});
  }
  asked->reason = body->reason();
  asked->ticket = body->ticket();
  asked->payload = domain::RecordBackup{{}, {}, said->name};
  return started(request, services, *asked, {"back_up_log", {}, said->name, {}},
                 [&services, asked = *asked, name = said->name](const Operations::GoOn&) {
                   return back_up(services, asked, name);
                 });
}

}  // namespace

void add_log_work_routes(Routes& routes) {
  routes.other("POST", "/v1/log:verify", Permission::verify, verify);
  routes.other("POST", "/v1/log:rotateKey", Permission::administer, rotate);
  routes.other("POST", "/v1/log:backup", Permission::administer, backup);
}

}  // namespace api

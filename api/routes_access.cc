// Who may use the ledger: people, and the caller itself.
#include "api/routes.h"
#include "ledger/domain/commands_access.h"
#include "projections/access.h"
#include "projections/tables.h"

namespace api {
namespace {

using projections::ListQuery;
using projections::UserRow;
using projections::View;

struct Me {
  domain::Actor actor;
  std::optional<domain::Role> role;  // Absent: an enrolment token.
  std::optional<domain::ComputerId> computer;
  std::optional<domain::TokenId> enrolment;
  std::vector<std::string> permissions;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("actor", &Me::actor), field("role", &Me::role),
                      field("computer", &Me::computer), field("enrolment", &Me::enrolment),
                      field("permissions", &Me::permissions));
  }
};

Answered<Response> me(const Request& request, const Services&) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  CHECK(request.caller.has_value(), "this route is for callers that are known");
  const Caller& caller = *request.caller;
  Me me{caller.actor, caller.role, caller.computer, caller.enrolment, {}};
  if (caller.enrolment) me.role.reset();
  for (std::size_t i = 0; i < permissions_count; ++i) {
    const auto permission = static_cast<Permission>(i);
    if (allows(&caller, permission)) me.permissions.emplace_back(name_of(permission));
  }
  Response response;
  response.body = ledger::codec::to_json(me);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_access_routes(Routes& routes) {
  routes.other("GET", "/v1/me", Permission::signed_in, me);
  routes.list("/v1/users", Permission::read_access, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<UserRow>(*reading.snapshot, View::users, query));
              });
  routes.read("/v1/users/{user}", Permission::read_access, {}, [](const Reading& reading) {
    return row_answer<UserRow>(reading, View::users, "user", "user");
  });
  routes.command({"POST", "/v1/users", Permission::administer, IfMatch::none, 201},
                 make_new<domain::CreateUser>());
  routes.command({"PUT", "/v1/users/{user}", Permission::administer, IfMatch::required},
                 make_of<domain::ChangeUser>("user"));
  routes.command({"POST", "/v1/users/{user}:disable", Permission::administer},
                 make_of<domain::DisableUser>("user"));
  routes.command({"POST", "/v1/users/{user}:enable", Permission::administer},
                 make_of<domain::EnableUser>("user"));
}

}  // namespace api

// Computers join the fleet.
#include "api/routes.h"
#include "api/secrets.h"
#include "ledger/domain/commands_computers.h"

namespace api {
namespace {

using domain::ComputerId;

constexpr domain::Duration token_life = domain::days(365);
constexpr std::chrono::milliseconds enrolled_wait{2'000};

struct EnrolBody {
  ComputerId computer;
  std::string name;
  domain::Platform platform;
  std::string agent_version;
  std::vector<domain::Module> modules;
  std::vector<std::string> labels;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::GroupId> group;
  std::optional<domain::RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &EnrolBody::computer), field("name", &EnrolBody::name),
                      field("platform", &EnrolBody::platform),
                      field("agent_version", &EnrolBody::agent_version),
                      field("modules", &EnrolBody::modules), field("labels", &EnrolBody::labels),
                      field("policy", &EnrolBody::policy), field("group", &EnrolBody::group),
                      field("relay_group", &EnrolBody::relay_group));
  }
};

// The answer with the token's secret, which is told here and nowhere else.
Response enrolled(const ledger::Committed& committed, const ComputerId& computer,
                  const domain::TokenId& token, const std::string& secret) {
  Response response = committed_response(committed, 201);
  std::string head = "{\"computer\":";
  ledger::codec::write_json(head, computer);
  head += ",\"token\":";
  ledger::codec::write_json(head, token);
  head += ",\"secret\":";
  ledger::codec::write_json(head, secret);
  response.body = head + ',' + response.body.substr(1);
  response.headers.emplace_back("Location", "/v1/computers/" + computer.value);
  return response;
}

// What the same request was answered before; it is another one if it names another computer.
Answered<std::optional<ledger::Committed>> joined_before(const Services& services,
                                                         const domain::CommandId& id,
                                                         const ComputerId& computer) {
  auto before = earlier(services, id);
  if (!before) return refused(before.error());
  if (!*before || (*before)->events.empty()) return std::optional<ledger::Committed>();
  const auto* event = domain::get_if<domain::ComputerEnrolled>(&(*before)->events.front().payload);
  if (event != nullptr && event->computer == computer) return std::move(*before);
  return refused(ledger::Error{ledger::ErrorKind::conflict, "idempotency-key-reused",
                               "This Idempotency-Key was used for another request."});
}

Answered<Response> enrol(const Request& request, const Services& services) {
  auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  body->otherwise("name", json_text(""));
  body->otherwise("agent_version", json_text(""));
  auto said = body->read<EnrolBody>();
  if (!said) return refused(said.error());
  // Where a computer goes is the enrolment token's matter, not the computer's.
  const bool by_token = request.caller && request.caller->enrolment;
  if (by_token && (said->policy || said->group || said->relay_group)) {
    return refused("placed-by-token",
                   "The enrolment token says which policy and groups a computer gets.", 403);
  }
  const domain::TokenId token{name_for(services, command->id, "agent")};
  const NewToken made = token_for(services, command->id, token);
  const auto before = joined_before(services, command->id, said->computer);
  if (!before) return refused(before.error());
  if (*before) return enrolled(**before, said->computer, token, made.text);
  command->reason = body->reason();
  command->ticket = body->ticket();
  const ComputerId computer = said->computer;
  command->payload = domain::EnrolComputer{std::move(said->computer),
                                           std::move(said->name),
                                           std::move(said->platform),
                                           std::move(said->agent_version),
                                           std::move(said->modules),
                                           std::move(said->labels),
                                           std::move(said->policy),
                                           std::move(said->group),
                                           std::move(said->relay_group),
                                           by_token ? request.caller->enrolment : std::nullopt,
                                           std::nullopt,
                                           token,
                                           made.digest,
                                           services.clock.now() + token_life};
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) return validated(request, services, *command);
  const auto committed = call(services, std::move(*command));
  if (!committed) return refused(committed.error());
  // The token opens nothing before the views know it.
  const domain::Position last{committed->first.value + committed->events.size() - 1};
  services.projector.wait_for(last, enrolled_wait);
  return enrolled(*committed, computer, token, made.text);
}

}  // namespace

void add_enrolment_routes(Routes& routes) {
  routes.other("POST", "/v1/computers", Permission::enrol, enrol);
}

}  // namespace api

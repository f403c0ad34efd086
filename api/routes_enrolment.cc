// Computers join the fleet.
#include "api/machine_authority.h"
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
  std::optional<std::string> certificate_request;
  std::optional<std::string> relay_url;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &EnrolBody::computer), field("name", &EnrolBody::name),
                      field("platform", &EnrolBody::platform),
                      field("agent_version", &EnrolBody::agent_version),
                      field("modules", &EnrolBody::modules), field("labels", &EnrolBody::labels),
                      field("policy", &EnrolBody::policy), field("group", &EnrolBody::group),
                      field("relay_group", &EnrolBody::relay_group),
                      field("certificate_request", &EnrolBody::certificate_request),
                      field("relay_url", &EnrolBody::relay_url));
  }
};

// What it speaks by from now on: a token with its secret, which is told here and nowhere else, or a
// certificate for its own key.
struct Credential {
  domain::TokenId token;
  std::string secret;
  std::string certificate;  // PEM; empty: a token.
  std::string authority;
};

Response enrolled(const ledger::Committed& committed, const ComputerId& computer,
                  const Credential& credential) {
  Response response = committed_response(committed, 201);
  std::string head = "{\"computer\":";
  const auto add = [&head](std::string_view name, const auto& value) {
    head += ",\"" + std::string(name) + "\":";
    ledger::codec::write_json(head, value);
  };
  ledger::codec::write_json(head, computer);
  if (credential.certificate.empty()) {
    add("token", credential.token);
    add("secret", credential.secret);
  } else {
    add("certificate", credential.certificate);
    add("authority", credential.authority);
  }
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

// A certificate for the key that the request proves to have, and what is recorded of it.
struct Certified {
  MachineAuthority::Wanted wanted;
  domain::Digest key;
  std::string certificate;
};

Answered<Certified> certified(const Services& services, const EnrolBody& said,
                              MachineAuthority::Wanted wanted) {
  if (services.machines == nullptr) {
    return refused("identities-off",
                   "This ledger gives no certificates; it is started without --machines.", 409);
  }
  const auto key = requested_key(*said.certificate_request);
  if (!key) return refused(key.error());
  auto certificate = services.machines->sign(*said.certificate_request, wanted);
  if (!certificate) return refused(certificate.error());
  return Certified{std::move(wanted), *key, std::move(*certificate)};
}

Answered<Certified> first_certificate(const Services& services, const EnrolBody& said) {
  return certified(services, said,
                   {said.computer, make_serial(services.log.head().size, services.entropy),
                    said.relay_url.value_or(""), services.clock.now() + machine_certificate_life});
}

// The same again for who did not get the answer: with the serial and the life that were recorded.
Answered<Response> enrolled_again(const Services& services, const ledger::Committed& before,
                                  const EnrolBody& said, Credential credential) {
  if (!said.certificate_request) return enrolled(before, said.computer, credential);
  const domain::IdentityIssued* issued = nullptr;
  for (const auto& event : before.events) {
    if (const auto* found = domain::get_if<domain::IdentityIssued>(&event.payload)) issued = found;
  }
  const auto* joined = domain::get_if<domain::ComputerEnrolled>(&before.events.front().payload);
  const auto again = issued == nullptr
                         ? first_certificate(services, said)
                         : certified(services, said,
                                     {said.computer, issued->serial, said.relay_url.value_or(""),
                                      issued->expires_at});
  if (!again) return refused(again.error());
  if (issued == nullptr || joined->key != again->key) {
    return refused(ledger::Error{ledger::ErrorKind::conflict, "idempotency-key-reused",
                                 "This Idempotency-Key was used for another request."});
  }
  credential.certificate = again->certificate;
  credential.authority = services.machines->certificate();
  return enrolled(before, said.computer, credential);
}

domain::EnrolComputer joining(const EnrolBody& said) {
  domain::EnrolComputer join;
  join.computer = said.computer;
  join.name = said.name;
  join.platform = said.platform;
  join.agent_version = said.agent_version;
  join.modules = said.modules;
  join.labels = said.labels;
  join.policy = said.policy;
  join.group = said.group;
  join.relay_group = said.relay_group;
  join.relay_url = said.relay_url.value_or("");
  return join;
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
  if (said->relay_url && !said->certificate_request) {
    return refused("certificate-request-missing",
                   "A relay serves with a certificate; send a certificate_request.");
  }
  const domain::TokenId token{name_for(services, command->id, "agent")};
  const NewToken made = token_for(services, command->id, token);
  Credential credential{token, made.text, {}, {}};
  const auto before = joined_before(services, command->id, said->computer);
  if (!before) return refused(before.error());
  if (*before) return enrolled_again(services, **before, *said, std::move(credential));
  command->reason = body->reason();
  command->ticket = body->ticket();
  auto join = joining(*said);
  if (by_token) join.enrolment = request.caller->enrolment;
  if (said->certificate_request) {
    auto first = first_certificate(services, *said);
    if (!first) return refused(first.error());
    join.key = first->key;
    join.serial = first->wanted.serial;
    join.certificate_expires_at = first->wanted.expires_at;
    credential.certificate = std::move(first->certificate);
    credential.authority = services.machines->certificate();
  } else {
    join.token = token;
    join.token_secret = made.digest;
    join.token_expires_at = services.clock.now() + token_life;
  }
  command->payload = std::move(join);
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) return validated(request, services, *command);
  const auto committed = call(services, std::move(*command));
  if (!committed) return refused(committed.error());
  // The credential opens nothing before the views know the computer.
  const domain::Position last{committed->first.value + committed->events.size() - 1};
  services.projector.wait_for(last, enrolled_wait);
  return enrolled(*committed, said->computer, credential);
}

}  // namespace

void add_enrolment_routes(Routes& routes) {
  routes.other("POST", "/v1/computers", Permission::enrol, enrol);
}

}  // namespace api

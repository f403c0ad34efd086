// Certificates of computers: the next one, and their end.
#include "api/machine_authority.h"
#include "api/routes.h"
#include "ledger/codec/json_value.h"
#include "ledger/domain/commands_computers.h"
#include "projections/activity.h"
#include "projections/relays.h"
#include "updates/machine/wire.h"

namespace api {
namespace {

using domain::ComputerId;

// Where a relay is reached, if its certificate can say so.
Answered<std::string> relay_url_of(const Reading& reading, const ComputerId& computer) {
  const auto relay =
      reading.snapshot->row<projections::RelayRow>(projections::View::relays, computer.value);
  if (!relay) return refused(relay.error());
  if (!*relay || !host_of_url((*relay)->url)) return std::string();
  return (*relay)->url;
}

// Over the old certificate. The new one ends when whatever ends the old one does, even if that is
// recorded at this moment: so it counts from the same size of the log.
Answered<Response> renew(const Request& request, const Services& services) {
  const auto computer = own_computer(request);
  if (!computer) return refused(computer.error());
  const auto size =
      request.certificate ? size_in_serial(request.certificate->serial) : std::nullopt;
  if (services.machines == nullptr || !size) {
    return refused("certificate-missing",
                   "A certificate is renewed over a connection with the one before.", 403);
  }
  auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  const auto said = body->read<ledger::updates::machine::wire::Renewal>();
  if (!said) return refused(said.error());
  const auto reading = open_newest(request, services);
  if (!reading) return refused(reading.error());
  auto relay_url = relay_url_of(*reading, *computer);
  if (!relay_url) return refused(relay_url.error());
  const MachineAuthority::Wanted wanted{*computer, make_serial(*size, services.entropy),
                                        std::move(*relay_url),
                                        services.clock.now() + machine_certificate_life};
  const auto certificate = services.machines->sign(said->certificate_request, wanted);
  if (!certificate) return refused(certificate.error());
  command->payload = domain::RenewIdentity{*computer, wanted.serial, wanted.expires_at};
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) return validated(request, services, *command);
  const auto committed = call(services, std::move(*command));
  if (!committed) return refused(committed.error());
  Response response = committed_response(*committed);
  std::string head = "{";
  ledger::codec::write_json_members(
      head, ledger::updates::machine::wire::Issued{*certificate, services.machines->certificate()});
  response.body = head + ',' + response.body.substr(1);
  return response;
}

// The serial of its newest certificate; empty: it has none.
Answered<std::string> newest_serial(const Services& services, const ComputerId& computer) {
  projections::ActivityQuery query;
  query.stream = domain::stream_of_computer(computer);
  query.types = {"identity.issued"};
  query.max = 1;
  const auto issued = projections::list_events(services.log, query);
  if (!issued) return refused(issued.error());
  if (issued->items.empty()) return std::string();
  const auto data = ledger::codec::parse_json_document(issued->items.front().data.text);
  const auto* serial = data.root.member("serial");
  const auto* text = serial == nullptr ? nullptr : std::get_if<std::string>(&serial->value);
  return text == nullptr ? std::string() : *text;
}

Answered<domain::CommandPayload> revoke(Routes::Order& order) {
  const auto computer = path_name<ComputerId>(order.request, "computer");
  if (!computer) return refused(computer.error());
  if (const auto nothing = order.body.read_nothing(); !nothing) return refused(nothing.error());
  auto serial = newest_serial(order.services, *computer);
  if (!serial) return refused(serial.error());
  return domain::CommandPayload(domain::RevokeIdentity{*computer, std::move(*serial)});
}

}  // namespace

void add_identity_routes(Routes& routes) {
  routes.other("POST", "/v1/computers/{computer}/certificate:renew", Permission::agent, renew);
  routes.command({"POST", "/v1/computers/{computer}:revokeCertificate", Permission::operate},
                 revoke);
}

}  // namespace api

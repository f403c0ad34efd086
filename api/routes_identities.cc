// Certificates of computers: the next one, and their end.
#include <algorithm>

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

std::string serial_in(const projections::EventItem& issued) {
  const auto data = ledger::codec::parse_json_document(issued.data.text);
  const auto* serial = data.root.member("serial");
  const auto* text = serial == nullptr ? nullptr : std::get_if<std::string>(&serial->value);
  return text == nullptr ? std::string() : *text;
}

// Of its certificates, newest first; at most `most`.
Answered<std::vector<std::string>> serials_of(const Services& services, const ComputerId& computer,
                                              std::size_t most) {
  projections::ActivityQuery query;
  query.stream = domain::stream_of_computer(computer);
  query.types = {"identity.issued"};
  query.max = most;
  const auto issued = projections::list_events(services.log, query);
  if (!issued) return refused(issued.error());
  std::vector<std::string> serials;
  for (const auto& each : issued->items) serials.push_back(serial_in(each));
  return serials;
}

struct RevokedOne {
  std::string serial;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("serial", &RevokedOne::serial));
  }
};

// One of several; the others go on.
Answered<domain::CommandPayload> revoke_one(Routes::Order& order, const ComputerId& computer) {
  auto said = order.body.read<RevokedOne>();
  if (!said) return refused(said.error());
  const auto known = serials_of(order.services, computer, ledger::limits::page_rows_max);
  if (!known) return refused(known.error());
  if (std::find(known->begin(), known->end(), said->serial) == known->end()) {
    return refused("certificate-unknown",
                   "The computer got no certificate with this serial; its events of the type "
                   "identity.issued say which it got.",
                   404);
  }
  return domain::CommandPayload(domain::RevokeCertificate{computer, std::move(said->serial)});
}

Answered<domain::CommandPayload> revoke(Routes::Order& order) {
  const auto computer = path_name<ComputerId>(order.request, "computer");
  if (!computer) return refused(computer.error());
  if (order.body.has("serial")) return revoke_one(order, *computer);
  if (const auto nothing = order.body.read_nothing(); !nothing) return refused(nothing.error());
  auto serials = serials_of(order.services, *computer, 1);
  if (!serials) return refused(serials.error());
  return domain::CommandPayload(domain::RevokeIdentity{
      *computer, serials->empty() ? std::string() : std::move(serials->front())});
}

}  // namespace

void add_identity_routes(Routes& routes) {
  routes.other("POST", "/v1/computers/{computer}/certificate:renew", Permission::agent, renew);
  routes.command({"POST", "/v1/computers/{computer}:revokeCertificate", Permission::operate},
                 revoke);
}

}  // namespace api

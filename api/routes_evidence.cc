// Evidence to carry away: what the record says of something, and that it says no more.
#include "api/routes.h"
#include "ledger/domain/commands_service.h"
#include "replay/evidence.h"

namespace api {

using domain::Position;

namespace {

constexpr std::chrono::milliseconds evidence_seal_wait{2'000};

Answered<replay::EvidenceRequest> evidence_request(const Request& request) {
  replay::EvidenceRequest asked;
  const auto value = [&](std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
  };
  const auto kind = domain::enum_from<replay::EvidenceKind>(value("kind"));
  if (!kind) {
    return refused("parameter-invalid",
                   "Parameter \"kind\" is range, stream, computer, rule_update or activity.");
  }
  asked.scope = {*kind,          value("name"),    list_parameter(request, "type"),
                 value("actor"), value("subject"), value("outcome"),
                 value("reason")};
  const auto from = number_parameter(request, "from");
  if (!from) return refused(from.error());
  const auto to = number_parameter(request, "to");
  if (!to) return refused(to.error());
  asked.from = {(*from).value_or(0)};
  if (*to) asked.to = Position{**to};
  return asked;
}

Answered<replay::Timestamper> timestamper(const Request& request, const Services& services) {
  const auto wanted = request.query_value("timestamp").value_or("false");
  if (wanted == "false") return replay::Timestamper();
  if (wanted != "true") {
    return refused("parameter-invalid", "Parameter \"timestamp\" is true or false.");
  }
  if (!services.timestamp) {
    return refused("timestamp-authority-missing",
                   "This ledger asks no authority for timestamps; start ledgerd with "
                   "--timestamp-authority.",
                   409);
  }
  return services.timestamp;
}

// The newest head and the key that signed it, though keys may change meanwhile.
replay::EvidenceHead newest_head(const Services& services) {
  while (true) {
    auto key = services.key();
    auto sealed = services.sealed(services.log.head().size, evidence_seal_wait);
    if (key == services.key()) {
      return {{sealed.size, sealed.root}, std::move(sealed.note), std::move(key)};
    }
  }
}

// Whoever takes evidence away is remembered.
Answered<Response> evidence(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {"kind", "name", "from", "to", "type", "actor",
                                                 "subject", "outcome", "reason", "timestamp"});
      !checked) {
    return refused(checked.error());
  }
  const auto asked = evidence_request(request);
  if (!asked) return refused(asked.error());
  const auto stamp = timestamper(request, services);
  if (!stamp) return refused(stamp.error());
  const auto head = newest_head(services);
  auto made = replay::make_evidence(services.log, head, *asked, *stamp);
  if (!made) return refused(made.error());
  const auto digest = ledger::sha256(made->file);
  domain::Command command;
  if (request.caller) command.actor = request.caller->actor;
  command.payload = domain::RecordEvidence{text(made->manifest.scope), made->manifest.from,
                                           made->manifest.to, digest};
  const auto recorded = call(services, std::move(command));
  if (!recorded) return refused(recorded.error());
  Response response;
  response.content_type = "application/x-tar";
  response.body = std::move(made->file);
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"evidence-" +
                                                           hex(digest).substr(0, 12) + ".tar\"");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_evidence_routes(Routes& routes) {
  routes.other("GET", "/v1/evidence", Permission::export_, evidence);
}

}  // namespace api

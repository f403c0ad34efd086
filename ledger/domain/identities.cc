#include "ledger/domain/identities.h"

#include <algorithm>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

constexpr std::size_t serial_digits_max = 40;
constexpr Duration certificate_life_max = days(366);

bool is_serial(const std::string& text) {
  return !text.empty() && text.size() <= serial_digits_max &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string stream_of_certificate(const std::string& serial) { return "certificate/" + serial; }

Result<void> check_certificate(const std::string& serial, Time expires_at, Time now) {
  if (!is_serial(serial)) {
    return invalid("serial-invalid", "A certificate's serial is 1 to 40 hexadecimal digits.");
  }
  if (expires_at <= now || now + certificate_life_max < expires_at) {
    return invalid("certificate-life-invalid", "A certificate lives for a year at most.");
  }
  return {};
}

Decision decide(const World& world, const Command&, const RenewIdentity& renew,
                const Moment& moment) {
  const auto index = live_computer(world, renew.computer);
  if (!index) return fail(index.error());
  const auto checked = check_certificate(renew.serial, renew.expires_at, moment.now);
  if (!checked) return fail(checked.error());
  std::vector<NewEvent> events;
  note_return(world.computers, *index, events);
  events.push_back(NewEvent{stream_of_computer(renew.computer),
                            IdentityIssued{renew.computer, renew.serial, renew.expires_at, true},
                            std::nullopt});
  return events;
}

Decision decide(const World& world, const Command&, const RevokeIdentity& revoke, const Moment&) {
  if (const auto index = live_computer(world, revoke.computer); !index) {
    return fail(index.error());
  }
  if (!revoke.serial.empty() && !is_serial(revoke.serial)) {
    return invalid("serial-invalid", "A certificate's serial is 1 to 40 hexadecimal digits.");
  }
  return one_event(stream_of_computer(revoke.computer),
                   IdentityRevoked{revoke.computer, revoke.serial});
}

Decision decide(const World& world, const Command&, const RevokeCertificate& revoke,
                const Moment&) {
  if (const auto index = live_computer(world, revoke.computer); !index) {
    return fail(index.error());
  }
  if (!is_serial(revoke.serial)) {
    return invalid("serial-invalid", "A certificate's serial is 1 to 40 hexadecimal digits.");
  }
  return one_event(stream_of_certificate(revoke.serial),
                   IdentityRevoked{revoke.computer, revoke.serial});
}

Decision decide(const World& world, const Command&, const ReportClone& report,
                const Moment& moment) {
  if (const auto index = live_computer(world, report.computer); !index) {
    return fail(index.error());
  }
  if (!is_serial(report.serial)) {
    return invalid("serial-invalid", "A certificate's serial is 1 to 40 hexadecimal digits.");
  }
  // Both go on speaking; that is told now and then, and not each time.
  const auto known = world.computers.clones.seen.find(report.computer);
  if (known != world.computers.clones.seen.end() &&
      moment.now < known->second.since.time + clone_told_again) {
    return no_events();
  }
  return one_event(
      stream_of_computer(report.computer),
      CloneDetected{report.computer, report.serial, report.first_address, report.second_address});
}

// -- The fold ------------------------------------------------------------------------------------

void evolve(World&, const Event&, const IdentityIssued&) {}

void evolve(World& world, const Event&, const IdentityRevoked& revoked) {
  world.computers.clones.seen.erase(revoked.computer);
}

void evolve(World& world, const Event& event, const CloneDetected& detected) {
  world.computers.clones.seen[detected.computer] = Clone{detected, since_of(event)};
}

}  // namespace ledger::domain

// Certificates by which computers speak. Which of them count is a question of when they were
// issued: a revocation, like a removal, ends all that were issued before it. Only one that stands
// in the stream of a certificate ends that one alone.
#pragma once

#include <map>
#include <string>

#include "ledger/domain/decider.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

// Two machines that use one identity, as last seen.
struct Clone {
  CloneDetected seen;
  Since since;
};

// A clone that goes on speaking is told again after this time; one that is not seen for the other
// is no matter of an alert any more.
inline constexpr Duration clone_told_again = hours(12);
inline constexpr Duration clone_remembered = hours(24);

struct Clones {
  std::map<ComputerId, Clone> seen;  // Until the identity is revoked or the computer removed.
};

// Of what is revoked alone. A computer's own stream is that of all its certificates.
std::string stream_of_certificate(const std::string& serial);

// -- For decisions of neighbours -----------------------------------------------------------------

// Errors: invalid ("serial-invalid", "certificate-life-invalid").
Result<void> check_certificate(const std::string& serial, Time expires_at, Time now);

// -- Decisions -----------------------------------------------------------------------------------

Decision decide(const World&, const Command&, const RenewIdentity&, const Moment&);
Decision decide(const World&, const Command&, const RevokeIdentity&, const Moment&);
Decision decide(const World&, const Command&, const RevokeCertificate&, const Moment&);
Decision decide(const World&, const Command&, const ReportClone&, const Moment&);

void evolve(World&, const Event&, const IdentityIssued&);
void evolve(World&, const Event&, const IdentityRevoked&);
void evolve(World&, const Event&, const CloneDetected&);

}  // namespace ledger::domain

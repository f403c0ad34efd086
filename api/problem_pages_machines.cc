#include <array>

#include "api/problem_pages.h"

namespace api {
namespace {

constexpr auto pages_of_machines = std::to_array<ProblemPage>({
    {"authority-missing", "It is not said how the manager is known",
     "Give the file of its authority's certificate, or that certificate's fingerprint."},
    {"certificate-expired", "The certificate has expired",
     "Renew certificates when two thirds of their life are over. After the end: remove the "
     "computer, and enrol it again."},
    {"certificate-foreign", "The certificate is none of this ledger's machines",
     "Enrol the machine here; it then speaks by the certificate that it gets."},
    {"certificate-life-invalid", "The certificate would live too long, or not at all",
     "A year at most."},
    {"certificate-missing", "A machine's certificate is needed",
     "Show the certificate that the machine got when it enrolled, on the listener for machines."},
    {"certificate-request-invalid", "The certificate request cannot be used",
     "Send PKCS #10 as PEM, signed by its own key; make that one for P-256."},
    {"certificate-request-missing", "A relay needs a certificate",
     "Send a certificate_request beside relay_url."},
    {"certificate-unknown", "The computer got no certificate with this serial",
     "Its events of the type identity.issued say which it got."},
    {"fingerprint-invalid", "This is no fingerprint",
     "Give the SHA-256 of the authority's certificate: 64 hexadecimal digits."},
    {"identities-off", "This ledger gives no certificates",
     "Start ledgerd with --machines, or enrol without certificate_request."},
    {"identity-damaged", "The identity of this machine is damaged",
     "Move its directory away, remove the computer, and enrol it again."},
    {"identity-refused", "The manager knows this machine no longer",
     "The detail says why. Remove the computer if it is still there, and enrol it again."},
    {"identity-revoked", "The certificate counts no longer",
     "It was revoked, or its computer was removed. Enrol the computer again."},
    {"manager-busy", "The manager is busy", "Try again a little later."},
    {"manager-not-trusted", "What answers is not the manager that is known",
     "Look at the address, at the host names in the manager's certificate, and at the authority "
     "that is trusted."},
    {"manager-not-understood", "The manager's answer is not what was expected",
     "Compare the versions of the manager and of this machine."},
    {"manager-refused", "The manager refuses", "The detail says what it answered."},
    {"manager-unreachable", "The manager does not answer",
     "Look at its address, the network and whether it runs."},
    {"manager-url-invalid", "This is no address of a manager", "Give https://host:port."},
    {"not-enrolled", "This machine has not joined", "Enrol it with a token."},
    {"relay-not-let-in", "No relay joins by this enrolment token",
     "Issue an enrolment token that names a relay group."},
    {"relay-url-invalid", "A relay cannot be reached there",
     "Give https://host:port, with a host name or an IP address."},
    {"serial-invalid", "This is no serial number of a certificate", "Give hexadecimal digits."},
});

}  // namespace

std::span<const ProblemPage> problem_pages_of_machines() { return pages_of_machines; }

}  // namespace api

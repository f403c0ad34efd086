// Certificates of P-256 keys, as PEM texts.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace api {

struct KeyAndCertificate {
  std::string key;          // PEM, PKCS #8.
  std::string certificate;  // PEM; the first one counts when there are several.
};

struct CertificateFacts {
  std::string common_name;
  std::set<std::string> names;  // Host names and IP addresses; none: an authority.
  ledger::domain::Time not_before;
  ledger::domain::Duration life;
};

// A new key and its certificate, signed by `authority` or, for null, by itself as an authority.
KeyAndCertificate make_certificate(const CertificateFacts& facts,
                                   const KeyAndCertificate* authority);

// A certificate for the key of a PKCS #10 request, for machines: they are clients everywhere, and
// servers where `facts.names` says so. Nothing of the request counts but its key.
// Errors: invalid ("certificate-request-invalid": malformed, or not signed by its own key; or the
// key is weak).
struct RequestedCertificate {
  std::string common_name;
  std::string serial;           // Hexadecimal digits.
  std::set<std::string> names;  // Host names and IP addresses; none: it serves nobody.
  ledger::domain::Time not_before;
  ledger::domain::Time not_after;
};
ledger::Result<std::string> sign_request(const std::string& request,
                                         const RequestedCertificate& facts,
                                         const KeyAndCertificate& authority);
// SHA-256 of the public key in a request. Errors: as above.
ledger::Result<ledger::domain::Digest> requested_key(const std::string& request);

bool belong_together(const KeyAndCertificate& pair);
bool is_signed_by(const std::string& certificate, const std::string& authority);
std::string fingerprint(const std::string& certificate);  // "AB:CD:...", of SHA-256.

struct SeenCertificate {
  ledger::domain::Time not_before;
  ledger::domain::Time not_after;
  std::set<std::string> names;
};
std::optional<SeenCertificate> look_at(const std::string& certificate);

// A DNS name or an IP address in digits.
bool is_host_name(const std::string& text);

}  // namespace api

// Certificates of P-256 keys, as PEM texts.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "ledger/domain/ids.h"

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

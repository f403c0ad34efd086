// Signs certificates by which computers speak.
#pragma once

#include <set>
#include <string>

#include "api/x509.h"
#include "ledger/domain/ids.h"
#include "ledger/entropy.h"
#include "ledger/result.h"

namespace api {

// A certificate counts if nothing ended those of its computer since it was made. So its serial says
// how many events the log had then, and nobody needs to keep which were issued: 16 bytes, of which
// the first says that they are ours, the next seven the size of the log, and the rest is random.
std::string make_serial(ledger::domain::Position size, ledger::Entropy& entropy);
// Nothing: it is not one of those.
std::optional<ledger::domain::Position> size_in_serial(const std::string& serial);

inline constexpr ledger::domain::Duration machine_certificate_life = ledger::domain::days(90);

class MachineAuthority {
 public:
  explicit MachineAuthority(KeyAndCertificate authority) : authority_(std::move(authority)) {}

  const std::string& certificate() const { return authority_.certificate; }

  struct Wanted {
    ledger::domain::ComputerId computer;
    std::string serial;
    std::string relay_url;  // Its host is a name of the certificate; empty: it serves nobody.
    ledger::domain::Time expires_at;
  };
  // Errors: invalid ("certificate-request-invalid", "relay-url-invalid"). Thread: any.
  ledger::Result<std::string> sign(const std::string& request, const Wanted& wanted) const;

 private:
  KeyAndCertificate authority_;
};

// The host in https://host[:port][/path]; nothing: it is none.
std::optional<std::string> host_of_url(const std::string& url);

}  // namespace api

// The key and the certificate of a simulated computer, in memory, as OpenSSL takes them.
#pragma once

#include <string>

#include "updates/openssl_handles.h"

namespace fleet_sim {

struct Identity {
  ledger::updates::openssl::KeyHandle key;
  ledger::updates::openssl::Certificate certificate;
  std::string session;  // Machine-Session: another one at each start.
};

}  // namespace fleet_sim

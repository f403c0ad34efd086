// How a machine gets its identity, and another one in time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/machine/identity.h"
#include "updates/machine/manager_connection.h"

namespace ledger::updates::machine {

struct EnrolOptions {
  std::string manager;             // https://host:port of its machine listener.
  std::filesystem::path identity;  // The directory to fill; made if it is missing.
  std::string token;               // An enrolment token.
  // How the manager is known at first, one of them: its authority's certificate as a PEM file, or
  // the SHA-256 of that certificate.
  std::filesystem::path authority;
  std::string fingerprint;

  domain::ComputerId computer;
  std::string name;  // Empty: as the computer.
  domain::Platform platform;
  std::string agent_version;
  std::vector<domain::Module> modules;
  std::vector<std::string> labels;
  // Of a relay: where others reach it. It then registers in the token's relay group, and its
  // certificate is for this URL's host too.
  std::string relay_url;
};

// Joins the fleet. A machine that has an identity keeps it; one whose answer was lost asks again
// for the same. Errors: invalid ("authority-missing": say how the manager is known), those of
// ManagerConnection, unavailable ("disk-full"), corrupt ("identity-damaged"), io.
Result<Identity> enrol(const EnrolOptions& options);

// A new key and its certificate, over a connection with the old one.
Result<Identity> renew_identity(ManagerConnection& connection,
                                const ManagerConnection::Headers& headers,
                                const Identity& identity);

}  // namespace ledger::updates::machine

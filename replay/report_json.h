// The report of a verification as programs read it: from the API, from ledgerctl, from a file.
#pragma once

#include <string>

#include "replay/verify.h"

namespace replay {

// One JSON object: {"sound": true, "size": 17, "root": "…", "faults": [], …}.
std::string report_json(const VerifyReport& report);

}  // namespace replay

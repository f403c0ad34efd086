// Reports over a period: shown, or written to a file.
#pragma once

#include <string>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

struct ReportAsked {
  std::string report;  // "coverage"
  std::string from;    // Moments as --as-of has them; empty: thirty days before the other one.
  std::string to;      // Empty: now.
  std::string about;
  std::string file;  // Empty: standard output.
  std::string data;  // A data directory; empty: the server is asked.
};
// A file is a page, unless --output or its name says otherwise.
Exit make_report(const Session& session, const ReportAsked& asked);

}  // namespace ledgerctl

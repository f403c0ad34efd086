// Reports over a period, asked for by moments as people write them: over HTTP and by tasks.
#pragma once

#include <string>

#include "api/services.h"
#include "ledger/result.h"
#include "replay/reports/report.h"

namespace api {

struct ReportAsked {
  replay::reports::ReportKind report{};
  std::string from;   // As `as_of` has it; empty: thirty days before the other end.
  std::string to;     // The same; empty: `newest`.
  std::string about;  // As replay::reports::ReportRequest has it.
};

// Errors: those of as_of and of replay::reports::make_report().
ledger::Result<replay::reports::Report> made_report(const Services& services,
                                                    const ReportAsked& asked,
                                                    domain::Position newest);

}  // namespace api

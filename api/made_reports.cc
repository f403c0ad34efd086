#include "api/made_reports.h"

#include "projections/as_of.h"

namespace api {

using domain::Position;
using ledger::fail;
using ledger::Result;

Result<replay::reports::Report> made_report(const Services& services, const ReportAsked& asked,
                                            Position newest) {
  const auto resolved = [&](const std::string& text) {
    return projections::resolve_as_of(text, services.clock.now(), services.log, services.views);
  };
  const auto to = asked.to.empty() ? Result<Position>(newest) : resolved(asked.to);
  if (!to) return fail(to.error());
  const auto from = asked.from.empty() ? replay::reports::usual_beginning(services.log, *to)
                                       : resolved(asked.from);
  if (!from) return fail(from.error());
  return replay::reports::make_report(services.views, services.log,
                                      {asked.report, *from, *to, services.key().name, asked.about});
}

}  // namespace api

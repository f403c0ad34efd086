// How long each report takes over as many events as one may be of.
#include <algorithm>
#include <string>

#include "replay/limits.h"
#include "replay/reports/report.h"
#include "tools/bench/benches.h"

namespace bench {

using domain::Position;
using ledger::fail;
using ledger::Result;
using replay::reports::ReportKind;

Result<void> reports(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto& log = (*fleet)->ledger->log();
  const auto& views = *(*fleet)->views;
  const Position to{views.size().value - 1};
  const Position from{to.value - std::min(to.value, ledger::limits::report_events_max)};
  const auto reading = Clock::now();
  const auto cursor = log.read(from, to);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) break;
  }
  const double read_seconds = seconds_since(reading);
  for (const auto kind : {ReportKind::coverage, ReportKind::time_to_protect, ReportKind::changes,
                          ReportKind::exposure, ReportKind::access}) {
    const auto began = Clock::now();
    const auto report = replay::reports::make_report(views, log, {kind, from, to, log_name, ""});
    if (!report) return fail(report.error());
    const auto pages = replay::reports::report_html(*report).size();
    bench.say(Figure{"report", seconds_since(began), "s", read_seconds, "reading its records alone"}
                  .with("kind", domain::name_of(kind))
                  .with("events", views.size().value)
                  .with("events_between", to.value - from.value)
                  .with("page_bytes", pages));
  }
  return {};
}

}  // namespace bench

// The log as truth: how fast it is verified, and how fast the views come from it.
#include <string>

#include "projections/projector.h"
#include "replay/rebuild.h"
#include "replay/step.h"
#include "replay/verify.h"
#include "replay/what_if.h"
#include "tools/bench/benches.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

Result<void> say_rate(Bench& bench, const std::string& name, std::uint64_t events, double seconds) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  const auto raw = records_read((*ledger)->log());
  if (!raw) return fail(raw.error());
  bench.say(Figure{name, static_cast<double>(events) / seconds, "events/s", raw->per_second,
                   "records/s of the cursor alone"}
                .with("events", events)
                .with("computers", (*ledger)->computers()));
  return {};
}

Result<void> verify_with(Bench& bench, const std::string& name,
                         const replay::VerifyOptions& options) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  const auto report = replay::verify((*ledger)->log(), options);
  if (!report.is_sound()) {
    return fail(ledger::ErrorKind::corrupt, "bench-log-unsound", text(report.faults.front()));
  }
  return say_rate(bench, name, report.size.value, report.seconds);
}

}  // namespace

Result<void> verify(Bench& bench) {
  replay::VerifyOptions options;
  if (const auto all = verify_with(bench, "verify", options); !all) return all;
  options.receipts = false;
  if (const auto folded = verify_with(bench, "verify_folded", options); !folded) return folded;
  options.views = false;
  return verify_with(bench, "verify_record_only", options);
}

Result<void> rebuild(Bench& bench) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  const auto report =
      replay::rebuild((*ledger)->log(), {bench.settings().directory / "rebuilt", {}});
  if (!report) return fail(report.error());
  return say_rate(bench, "rebuild", report->size.value, report->seconds + report->order_seconds);
}

// As it follows a ledger that is in use: the rows can be read all the time.
Result<void> projector(Bench& bench) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  projections::ViewStore::Options options;
  options.directory = bench.settings().directory / "followed";
  const auto views = projections::ViewStore::open(options);
  if (!views) return fail(views.error());
  const auto began = Clock::now();
  const auto started = projections::Projector::start((*ledger)->log(), **views, {});
  if (!started) return fail(started.error());
  const double seconds = seconds_since(began);
  return say_rate(bench, "projector", (*started)->size().value, seconds);
}

// The newer half of the record folded again without the first event of it, beside the rebuild of
// the whole; and single steps anywhere.
Result<void> what_if(Bench& bench) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  const auto& log = (*ledger)->log();
  const auto directory = bench.settings().directory / "supposed";
  const auto rebuilt = replay::rebuild(log, {directory, {}});
  if (!rebuilt) return fail(rebuilt.error());
  projections::ViewStore::Options options;
  options.directory = directory;
  const auto views = projections::ViewStore::open(options);
  if (!views) return fail(views.error());
  const std::uint64_t size = log.head().size.value;
  replay::WhatIfQuery query;
  query.edits.push_back({replay::EditKind::drop_event, {size / 2}, {}});
  const ledger::TzdbTimeZones time_zones;
  const auto began = Clock::now();
  const auto told = replay::what_if({log, **views, time_zones, {}}, query);
  if (!told) return fail(told.error());
  const double folded = static_cast<double>(size - told->from.value);
  const double rebuild_seconds = rebuilt->seconds + rebuilt->order_seconds;
  bench.say(Figure{"what_if", folded / seconds_since(began), "events/s",
                   static_cast<double>(rebuilt->size.value) / rebuild_seconds,
                   "events/s of a rebuild"}
                .with("events", size - told->from.value)
                .with("events_before", told->from.value)
                .with("rows_differ", told->rows_differ));
  const replay::Stepper stepper(**views, log, {{0}, {size - 1}});
  const auto steps = timed(2'000, [&](std::uint64_t n) {
    (void)stepper.step({n * 7'919 % size}, 1, replay::Way::forward).has_value();
  });
  const auto records =
      timed(2'000, [&](std::uint64_t n) { (void)log.record({n * 7'919 % size}).has_value(); });
  for (const auto& [name, percent] : {std::pair{"step_p50", 50.0}, {"step_p99", 99.0}}) {
    bench.say(Figure{name, at_percent(steps, percent), "us", at_percent(records, percent),
                     "a record of the log by position"}
                  .with("events", size));
  }
  return {};
}

Result<void> bytes_per_event(Bench& bench) {
  const auto ledger = bench.full_ledger();
  if (!ledger) return fail(ledger.error());
  const auto read = records_read((*ledger)->log());
  if (!read) return fail(read.error());
  const auto events = static_cast<double>((*ledger)->size());
  const auto say = [&](const char* name) {
    const auto bytes = bytes_below((*ledger)->directory() / "log");
    bench.say(Figure{name, static_cast<double>(bytes) / events, "bytes",
                     static_cast<double>(read->bytes) / events, "bytes of a record as encoded"}
                  .with("events", (*ledger)->size()));
  };
  say("bytes_per_event_as_written");
  const auto compacted = (*ledger)->log().compact();
  if (!compacted) return fail(compacted.error());
  say("bytes_per_event");
  return {};
}

}  // namespace bench

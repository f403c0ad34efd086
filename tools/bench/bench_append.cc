// Durable appends through the writer, as routes make them.
#include <algorithm>
#include <string>

#include "tools/bench/benches.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

Result<void> append(Bench& bench, const std::string& name, std::uint64_t count,
                    std::size_t outstanding) {
  const auto ledger = bench.ledger();
  if (!ledger) return fail(ledger.error());
  // One that is not measured, so that the bytes of a report are known.
  const auto first = (*ledger)->append_reports(1, 1);
  if (!first) return fail(first.error());
  const auto raw = bench.synced_writes(**ledger);
  if (!raw) return fail(raw.error());
  const auto appended = (*ledger)->append_reports(count, outstanding);
  if (!appended) return fail(appended.error());
  const auto computers = (*ledger)->computers();
  bench.say(Figure{name, appended->per_second, "events/s", raw->per_second,
                   "synced writes/s of as many bytes"}
                .with("events", count)
                .with("computers", computers));
  for (const auto& [suffix, percent] : {std::pair{"_p50", 50.0}, std::pair{"_p99", 99.0}}) {
    bench.say(Figure{name + suffix, at_percent(appended->times, percent), "us",
                     at_percent(raw->times, percent), "the same of one synced write"}
                  .with("computers", computers));
  }
  return {};
}

}  // namespace

Result<void> append_1(Bench& bench) {
  return append(bench, "append_1", std::min<std::uint64_t>(bench.settings().events / 20, 10'000),
                1);
}

Result<void> append_64(Bench& bench) {
  return append(bench, "append_64", bench.settings().events, 64);
}

}  // namespace bench

// How long the real ledgerd takes until it is ready on a large fleet, and how much memory it then
// has.
#include <csignal>
#include <string>
#include <utility>

#include "tools/bench/benches.h"
#include "tools/bench/ledgerd_process.h"

namespace bench {

using ledger::fail;
using ledger::Result;

Result<void> restart(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto read = records_read((*fleet)->ledger->log());
  if (!read) return fail(read.error());
  const auto events = (*fleet)->ledger->size();
  const auto facts = static_cast<double>((*fleet)->fact_bytes) / megabyte;
  const auto directory = bench.release_fleet();
  if (!directory) return fail(directory.error());
  const auto with = [&](Figure figure) {
    bench.say(std::move(figure).with("computers", bench.settings().fleet).with("events", events));
  };
  const std::pair<const char*, int> starts[] = {
      {"restart_first", SIGTERM}, {"restart_after_stop", SIGKILL}, {"restart_after_kill", SIGTERM}};
  for (const auto& [name, end] : starts) {
    const auto started = LedgerdProcess::start(bench.settings().ledgerd, *directory);
    if (!started) return fail(started.error());
    with(Figure{name, (*started)->seconds_to_ready(), "s", read->seconds,
                "reading the log by the cursor alone"});
    with(Figure{std::string(name) + "_processor", (*started)->processor_seconds_to_ready(), "s",
                read->seconds, "reading the log by the cursor alone"});
    if (end == SIGKILL) {
      with(Figure{"memory_ledgerd",
                  static_cast<double>((*started)->process().memory("VmRSS")) / megabyte, "MB",
                  facts, "the facts of the computers as text"});
      with(Figure{"memory_ledgerd_peak",
                  static_cast<double>((*started)->process().memory("VmHWM")) / megabyte, "MB",
                  facts, "the facts of the computers as text"});
    }
    (*started)->process().end(end);
  }
  return {};
}

}  // namespace bench

// What a large fleet costs: memory, and what concerns all of it at once.
#include <string>
#include <utility>

#include "ledger/contact_book.h"
#include "ledger/fold_log.h"
#include "tools/bench/benches.h"
#include "tools/bench/heap.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::uint64_t first_round = 1'000;  // Beyond what any computer has reported.
constexpr std::uint64_t rounds = 50;          // Fewer than instructions may be open.

// How long the writer takes to decide such a command, without its event and its sync.
Times decided(BenchLedger& ledger, const BenchLedger::MakeCommand& make) {
  Times times;
  const auto looked =
      ledger.writer().inspect([&](const domain::World& world, const domain::Moment& moment) {
        times = timed(rounds, [&](std::uint64_t n) {
          CHECK(decide(world, make(rounds + n), moment).has_value(), "the writer took its like");
        });
      });
  CHECK(looked.has_value(), "the writer is at rest");
  return times;
}

// One command that concerns every computer, again and again: each is one event.
Result<void> say_commands(Bench& bench, const Fleet& fleet, const std::string& name,
                          const BenchLedger::MakeCommand& make) {
  BenchLedger& ledger = *fleet.ledger;
  const auto before = ledger.size();
  const auto appended = ledger.append(rounds, 1, make);
  if (!appended) return fail(appended.error());
  const auto events = ledger.size() - before;
  const auto decisions = decided(ledger, make);
  const auto raw = bench.synced_writes(ledger);
  if (!raw) return fail(raw.error());
  const auto say = [&](const std::string& what, const Times& times, double percent) {
    bench.say(Figure{what, at_percent(times, percent) / 1e3, "ms",
                     at_percent(raw->times, percent) / 1e3, "the same of one synced write"}
                  .with("computers", ledger.computers())
                  .with("commands", rounds)
                  .with("events", events));
  };
  for (const auto& [suffix, percent] : {std::pair{"_p50", 50.0}, std::pair{"_p99", 99.0}}) {
    say(name + suffix, appended->times, percent);
    say(name + "_decision" + suffix, decisions, percent);
  }
  return {};
}

}  // namespace

Result<void> patterns(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto now = (*fleet)->ledger->now();
  const auto released = say_commands(bench, **fleet, "release_pattern", [&](std::uint64_t n) {
    return by_system(release(components(first_round + n).back(), "linux", now));
  });
  if (!released) return released;
  return say_commands(bench, **fleet, "send_patterns", [](std::uint64_t) {
    domain::Scope scope;
    scope.kind = domain::ScopeKind::all;
    return by_system(domain::Instruct{domain::InstructionAction::download_update, scope});
  });
}

// Twice in ledgerd: the writer and the projector fold one each. The contact book is there once.
Result<void> memory(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto& ledger = *(*fleet)->ledger;
  const std::size_t before = heap_bytes();
  domain::World world;
  const auto folded = ledger::fold_log((*fleet)->ledger->log(), {ledger.size()}, world);
  if (!folded) return fail(folded.error());
  const std::size_t world_bytes = heap_bytes() - before;
  ledger::ContactBook contacts;
  for (domain::ComputerIndex index = 0; index < world.computers.table.size(); ++index) {
    contacts.expect({std::string(world.computers.table.id(index))}, world.now, false,
                    domain::minutes(30));
  }
  const std::size_t contact_bytes = heap_bytes() - before - world_bytes;
  for (const auto& [name, bytes] :
       {std::pair{"memory_world", world_bytes}, std::pair{"memory_contacts", contact_bytes}}) {
    bench.say(Figure{name, static_cast<double>(bytes) / megabyte, "MB",
                     static_cast<double>((*fleet)->fact_bytes) / megabyte,
                     "the facts of the computers as text"}
                  .with("computers", ledger.computers())
                  .with("events", ledger.size()));
  }
  return {};
}

}  // namespace bench

#include "tools/bench/bench.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "replay/rebuild.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::uint64_t computers_per_failure = 1'000;
constexpr std::uint64_t told_events = 1'000'000;

// One computer of a thousand could not install what it was to.
Result<void> report_failures(BenchLedger& ledger) {
  const auto failed = ledger.append(
      (ledger.computers() - 1) / computers_per_failure + 1, BenchLedger::outstanding_when_filling,
      [](std::uint64_t n) {
        domain::Command command = by_system({});
        const auto id = computer_id(n * computers_per_failure);
        command.actor = {domain::ActorKind::agent, id.value, "", domain::Authentication::token};
        command.payload = domain::ReportUpdateFailed{
            id, "virus-pattern", domain::UpdateFault::install_failed, "The disk is full."};
        return command;
      });
  if (!failed) return fail(failed.error());
  return {};
}

// Of one computer: what it is and runs, as text.
std::uint64_t fact_bytes(const domain::World& world, domain::ComputerIndex index) {
  const auto& table = world.computers.table;
  std::uint64_t bytes = table.id(index).size() + table.name(index).size() +
                        table.agent_version(index).size() + sizeof(std::uint64_t);
  for (const auto& label : table.labels(index)) bytes += label.size();
  const auto& facts = world.computers.buckets[table[index].bucket].facts;
  bytes += facts.platform.value.size() + facts.modules.size() + facts.relay_group.value.size();
  if (facts.policy) bytes += facts.policy->value.size();
  if (facts.group) bytes += facts.group->value.size();
  for (const auto& each : facts.components) {
    bytes += each.component.value.size() + each.version.size();
  }
  return bytes;
}

// Of all that are of the fleet.
Result<std::uint64_t> fact_bytes(BenchLedger& ledger) {
  std::uint64_t bytes = 0;
  const auto looked = ledger.writer().inspect([&](const domain::World& world, const auto&) {
    for (domain::ComputerIndex index = 0; index < world.computers.table.size(); ++index) {
      bytes += fact_bytes(world, index);
    }
  });
  if (!looked) return fail(looked.error());
  return bytes;
}

// Ten million take minutes: says how far it is.
Result<void> append_told(BenchLedger& ledger, std::uint64_t reports) {
  for (std::uint64_t left = reports; left > 0;) {
    const std::uint64_t next = std::min(told_events, left);
    const auto reported = ledger.append_reports(next, BenchLedger::outstanding_when_filling);
    if (!reported) return fail(reported.error());
    left -= next;
    if (left == 0) return {};
    std::cerr << "ledger-bench: " << ledger.size() << " events made, " << left << " to go"
              << std::endl;
  }
  return {};
}

Result<std::unique_ptr<projections::ViewStore>> rebuilt_views(
    const BenchLedger& ledger, const std::filesystem::path& directory) {
  const auto rebuilt = replay::rebuild(ledger.log(), {directory, {}});
  if (!rebuilt) return fail(rebuilt.error());
  projections::ViewStore::Options options;
  options.directory = directory;
  return projections::ViewStore::open(options);
}

}  // namespace

Result<BenchLedger*> Bench::ledger() {
  if (!ledger_) {
    auto made = BenchLedger::make(settings_.directory / "ledger", settings_.computers);
    if (!made) return fail(made.error());
    ledger_ = *std::move(made);
  }
  return ledger_.get();
}

Result<BenchLedger*> Bench::full_ledger() {
  const auto made = ledger();
  if (!made || (*made)->size() >= settings_.events) return made;
  const auto filled = (*made)->append_reports(settings_.events - (*made)->size(),
                                              BenchLedger::outstanding_when_filling);
  if (!filled) return fail(filled.error());
  return made;
}

Result<projections::ViewStore*> Bench::views_of_full_ledger() {
  const auto full = full_ledger();
  if (!full) return fail(full.error());
  if (!ledger_views_) {
    auto views = rebuilt_views(**full, settings_.directory / "ledger-views");
    if (!views) return fail(views.error());
    ledger_views_ = *std::move(views);
  }
  return ledger_views_.get();
}

Result<void> Bench::make_fleet() {
  const auto began = Clock::now();
  auto made = BenchLedger::make(settings_.directory / "fleet", settings_.fleet);
  if (!made) return fail(made.error());
  fleet_.ledger = *std::move(made);
  BenchLedger& ledger = *fleet_.ledger;
  fleet_.enrolled = {ledger.size() - 1};
  const auto reports = settings_.fleet_events - std::min(settings_.fleet_events, ledger.size());
  if (const auto reported = append_told(ledger, reports); !reported) return reported;
  if (const auto failed = report_failures(ledger); !failed) return failed;
  const auto bytes = fact_bytes(ledger);
  if (!bytes) return fail(bytes.error());
  fleet_.fact_bytes = *bytes;
  const double made_after = seconds_since(began);
  auto views = rebuilt_views(ledger, ledger.directory() / "views");
  if (!views) return fail(views.error());
  fleet_.views = *std::move(views);
  std::cerr << "ledger-bench: " << ledger.computers() << " computers, " << ledger.size()
            << " events made in " << made_after << " s; their views in "
            << seconds_since(began) - made_after << " s" << std::endl;
  return {};
}

Result<Fleet*> Bench::fleet() {
  if (fleet_failed_) return fail(*fleet_failed_);
  if (!fleet_.views) {
    if (const auto made = make_fleet(); !made) {
      fleet_failed_ = made.error();
      return fail(made.error());
    }
  }
  return &fleet_;
}

Result<std::filesystem::path> Bench::release_fleet() {
  const auto made = fleet();
  if (!made) return fail(made.error());
  auto directory = fleet_.ledger->directory();
  fleet_ = {};
  return directory;
}

Result<SyncedWrites> Bench::synced_writes(const BenchLedger& like) const {
  const auto bytes = like.record_bytes();
  if (!bytes) return fail(bytes.error());
  return bench::synced_writes(settings_.directory, *bytes, settings_.synced_writes);
}

}  // namespace bench

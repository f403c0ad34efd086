// What can be proved of a large record: that an event is in it, that one head continues another,
// and what a bundle of evidence says.
#include <algorithm>
#include <array>
#include <future>
#include <string>
#include <utility>

#include "ledger/merkle/proof.h"
#include "ledger/random.h"
#include "replay/evidence.h"
#include "tools/bench/asked.h"
#include "tools/bench/benches.h"

namespace bench {

using domain::Position;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::uint64_t evidence_records = 100'000;
constexpr std::chrono::seconds seal_wait_max{10};
const ledger::Random proof_choices(1);

void say_percentiles(Bench& bench, const std::string& name, const Times& times, const Times& raw,
                     const std::string& raw_of, std::uint64_t events) {
  for (const auto& [suffix, percent] : {std::pair{"_p50", 50.0}, std::pair{"_p99", 99.0}}) {
    bench.say(Figure{name + suffix, at_percent(times, percent), "us", at_percent(raw, percent),
                     "the same of " + raw_of}
                  .with("events", events));
  }
}

// Reports from 64 clients that wait for each answer, elsewhere, while somebody asks.
class Reporting {
 public:
  Reporting(BenchLedger& ledger, std::uint64_t reports)
      : appended_(std::async(std::launch::async,
                             [&ledger, reports] { return ledger.append_reports(reports, 64); })) {}

  bool is_running() const {
    return appended_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  }
  Result<BenchLedger::Appended> end() { return appended_.get(); }

 private:
  std::future<Result<BenchLedger::Appended>> appended_;
};

Result<replay::EvidenceHead> newest_head(const BenchLedger& ledger) {
  auto sealed = ledger.head_keeper().wait_sealed({ledger.size()}, seal_wait_max);
  if (!sealed) return fail(sealed.error());
  return replay::EvidenceHead{
      sealed->head, std::move(sealed->note), {log_name, ledger.head_keeper().key()->public_key()}};
}

}  // namespace

Result<void> proof(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto& log = (*fleet)->ledger->log();
  const std::uint64_t size = log.head().size.value;
  const std::uint64_t count = bench.settings().questions;
  const auto read = [&](const ledger::merkle::TileId& tile) {
    return log.tile(tile.level, tile.index, tile.width);
  };
  const auto chosen = [&](std::uint64_t n) { return proof_choices.value("proof", "of", n) % size; };
  const auto got = records_got(log, count);
  if (!got) return fail(got.error());
  const auto inclusion = asked(count, [&](std::uint64_t n) {
    return ledger::merkle::inclusion_proof(chosen(n), size, read);
  });
  if (!inclusion) return fail(inclusion.error());
  say_percentiles(bench, "proof_inclusion", *inclusion, *got, "a record by its position", size);
  const auto consistency = asked(count, [&](std::uint64_t n) {
    return ledger::merkle::consistency_proof(chosen(n) + 1, size, read);
  });
  if (!consistency) return fail(consistency.error());
  say_percentiles(bench, "proof_consistency", *consistency, *got, "a record by its position", size);
  return {};
}

// From when a record is durable until a signed head that covers it is on the disk.
Result<void> sealed(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  BenchLedger& ledger = *(*fleet)->ledger;
  const auto raw = bench.synced_writes(ledger);
  if (!raw) return fail(raw.error());
  Reporting load(ledger, bench.settings().requests);
  Times times;
  for (auto durable = ledger.log().head().size; load.is_running();) {
    durable = ledger.log().wait_beyond(durable, std::chrono::milliseconds(100));
    const auto began = Clock::now();
    const auto covered = ledger.head_keeper().wait_sealed(durable, seal_wait_max);
    if (!covered) return fail(covered.error());
    times.push_back(microseconds_since(began));
  }
  std::sort(times.begin(), times.end());
  const auto appended = load.end();
  if (!appended) return fail(appended.error());
  say_percentiles(bench, "sealed", times, raw->times, "one synced write", ledger.size());
  return {};
}

Result<void> evidence(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto& ledger = *(*fleet)->ledger;
  const auto head = newest_head(ledger);
  if (!head) return fail(head.error());
  const std::uint64_t records = std::min(evidence_records, ledger.size() / 2);
  replay::EvidenceRequest request;
  request.from = {ledger.size() / 2};
  request.to = Position{request.from.value + records};
  const auto raw = records_read(ledger.log());
  if (!raw) return fail(raw.error());
  const auto say = [&](const char* name, Clock::time_point began) {
    bench.say(Figure{name, static_cast<double>(records) / seconds_since(began), "records/s",
                     raw->per_second, "records/s of the cursor alone"}
                  .with("records", records)
                  .with("events", ledger.size()));
  };
  const auto creating = Clock::now();
  const auto made = replay::make_evidence(ledger.log(), *head, request);
  if (!made) return fail(made.error());
  say("evidence_create", creating);
  const auto verifying = Clock::now();
  const auto verified = replay::verify_evidence(made->file, {head->key, {}});
  if (!verified) return fail(verified.error());
  say("evidence_verify", verifying);
  return {};
}

}  // namespace bench

#include "tools/bench/bench_ledger.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "ledger/store/data_directory.h"

namespace bench {

using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point began) {
  return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
}

domain::ComputerId computer(std::uint64_t n) { return {"computer-" + std::to_string(n)}; }

domain::Command by_agent(std::uint64_t n, domain::CommandPayload payload) {
  domain::Command command;
  command.actor = {domain::ActorKind::agent, computer(n).value, "127.0.0.1",
                   domain::Authentication::token};
  command.payload = std::move(payload);
  return command;
}

}  // namespace

Result<std::unique_ptr<BenchLedger>> BenchLedger::make(const std::filesystem::path& directory,
                                                       std::uint64_t computers) {
  std::unique_ptr<BenchLedger> made(new BenchLedger());
  made->directory_ = directory;
  made->computers_ = computers;
  auto key = ledger::store::load_or_make_key(directory);
  if (!key) return fail(key.error());
  made->key_.emplace(std::move(*key));
  ledger::store::RocksLog::Options options;
  options.directory = directory;
  options.origin = "bench.local";
  auto log = ledger::store::RocksLog::open(std::move(options), *made->key_);
  if (!log) return fail(log.error());
  made->log_ = std::move(*log);
  made->writer_ = std::make_unique<ledger::Writer>(domain::World{}, *made->log_, made->clock_,
                                                   made->time_zones_, ledger::Writer::Options{});
  for (std::uint64_t n = 0; n < computers; ++n) {
    domain::EnrolComputer enrol;
    enrol.computer = computer(n);
    enrol.name = enrol.computer.value + ".example";
    enrol.platform = {"linux"};
    enrol.agent_version = "1.0.0";
    enrol.modules = {domain::Module::anti_malware, domain::Module::intrusion_prevention};
    enrol.token = {"agent-" + std::to_string(n)};
    enrol.token_expires_at = made->clock_.now() + domain::days(365);
    auto command = by_agent(n, std::move(enrol));
    if (n + 1 < computers) {
      made->writer_->submit(std::move(command), [](const Result<ledger::Committed>&) {});
      if (n % 10'000 != 9'999) continue;
      const auto kept_up =
          made->writer_->inspect([](const domain::World&, const domain::Moment&) {});
      if (!kept_up) return fail(kept_up.error());
      continue;
    }
    const auto enrolled = made->writer_->call(std::move(command));
    if (!enrolled) return fail(enrolled.error());
  }
  return made;
}

domain::Command BenchLedger::report(std::uint64_t n) const {
  const std::uint64_t which = n % computers_;
  const std::uint64_t round = n / computers_ + 1;
  domain::ReportComputer report;
  report.computer = computer(which);
  report.sequence = round;
  report.components = {{{"behavior-monitoring-detection-pattern"}, "2." + std::to_string(round)},
                       {{"spyware-pattern"}, "22.600-" + std::to_string(round)},
                       {{"virus-pattern"}, "19." + std::to_string(round) + ".00"}};
  return by_agent(which, std::move(report));
}

Result<BenchLedger::Appended> BenchLedger::append(std::uint64_t count, std::size_t outstanding) {
  std::mutex mutex;
  std::condition_variable answered;
  std::size_t under_way = 0;
  std::optional<ledger::Error> failed;
  Appended appended;
  appended.microseconds.reserve(count);
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      answered.wait(lock, [&] { return under_way < outstanding; });
      ++under_way;
    }
    const auto sent = Clock::now();
    writer_->submit(report(reported_++), [&, sent](const Result<ledger::Committed>& outcome) {
      const std::lock_guard lock(mutex);
      appended.microseconds.push_back(microseconds_since(sent));
      if (!outcome) failed = outcome.error();
      --under_way;
      answered.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return under_way == 0; });
  if (failed) return fail(*failed);
  appended.events_per_second = static_cast<double>(count) * 1e6 / microseconds_since(began);
  std::sort(appended.microseconds.begin(), appended.microseconds.end());
  return appended;
}

}  // namespace bench

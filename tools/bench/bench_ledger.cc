#include "tools/bench/bench_ledger.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "ledger/digest.h"
#include "ledger/store/data_directory.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

domain::Command by_agent(std::uint64_t n, domain::CommandPayload payload) {
  domain::Command command;
  command.actor = {domain::ActorKind::agent, computer_id(n).value, "127.0.0.1",
                   domain::Authentication::token};
  command.payload = std::move(payload);
  return command;
}

domain::EnrolComputer enrolment(std::uint64_t n, domain::Time now) {
  domain::EnrolComputer enrol;
  enrol.computer = computer_id(n);
  enrol.name = computer_name(n);
  enrol.platform = {n % 4 == 0 ? "windows" : "linux"};
  enrol.agent_version = "1.0." + std::to_string(n % 3);
  enrol.modules = {domain::Module::anti_malware, domain::Module::intrusion_prevention};
  enrol.labels = {"site=" + std::to_string(n % 50)};
  enrol.policy = domain::PolicyId{"policy-" + std::to_string(n % groups / 4)};
  enrol.group = group_id(n);
  enrol.token = {"agent-" + std::to_string(n)};
  enrol.token_secret = ledger::sha256(agent_token(n));
  enrol.token_expires_at = now + domain::days(365);
  return enrol;
}

}  // namespace

domain::ComputerId computer_id(std::uint64_t n) { return {"computer-" + std::to_string(n)}; }

std::string computer_name(std::uint64_t n) { return "pc-" + std::to_string(n) + ".example"; }

domain::GroupId group_id(std::uint64_t n) { return {"group-" + std::to_string(n % groups)}; }

std::string agent_token(std::uint64_t n) {
  return "ulg_bench_agent-" + std::to_string(n) + "_" +
         domain::hex(ledger::sha256("agent " + std::to_string(n)));
}

std::vector<domain::ComponentVersion> components(std::uint64_t round) {
  return {{{"behavior-monitoring-detection-pattern"}, "2." + std::to_string(round)},
          {{"spyware-pattern"}, "22.600-" + std::to_string(round)},
          {{"virus-pattern"}, "19." + std::to_string(round) + ".00"}};
}

domain::ReleasePattern release(const domain::ComponentVersion& component,
                               const std::string& platform, domain::Time now) {
  const auto digest = ledger::sha256(component.component.value + component.version + platform);
  return {component.component, "Bench", {platform}, component.version, now, digest, 1'000'000, {}};
}

domain::Command by_system(domain::CommandPayload payload) {
  domain::Command command;
  command.actor = {domain::ActorKind::system, "bench", "", domain::Authentication::local};
  command.payload = std::move(payload);
  return command;
}

Result<void> BenchLedger::open() {
  auto key = ledger::store::load_or_make_key(directory_);
  if (!key) return fail(key.error());
  key_.emplace(*std::move(key));
  ledger::store::RocksLog::Options options;
  options.directory = directory_;
  options.origin = log_name;
  auto log = ledger::store::RocksLog::open(std::move(options), *key_);
  if (!log) return fail(log.error());
  log_ = *std::move(log);
  ledger::HeadKeeper::Options head_options;
  head_options.origin = log_name;
  head_options.on_fatal = [](const ledger::Error&) {
    CHECK(false, "the bench's disk takes heads");
  };
  head_keeper_ = std::make_unique<ledger::HeadKeeper>(*log_, log_->head_file(), *key_,
                                                      std::move(head_options));
  writer_ = std::make_unique<ledger::Writer>(domain::World{}, *log_, clock_, time_zones_,
                                             ledger::Writer::Options{});
  return {};
}

// Groups, policies, and what is to run: the versions of the second round.
Result<void> BenchLedger::settle_fleet() {
  std::vector<domain::CommandPayload> settled;
  for (std::uint64_t n = 0; n < groups; ++n) {
    settled.emplace_back(domain::CreateGroup{group_id(n), std::nullopt});
    if (n % 4 == 0) {
      const domain::PolicyId policy{"policy-" + std::to_string(n / 4)};
      settled.emplace_back(domain::CreatePolicy{policy, std::nullopt, ""});
    }
  }
  for (const auto& component : components(2)) {
    for (const auto* platform : {"linux", "windows"}) {
      settled.emplace_back(release(component, platform, now()));
    }
  }
  for (auto& payload : settled) {
    const auto committed = writer_->call(by_system(std::move(payload)));
    if (!committed) return fail(committed.error());
  }
  return {};
}

Result<std::unique_ptr<BenchLedger>> BenchLedger::make(const std::filesystem::path& directory,
                                                       std::uint64_t computers) {
  std::unique_ptr<BenchLedger> made(new BenchLedger());
  made->directory_ = directory;
  made->computers_ = computers;
  if (const auto opened = made->open(); !opened) return fail(opened.error());
  if (const auto settled = made->settle_fleet(); !settled) return fail(settled.error());
  const auto enrolled =
      made->append(computers, outstanding_when_filling,
                   [now = made->now()](std::uint64_t n) { return by_agent(n, enrolment(n, now)); });
  if (!enrolled) return fail(enrolled.error());
  return made;
}

domain::Command BenchLedger::report(std::uint64_t n) const {
  const std::uint64_t which = n % computers_;
  const std::uint64_t round = n / computers_ + 1;
  return by_agent(which,
                  domain::ReportComputer{computer_id(which), round, components(round), {}, {}});
}

Result<BenchLedger::Appended> BenchLedger::append_reports(std::uint64_t count,
                                                          std::size_t outstanding) {
  const auto first = reported_;
  reported_ += count;
  return append(count, outstanding, [&](std::uint64_t n) { return report(first + n); });
}

Result<BenchLedger::Appended> BenchLedger::append(std::uint64_t count, std::size_t outstanding,
                                                  const MakeCommand& make) {
  std::mutex mutex;
  std::condition_variable answered;
  std::size_t under_way = 0;
  std::optional<ledger::Error> failed;
  Appended appended;
  appended.times.reserve(count);
  // One client has nothing else to do, as a thread that handles its request.
  const auto ask = outstanding == 1 ? &ledger::Writer::submit_here : &ledger::Writer::submit;
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    auto command = make(i);
    {
      std::unique_lock lock(mutex);
      answered.wait(lock, [&] { return under_way < outstanding; });
      ++under_way;
    }
    const auto sent = Clock::now();
    std::invoke(ask, *writer_, std::move(command), [&, sent](Result<ledger::Committed> outcome) {
      const std::lock_guard lock(mutex);
      appended.times.push_back(microseconds_since(sent));
      if (!outcome) failed = std::move(outcome).error();
      --under_way;
      answered.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return under_way == 0; });
  if (failed) return fail(*failed);
  appended.per_second = static_cast<double>(count) / seconds_since(began);
  std::sort(appended.times.begin(), appended.times.end());
  return appended;
}

Result<std::size_t> BenchLedger::record_bytes() const {
  const auto record = log_->record({size() - 1});
  if (!record) return fail(record.error());
  return record->size();
}

}  // namespace bench

#include "tools/ledger-agent/daemon.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>
#include <stop_token>

#include "ledger/clock.h"
#include "ledger/entropy.h"
#include "ledger/store/directory_lock.h"
#include "ledger/store/durable_file.h"
#include "updates/agent/hook.h"
#include "updates/local_file.h"
#include "updates/machine/http_manager.h"
#include "updates/tuf/source_transport.h"
#include "updates/tuf/told_transport.h"

namespace ledger_agent {
namespace {

namespace agent = ledger::updates::agent;
namespace machine = ledger::updates::machine;
namespace store = ledger::store;
namespace tuf = ledger::updates::tuf;
using ledger::fail;
using ledger::Result;

constexpr std::size_t token_bytes_max = 4'096;
constexpr std::int64_t second_micros = 1'000'000;

std::string session_name() {
  ledger::SystemEntropy entropy;
  domain::CommandId bytes;
  entropy.fill(bytes.bytes);
  return hex(bytes);
}

// The time until a try after `tries` ones in vain: twice as long each time, and not the same for
// all computers, so that a manager that comes back is not overrun.
domain::Duration retry_after(const Options& options, const ledger::Random& random,
                             std::uint64_t tries) {
  const auto most = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(options.retry).count());
  const auto time = std::min<std::uint64_t>(
      most, std::uint64_t{second_micros} << std::min<std::uint64_t>(tries, 20));
  const auto jitter = random.value(options.computer.value, "retry", tries) % (time / 2 + 1);
  return {static_cast<std::int64_t>(time / 2 + jitter)};
}

Result<std::string> enrolment_token(const Options& options) {
  std::string text;
  if (options.enrolment_token_file == "-") {
    std::getline(std::cin, text);
  } else if (!options.enrolment_token_file.empty()) {
    auto read = ledger::updates::read_local_file(options.enrolment_token_file, token_bytes_max);
    if (!read) return fail(read.error());
    text = std::move(*read);
  } else {
    return fail(ledger::ErrorKind::invalid, "not-enrolled",
                "This computer has not joined the fleet; give it a token by "
                "--enrolment-token-file.");
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Everything that lives as long as the program.
class Daemon {
 public:
  Daemon(const Options& options, std::stop_token stop)
      : options_(options), stop_(std::move(stop)) {}

  // Errors: those that another try would not help against, and unavailable.
  Result<void> open();
  agent::Round round() {
    return agent_->round(machine::plausible_time(clock_.now(), manager_->identity()));
  }
  void renew();
  void rest() { manager_->rest(); }

 private:
  Result<void> join();
  Result<std::unique_ptr<tuf::Transport>> transport(const agent::Way& way) const;
  agent::HookResult hook(const std::vector<std::string>& changed) const;

  const Options& options_;
  const std::stop_token stop_;
  ledger::SystemClock clock_;
  agent::SystemFiles files_;
  ledger::Random random_{0};  // What differs from computer to computer is its name.
  agent::OpenWay open_way_;
  std::optional<store::DirectoryLock> lock_;
  std::unique_ptr<machine::HttpManager> manager_;
  std::unique_ptr<agent::Agent> agent_;
};

Result<void> Daemon::join() {
  const auto identity = machine::load_identity(options_.state / "identity");
  if (!identity) return fail(identity.error());
  if (*identity) return {};
  auto token = enrolment_token(options_);
  if (!token) return fail(token.error());
  machine::EnrolOptions asked;
  asked.manager = options_.manager;
  asked.identity = options_.state / "identity";
  asked.token = std::move(*token);
  asked.authority = options_.manager_ca;
  asked.fingerprint = options_.manager_fingerprint;
  asked.computer = options_.computer;
  asked.name = options_.name;
  asked.platform = options_.platform;
  asked.agent_version = LEDGER_VERSION;
  asked.modules = options_.modules;
  asked.labels = options_.labels;
  const auto joined = machine::enrol(asked);
  if (!joined) return fail(joined.error());
  spdlog::info("joined the fleet as {}", joined->computer.value);
  return {};
}

Result<void> Daemon::open() {
  if (!lock_) {
    if (auto made = store::make_directory(options_.state); !made) return made;
    auto locked = store::DirectoryLock::acquire(options_.state);
    if (!locked) return fail(locked.error());
    lock_.emplace(std::move(*locked));
  }
  if (auto joined = join(); !joined) return joined;
  auto manager = machine::HttpManager::open(
      {options_.manager, options_.state / "identity", session_name(), stop_});
  if (!manager) return fail(manager.error());
  manager_ = std::move(*manager);
  open_way_ = [this](const agent::Way& way) { return transport(way); };
  agent::AgentParts parts{*manager_, files_,
                          open_way_, random_,
                          nullptr,   [](const std::string& said) { spdlog::info("{}", said); },
                          stop_};
  if (!options_.hook.empty()) {
    parts.hook = [this](const std::vector<std::string>& changed) { return hook(changed); };
  }
  auto opened =
      agent::Agent::open(std::move(parts), {options_.state, options_.install, options_.keep,
                                            manager_->identity().computer, options_.components});
  if (!opened) return fail(opened.error());
  agent_ = std::move(*opened);
  return {};
}

// Relays are asked by this machine's certificate, and must have one of the same authority; a source
// is anybody's.
Result<std::unique_ptr<tuf::Transport>> Daemon::transport(const agent::Way& way) const {
  ledger::updates::SourceTls tls;
  if (way.is_relay) {
    const auto& files = manager_->identity().files;
    tls = {files.authority, files.certificate, files.key};
  }
  auto opened = tuf::SourceTransport::open(way.url, way.proxy, tls);
  if (!opened) return fail(opened.error());
  (*opened)->stop_by(stop_);
  return std::unique_ptr<tuf::Transport>(std::make_unique<tuf::ToldTransport>(
      std::move(*opened), [this] { return clock_.steady(); },
      [name = way.name](const tuf::Standing& standing) {
        spdlog::info("from {}: {}", name, text(standing));
      }));
}

agent::HookResult Daemon::hook(const std::vector<std::string>& changed) const {
  std::string names;
  for (const auto& each : changed) names += (names.empty() ? "" : " ") + each;
  return agent::run_hook(
      {options_.hook,
       {{"LEDGER_CHANGED", names},
        {"LEDGER_INSTALL", std::filesystem::absolute(options_.install).string()}},
       options_.hook_timeout,
       stop_});
}

void Daemon::renew() {
  const auto renewed = manager_->renew_if_due(clock_.now());
  if (!renewed) {
    spdlog::warn("the certificate is not renewed yet: {}", renewed.error().detail);
  } else if (*renewed) {
    spdlog::info("the certificate was renewed");
  }
}

bool may_pass(const ledger::Error& error) {
  return error.kind == ledger::ErrorKind::unavailable ||
         error.kind == ledger::ErrorKind::overloaded;
}

void tell_change(bool heard, bool heard_before) {
  if (heard == heard_before) return;
  if (heard) {
    spdlog::info("the manager answers");
  } else {
    spdlog::warn("the manager does not answer; what it is to hear is kept");
  }
}

// Rounds until a signal; answers the exit status.
int rounds(Daemon& daemon, const Options& options, const ledger::Random& random,
           const process::StopBySignal& stop) {
  bool heard = true;
  std::uint64_t in_vain = 0;
  while (true) {
    daemon.renew();
    const auto round = daemon.round();
    daemon.rest();
    if (stop.token().stop_requested()) return options.once ? EXIT_FAILURE : EXIT_SUCCESS;
    if (round.refusal) spdlog::error("the manager refuses this machine: {}", round.refusal->detail);
    tell_change(round.manager_heard, std::exchange(heard, round.manager_heard));
    if (options.once) return round.manager_heard && !round.refusal ? EXIT_SUCCESS : EXIT_FAILURE;
    in_vain = round.manager_heard ? 0 : in_vain + 1;
    const auto wait = in_vain == 0 ? round.interval : retry_after(options, random, in_vain);
    if (stop.came_within(std::min(wait, round.interval))) return EXIT_SUCCESS;
  }
}

}  // namespace

int run(const Options& options, const process::StopBySignal& stop) {
  const ledger::Random random(0);
  Daemon daemon(options, stop.token());
  for (std::uint64_t tries = 1;; ++tries) {
    const auto opened = daemon.open();
    if (opened) break;
    spdlog::error("{} ({})", opened.error().detail, opened.error().reason);
    if (options.once || !may_pass(opened.error())) return EXIT_FAILURE;
    if (stop.came_within(retry_after(options, random, tries))) return EXIT_SUCCESS;
  }
  return rounds(daemon, options, random, stop);
}

}  // namespace ledger_agent

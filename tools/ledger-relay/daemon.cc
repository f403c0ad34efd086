#include "tools/ledger-relay/daemon.h"

#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "api/access_reports.h"
#include "api/auth.h"
#include "api/front.h"
#include "api/rate_limit.h"
#include "api/repository_answer.h"
#include "api/router.h"
#include "api/server.h"
#include "ledger/clock.h"
#include "ledger/entropy.h"
#include "ledger/store/directory_lock.h"
#include "ledger/store/durable_file.h"
#include "tools/ledger-relay/inbox.h"
#include "tools/ledger-relay/no_manager.h"
#include "updates/directory_content_store.h"
#include "updates/machine/enrolment.h"
#include "updates/machine/http_manager.h"
#include "updates/machine/identity.h"
#include "updates/relay/relay.h"
#include "updates/tuf/source_transport.h"
#include "updates/tuf/told_transport.h"

namespace ledger_relay {

using ledger::fail;
using ledger::Result;
namespace store = ledger::store;
namespace updates = ledger::updates;
namespace machine = ledger::updates::machine;
namespace relay = ledger::updates::relay;

namespace {

constexpr std::chrono::milliseconds inbox_interval{500};
// For answers that are under way; a download that is cut off goes on from another relay.
constexpr std::chrono::milliseconds stop_deadline{1'000};

std::string random_name(ledger::Entropy& entropy) {
  domain::CommandId bytes;
  entropy.fill(bytes.bytes);
  return hex(bytes);
}

std::uint64_t random_seed(ledger::Entropy& entropy) {
  std::array<std::uint8_t, 8> bytes{};
  entropy.fill(bytes);
  std::uint64_t seed = 0;
  for (const auto byte : bytes) seed = seed << 8U | byte;
  return seed;
}

std::uint64_t free_bytes_of(const std::filesystem::path& directory) {
  struct statvfs facts {};
  if (::statvfs(directory.c_str(), &facts) != 0) return 0;
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

// Callers show a certificate or, behind a proxy, have shown it there; nobody has a token here.
class NoTokens final : public api::TokenBook {
 public:
  std::uint64_t version() const override { return 0; }
  Result<std::optional<projections::TokenRow>> token(const domain::Digest&) const override {
    return std::optional<projections::TokenRow>();
  }
  Result<std::optional<projections::EnrolmentTokenRow>> enrolment_token(
      const domain::Digest&) const override {
    return std::optional<projections::EnrolmentTokenRow>();
  }
  Result<std::optional<domain::Role>> machine(const domain::ComputerId&, const std::string&,
                                              domain::Position) const override {
    return std::optional<domain::Role>();
  }
};

// What a relay keeps on disk, and what works on it, with a manager or without.
struct Site {
  std::filesystem::path state;
  std::optional<store::DirectoryLock> lock;
  std::unique_ptr<updates::DirectoryContentStore> content;
  std::optional<machine::Identity> identity;
  ledger::SystemClock clock;
  std::unique_ptr<machine::Manager> manager;
  std::unique_ptr<relay::Relay> relay;
  std::stop_token stop;  // Ends a transfer that is on its way.

  Result<void> open(const std::filesystem::path& directory);
  Result<void> open_relay(const std::string& manager_url, std::uint64_t seed);
  Result<std::unique_ptr<updates::tuf::Transport>> transport_to(
      const relay::Upstream& upstream, const std::string& manager_url) const;
  Result<std::string> work_on(const InboxRequest& request) const;
  domain::Time now() const {
    return identity ? machine::plausible_time(clock.now(), *identity) : clock.now();
  }
};

Result<void> Site::open(const std::filesystem::path& directory) {
  state = directory;
  if (const auto made = store::make_directory(state); !made) return fail(made.error());
  auto locked = store::DirectoryLock::acquire(state);
  if (!locked) return fail(locked.error());
  lock.emplace(std::move(*locked));
  auto opened = updates::DirectoryContentStore::open(state / "content");
  if (!opened) return fail(opened.error());
  content = std::move(*opened);
  auto loaded = machine::load_identity(state / "identity");
  if (!loaded) return fail(loaded.error());
  identity = std::move(*loaded);
  return {};
}

Result<std::unique_ptr<updates::tuf::Transport>> Site::transport_to(
    const relay::Upstream& upstream, const std::string& manager_url) const {
  using Kind = relay::Upstream::Kind;
  if (upstream.kind == Kind::manager && manager_url.empty()) {
    return fail(ledger::ErrorKind::unavailable, "manager-unreachable", "There is no manager.");
  }
  const std::string url = upstream.kind == Kind::manager
                              ? manager_url + "/repository/" + upstream.source.value
                              : upstream.url;
  updates::SourceTls tls;
  if (upstream.kind != Kind::source && identity) {
    tls = {identity->files.authority, identity->files.certificate, identity->files.key};
  }
  auto opened = updates::tuf::SourceTransport::open(url, upstream.proxy, tls);
  if (!opened) return fail(opened.error());
  (*opened)->stop_by(stop);
  return std::unique_ptr<updates::tuf::Transport>(std::make_unique<updates::tuf::ToldTransport>(
      std::move(*opened), [] { return ledger::SystemClock().steady(); },
      [source = upstream.source.value](const updates::tuf::Standing& standing) {
        spdlog::info("{}: {}", source, text(standing));
      }));
}

Result<void> Site::open_relay(const std::string& manager_url, std::uint64_t seed) {
  relay::Relay::Parts parts{identity ? identity->computer : domain::ComputerId{},
                            *manager,
                            *content,
                            [this, manager_url](const relay::Upstream& upstream) {
                              return transport_to(upstream, manager_url);
                            },
                            [directory = state] { return free_bytes_of(directory); },
                            ledger::Random(seed)};
  auto opened = relay::Relay::open(state, std::move(parts));
  if (!opened) return fail(opened.error());
  relay = std::move(*opened);
  return {};
}

Result<std::string> Site::work_on(const InboxRequest& request) const {
  if (request.makes) {
    const auto made = relay->create_bundle(request.bundle, request.source, request.since);
    if (!made) return fail(made.error());
    return "version " + std::to_string(made->snapshot_version) + ", " +
           std::to_string(made->contents) + " files, " + std::to_string(made->bytes) +
           " bytes, SHA-256 " + hex(made->digest);
  }
  const auto taken = relay->import(request.bundle, request.source, request.trust_root, now());
  if (!taken) return fail(taken.error());
  const std::string version = std::to_string(taken->snapshot_version);
  if (taken->already_newer) {
    return "nothing to do: this relay has version " + version + " or a newer one already";
  }
  std::string told = "version " + version + " is served now";
  if (taken->is_warned_of()) {
    told += "; its metadata is over since " + iso8601(taken->expired_for) +
            ": bring a newer bundle before seven days are over";
  }
  return told;
}

}  // namespace

struct Daemon::Parts {
  Options options;
  ledger::SystemEntropy entropy;
  Site site;
  machine::HttpManager* http_manager = nullptr;  // The site's, if it has one.

  api::Router router;
  NoTokens tokens;
  std::optional<api::Auth> auth;
  std::optional<api::RateLimit> rate_limit;
  std::optional<api::AccessReports> access_reports;
  std::optional<api::Front> front;
  std::unique_ptr<api::Server> server;

  std::map<domain::SourceId, relay::PullOutcome> told;  // Logged last.
  std::string manager_told;

  Result<void> open();
  Result<void> be_somebody();
  Result<void> listen();
  api::TlsFiles tls_files() const;
  bool round();
  void renew(domain::Time now);
  void log(const relay::Round& round);
  void run();
};

Result<void> Daemon::Parts::open() {
  if (const auto opened = site.open(options.state); !opened) return fail(opened.error());
  if (const auto known = be_somebody(); !known) return fail(known.error());
  const auto opened = site.open_relay(options.manager, random_seed(entropy));
  if (!opened) return fail(opened.error());
  return listen();
}

Result<void> Daemon::Parts::be_somebody() {
  if (options.manager.empty()) {
    site.manager = std::make_unique<NoManager>();
    return {};
  }
  if (!site.identity) {
    machine::EnrolOptions enrol;
    enrol.manager = options.manager;
    enrol.identity = options.state / "identity";
    enrol.token = options.token;
    enrol.authority = options.authority;
    enrol.fingerprint = options.fingerprint;
    enrol.computer = domain::ComputerId{options.name};
    enrol.platform = domain::Platform{options.platform};
    enrol.agent_version = LEDGER_VERSION;
    enrol.relay_url = options.url;
    auto made = machine::enrol(enrol);
    if (!made) return fail(made.error());
    site.identity = std::move(*made);
    spdlog::info("enrolled as {}", site.identity->computer.value);
  }
  auto opened = machine::HttpManager::open(
      {options.manager, options.state / "identity", random_name(entropy), site.stop});
  if (!opened) return fail(opened.error());
  http_manager = opened->get();
  site.manager = std::move(*opened);
  return {};
}

api::TlsFiles Daemon::Parts::tls_files() const {
  const auto& files = site.identity->files;
  return {files.certificate, files.key, api::PeerCertificate::required, files.authority};
}

Result<void> Daemon::Parts::listen() {
  const auto find = [this](const domain::SourceId& source, const std::string& path,
                           updates::Belief belief) {
    return site.relay->find(source, path, belief);
  };
  router.add({"GET", "/repository/{source}/{path...}", api::Permission::public_,
              api::answering([find](const api::Request& request) {
                return api::repository_answer(request, find);
              })});
  router.add({"GET", "/health", api::Permission::public_, api::answering([](const api::Request&) {
                api::Response response;
                response.body = R"({"status":"ok"})";
                return response;
              })});
  auth.emplace(tokens, site.clock, api::Auth::Options{});
  api::RateLimit::Options unlimited;
  unlimited.per_second = 0;
  rate_limit.emplace(site.clock, unlimited);
  access_reports.emplace([](const api::AccessReports::Report&) {}, site.clock);
  front.emplace(router, *auth, *rate_limit, *access_reports);
  api::Server::Options server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  server_options.insecure = options.plain_http;
  server_options.limits.stop_deadline = stop_deadline;
  if (!options.plain_http) {
    if (!site.identity) {
      return fail(ledger::ErrorKind::refused, "not-enrolled",
                  "This relay has no certificate to serve with: give --manager and an enrolment "
                  "token, or --plain-http behind a proxy.");
    }
    server_options.tls = tls_files();
  }
  auto started = api::Server::start(std::move(server_options), *front);
  if (!started) return fail(started.error());
  server = std::move(*started);
  return {};
}

// -- Rounds --------------------------------------------------------------------------------------

void Daemon::Parts::renew(domain::Time now) {
  if (http_manager == nullptr) return;
  const auto renewed = http_manager->renew_if_due(now);
  if (!renewed) {
    spdlog::warn("the certificate is not renewed yet: {}", renewed.error().detail);
    return;
  }
  if (!*renewed) return;
  site.identity = http_manager->identity();
  if (options.plain_http) return;
  const auto used = server->use_tls(tls_files());
  if (!used) spdlog::error("{}", used.error().detail);
  spdlog::info("the certificate was renewed");
}

bool Daemon::Parts::round() {
  renew(site.clock.now());
  const auto round = site.relay->round(site.now(), site.stop);
  if (http_manager != nullptr) http_manager->rest();
  if (site.stop.stop_requested()) return false;
  log(round);
  bool well = !round.manager || options.manager.empty();
  for (const auto& pull : round.pulls) {
    well = well && (pull.reason == domain::SyncReason::none ||
                    pull.reason == domain::SyncReason::air_gapped);
  }
  return well;
}

// Only what changed: a relay that waits for its source for a week says so once.
void Daemon::Parts::log(const relay::Round& round) {
  const std::string manager = round.manager ? round.manager->detail : std::string();
  if (manager != manager_told && !options.manager.empty()) {
    if (manager.empty()) {
      spdlog::info("the manager answers again");
    } else {
      spdlog::warn("the manager was not heard: {}", manager);
    }
    manager_told = manager;
  }
  for (const auto& damaged : round.damaged) {
    spdlog::error("{}: {} was damaged on this disk; it is not served until it came again",
                  damaged.source.value, damaged.path);
  }
  for (const auto& pull : round.pulls) {
    const auto known = told.find(pull.source);
    const bool is_news = known == told.end() || known->second.reason != pull.reason ||
                         known->second.snapshot_version != pull.snapshot_version;
    if (!is_news) continue;
    if (pull.reason == domain::SyncReason::none) {
      spdlog::info("{}: version {} from {}", pull.source.value, pull.snapshot_version,
                   pull.upstream);
    } else {
      spdlog::warn("{}: version {} is served on, {}: {}", pull.source.value, pull.snapshot_version,
                   domain::name_of(pull.reason), pull.detail);
    }
    told[pull.source] = pull;
  }
  if (round.disk) spdlog::error("{}", round.disk->detail);
  if (round.pruned > 0) spdlog::info("{} files that nobody lists any more removed", round.pruned);
}

void Daemon::Parts::run() {
  std::mutex mutex;
  std::condition_variable_any nothing;
  auto next = std::chrono::steady_clock::now();
  while (!site.stop.stop_requested()) {
    const int answered = answer_inbox(options.state / "inbox", [this](const InboxRequest& request) {
      auto told_now = site.work_on(request);
      spdlog::info("bundle {}: {}", request.bundle, told_now ? *told_now : told_now.error().detail);
      return told_now;
    });
    if (answered > 0 || std::chrono::steady_clock::now() >= next) {
      round();
      next = std::chrono::steady_clock::now() + options.interval;
    }
    std::unique_lock lock(mutex);
    nothing.wait_for(lock, site.stop, inbox_interval, [] { return false; });
  }
}

Result<std::unique_ptr<Daemon>> Daemon::start(const Options& options, const std::stop_token& stop) {
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  parts->site.stop = stop;
  if (const auto opened = parts->open(); !opened) return fail(opened.error());
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

std::string Daemon::url() const {
  const auto& options = parts_->options;
  const bool six = options.address.find(':') != std::string::npos;
  return std::string(options.plain_http ? "http://" : "https://") + (six ? "[" : "") +
         options.address + (six ? "]" : "") + ":" + std::to_string(parts_->server->port());
}

bool Daemon::run_once() { return parts_->round(); }

void Daemon::run() { parts_->run(); }

void Daemon::stop() { parts_->server->stop(); }

// -- Bundles -------------------------------------------------------------------------------------

Result<std::string> work_on_bundle(const BundleOptions& options) {
  ledger::SystemEntropy entropy;
  const auto absolute = [](const std::filesystem::path& path) {
    return path.empty() ? std::string() : std::filesystem::absolute(path).string();
  };
  const InboxRequest request{options.makes, absolute(options.bundle), options.source,
                             options.trust_root, absolute(options.since)};
  Site site;
  const auto opened = site.open(options.state);
  if (!opened && opened.error().reason == "ledger-locked") {
    return ask_inbox(options.state / "inbox", random_name(entropy), request);
  }
  if (!opened) return fail(opened.error());
  site.manager = std::make_unique<NoManager>();
  const auto made = site.open_relay({}, random_seed(entropy));
  if (!made) return fail(made.error());
  return site.work_on(request);
}

}  // namespace ledger_relay

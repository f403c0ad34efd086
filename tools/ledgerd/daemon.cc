#include "tools/ledgerd/daemon.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "api/access_reports.h"
#include "api/auth.h"
#include "api/clone_watch.h"
#include "api/front.h"
#include "api/machine_authority.h"
#include "api/operations.h"
#include "api/plans.h"
#include "api/rate_limit.h"
#include "api/router.h"
#include "api/routes.h"
#include "api/server.h"
#include "api/services.h"
#include "api/tls.h"
#include "ledger/fold_log.h"
#include "ledger/head_keeper.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/rocksdb_log.h"
#include "ledger/time_zones_tzdb.h"
#include "ledger/world_snapshots.h"
#include "tools/ledgerd/chores.h"
#include "tools/ledgerd/first_start.h"
#include "tools/ledgerd/metrics.h"
#include "tools/ledgerd/mirrors.h"
#include "tools/ledgerd/reactor.h"
#include "tools/ledgerd/ticker.h"
#include "tools/ledgerd/timestamp_authority.h"
#include "tools/ledgerd/witnesses.h"
#include "updates/directory_content_store.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;
namespace store = ledger::store;

namespace {

constexpr std::chrono::milliseconds patience{250};

bool is_loopback(const std::string& address) {
  return address == "::1" || address == "localhost" || address.starts_with("127.");
}

}  // namespace

// In the order they are built; members that come later use those before.
struct Daemon::Parts {
  Options options;
  std::function<void(std::string)> on_fatal;

  ledger::SystemClock clock;
  ledger::SystemEntropy entropy;
  ledger::TzdbTimeZones time_zones;
  std::optional<ledger::merkle::SigningKey> key;
  std::unique_ptr<store::RocksLog> log;
  std::unique_ptr<ledger::HeadKeeper> head_keeper;
  std::unique_ptr<ledger::updates::DirectoryContentStore> content;
  std::optional<Mirrors> mirrors;
  std::optional<ledger::WorldSnapshots> snapshots;
  std::unique_ptr<ledger::Writer> writer;
  std::unique_ptr<ledger::WitnessKeeper> witnesses;  // Null: none are asked.
  std::unique_ptr<projections::ViewStore> views;
  domain::World saved_world;  // For the projector to begin with.
  std::unique_ptr<projections::Projector> projector;
  ledger::ContactBook contacts;
  std::optional<DaemonChores> chores;
  std::optional<api::Plans> plans;
  std::optional<api::Operations> operations;
  std::optional<api::Services> services;
  api::Router router;
  std::unique_ptr<api::TokenBook> tokens;
  std::optional<api::Auth> auth;
  std::optional<api::RateLimit> rate_limit;
  std::optional<api::AccessReports> access_reports;
  std::optional<api::Front> front;
  std::optional<api::CloneWatch> clones;
  std::optional<api::Front> machines_front;
  std::optional<Reports> reports;
  std::optional<Reactor> reactor;
  std::optional<Ticker> ticker;
  std::optional<api::MadeCertificate> certificate;  // Absent: nothing here speaks TLS.
  domain::Time certificate_seen_at;                 // Whether it has to be renewed.
  std::optional<api::MachineAuthority> authority;
  std::unique_ptr<api::Server> server;
  std::unique_ptr<api::Server> machines_server;
  std::jthread waker;

  bool made_admin_token = false;
  std::string fingerprint;
  std::atomic<bool> stopping = false;

  Result<void> open();
  Result<void> open_record();
  Result<void> open_writer();
  Result<void> open_views();
  Result<void> record_start();
  bool has_tls_for_people() const;
  std::vector<std::string> certificate_names() const;
  api::TlsFiles machines_tls() const;
  Result<void> load_certificate();
  void renew_certificate();
  Result<void> make_services();
  Result<void> listen();
  Result<void> listen_to_machines();
  void wake_streams(const std::stop_token& stop);
  void fatal(const ledger::Error& error);
  std::string why_not_ready() const;
};

void Daemon::Parts::fatal(const ledger::Error& error) {
  on_fatal("The ledger stops, because the state of its disk is unknown: " + error.detail + " (" +
           error.reason + "). Look at the disk, then start it again.");
}

Result<void> Daemon::Parts::open_record() {
  auto loaded = store::load_or_make_key(options.data);
  if (!loaded) return fail(loaded.error());
  key.emplace(std::move(*loaded));
  store::RocksLog::Options log_options;
  log_options.directory = options.data;
  log_options.origin = options.name;
  auto opened = store::RocksLog::open(std::move(log_options), *key);
  if (!opened) return fail(opened.error());
  log = std::move(*opened);
  if (log->head_file().was_damaged()) {
    spdlog::warn(
        "half of the file head is damaged; unless the power failed, compare with a witness");
  }
  const auto on_failure = [this](const ledger::Error& error) { fatal(error); };
  head_keeper = std::make_unique<ledger::HeadKeeper>(
      *log, log->head_file(), *key, ledger::HeadKeeper::Options{options.name, on_failure});
  auto store_opened = ledger::updates::DirectoryContentStore::open(options.data / "content");
  if (!store_opened) return fail(store_opened.error());
  content = std::move(*store_opened);
  mirrors.emplace(options.data / "sources", *content);
  return open_writer();
}

// Both worlds begin with the newest snapshot; each then folds what has happened since.
Result<void> Daemon::Parts::open_writer() {
  snapshots.emplace(options.data / "snapshots");
  auto found = snapshots->load(*log);
  for (const auto& error : found.passed_over) spdlog::warn("{} ({})", error.detail, error.reason);
  domain::World world;
  if (found.world) {
    world = *std::move(found.world);
    saved_world = world;
    spdlog::info("starting from the world of the first {} events", world.size.value);
  }
  const auto folded = ledger::fold_log(*log, log->head().size, world);
  if (!folded) return fail(folded.error());
  ledger::Writer::Options writer_options;
  writer_options.on_fatal = [this](const ledger::Error& error) { fatal(error); };
  writer_options.snapshots = &*snapshots;
  writer = std::make_unique<ledger::Writer>(std::move(world), *log, clock, time_zones,
                                            std::move(writer_options));
  return {};
}

Result<void> Daemon::Parts::open_views() {
  projections::ViewStore::Options view_options;
  view_options.directory = options.data / "views";
  view_options.discard_damaged = true;
  auto opened = projections::ViewStore::open(view_options);
  if (!opened) return fail(opened.error());
  views = std::move(*opened);
  projections::Projector::Options projector_options;
  projector_options.on_digests = [this](domain::Position folded,
                                        std::vector<domain::ViewDigest> digests) {
    writer->submit(by_service(domain::RecordViewsDigested{folded, std::move(digests)}),
                   [](const Result<ledger::Committed>& recorded) {
                     if (!recorded) {
                       spdlog::warn("digests not recorded: {}", recorded.error().detail);
                     }
                   });
  };
  projector_options.on_digest_mismatch = [](const projections::DigestMismatch& mismatch) {
    spdlog::error("views differ from what was recorded at position {}: run ledgerctl log verify",
                  mismatch.recorded.value);
  };
  projector_options.on_fatal = [this](const ledger::Error& error) { fatal(error); };
  projector_options.snapshots = &*snapshots;
  auto started = projections::Projector::start_from(std::exchange(saved_world, {}), *log, *views,
                                                    std::move(projector_options));
  if (!started) return fail(started.error());
  projector = std::move(*started);
  return {};
}

Result<void> Daemon::Parts::record_start() {
  const auto started = writer->call(by_service(domain::RecordServiceStarted{
      LEDGER_VERSION, store::data_format, log->head().size, log->beyond_head()}));
  if (!started) return fail(started.error());
  std::string next_id;  // Of a change of keys that can go on.
  if (store::is_there(options.data / store::next_key_name)) {
    const auto next = store::load_or_make_next_key(options.data);
    if (!next) return fail(next.error());
    next_id = id_of({options.name, next->public_key()});
  }
  const auto keyed = record_key(*writer, {options.name, key->public_key()}, next_id);
  if (!keyed) return keyed;
  const auto issued = issue_admin_token(*writer, options.data, entropy, clock.now());
  if (!issued) return fail(issued.error());
  made_admin_token = *issued;
  return {};
}

bool Daemon::Parts::has_tls_for_people() const {
  return !options.plain_http && !is_loopback(options.address);
}

std::vector<std::string> Daemon::Parts::certificate_names() const {
  auto names = options.host_names;
  if (has_tls_for_people()) names.push_back(options.address);
  if (!options.machines_address.empty()) names.push_back(options.machines_address);
  return names;
}

// One certificate for both listeners: whoever knows the authority knows either.
Result<void> Daemon::Parts::load_certificate() {
  const bool machines = !options.machines_address.empty();
  if (!has_tls_for_people() && !machines) return {};
  certificate_seen_at = clock.now();
  auto made =
      api::load_or_make_certificate(options.data / "tls", certificate_names(), certificate_seen_at);
  if (!made) return fail(made.error());
  if (has_tls_for_people()) fingerprint = made->authority_fingerprint;
  if (machines) authority.emplace(made->authority_pair);
  certificate = std::move(*made);
  return {};
}

api::TlsFiles Daemon::Parts::machines_tls() const {
  auto files = certificate->files;
  files.peers = api::PeerCertificate::judged;
  files.peer_authority = certificate->authority;
  return files;
}

// A service runs for longer than a certificate lives. Looked at every hour of the wall clock, and
// at once when that jumps.
void Daemon::Parts::renew_certificate() {
  const auto now = clock.now();
  const auto passed = now - certificate_seen_at;
  if (!certificate || (domain::Duration{} <= passed && passed < domain::hours(1))) return;
  certificate_seen_at = now;
  const auto made = api::load_or_make_certificate(options.data / "tls", certificate_names(), now);
  Result<void> served;
  if (!made) served = fail(made.error());
  if (made && !made->made_certificate) return;
  if (served && !fingerprint.empty()) served = server->use_tls(certificate->files);
  if (served && machines_server) served = machines_server->use_tls(machines_tls());
  if (served) {
    spdlog::info("the server's certificate was renewed");
  } else {
    spdlog::error("the server's certificate was not renewed: {}", served.error().detail);
  }
}

Result<void> Daemon::Parts::make_services() {
  chores.emplace(DaemonChores::Parts{*log, *head_keeper, options.name, *writer, options.data,
                                     options.data / "backups"});
  plans.emplace(clock);
  operations.emplace(clock);
  const auto seed = load_or_make_seed(options.data, entropy);
  if (!seed) return fail(seed.error());
  const auto sealed = [this](domain::Position at_least, std::chrono::milliseconds at_most) {
    const auto waited = head_keeper->wait_sealed(at_least, at_most);
    const auto newest = waited ? *waited : head_keeper->sealed();
    return api::SealedHead{newest.head.size, newest.head.root,
                           witnesses ? witnesses->with_cosignatures(newest) : newest.note};
  };
  services.emplace(api::Services{
      *writer, *log, *views, *projector, contacts, *content, clock, entropy, *plans, *operations,
      *chores, sealed,
      [this] {
        return ledger::merkle::VerifierKey{options.name, head_keeper->key()->public_key()};
      },
      *seed, LEDGER_VERSION, clock.now(), [this] { return why_not_ready(); },
      [this] { return server ? metrics_text(*server, *front) : std::string(); }});
  if (authority) services->machines = &*authority;
  if (!options.timestamp_authority.empty()) {
    services->timestamp = timestamp_authority(options.timestamp_authority, entropy);
  }
  services->repository_file = [this](const domain::SourceId& source, const std::string& path,
                                     ledger::updates::Belief belief) {
    return mirrors->find(source, path, belief);
  };
  services->import_bundle = [this](const domain::SourceId& source, const std::string& file,
                                   const domain::Command& asked,
                                   const std::function<bool()>& go_on) {
    return reactor->import_bundle({source, file, asked}, go_on);
  };
  services->snapshots = &*snapshots;
  services->witnesses = witnesses.get();
  api::add_routes(router, *services);
  tokens = api::token_book(*views, *log);
  auth.emplace(*tokens, clock, api::Auth::Options{});
  api::RateLimit::Options rate_options;
  if (!options.rate_limited) rate_options.per_second = 0;
  rate_limit.emplace(clock, rate_options);
  access_reports.emplace(api::recorded_by(*writer, entropy), clock);
  front.emplace(router, *auth, *rate_limit, *access_reports);
  clones.emplace(api::told_to(*writer, entropy), clock);
  machines_front.emplace(router, *auth, *rate_limit, *access_reports, api::Front::Door::machines,
                         &*clones);
  reports.emplace(router, *services, options.data / "exports");
  return {};
}

std::string Daemon::Parts::why_not_ready() const {
  if (stopping) return "The service is stopping.";
  if (writer->counts().disk_full) return "The disk is full: what is recorded can be read.";
  const auto behind = log->head().size.value - projector->size().value;
  if (behind > 100'000) {
    return "The views are " + std::to_string(behind) + " events behind the record.";
  }
  return {};
}

Result<void> Daemon::Parts::listen() {
  api::Server::Options server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  server_options.insecure = options.plain_http;
  server_options.uploads = options.data / "incoming";
  if (!fingerprint.empty()) server_options.tls = certificate->files;
  auto started = api::Server::start(std::move(server_options), *front);
  if (!started) return fail(started.error());
  server = std::move(*started);
  return listen_to_machines();
}

Result<void> Daemon::Parts::listen_to_machines() {
  if (options.machines_address.empty()) return {};
  api::Server::Options server_options;
  server_options.address = options.machines_address;
  server_options.port = options.machines_port;
  server_options.tls = machines_tls();
  auto started = api::Server::start(std::move(server_options), *machines_front);
  if (!started) return fail(started.error());
  machines_server = std::move(*started);
  return {};
}

// Streams are asked again when the views have grown; once a second, refusals that were counted are
// recorded.
void Daemon::Parts::wake_streams(const std::stop_token& stop) {
  auto ticked = clock.steady();
  auto seen = projector->size();
  while (!stop.stop_requested()) {
    if (projector->wait_for(seen, patience)) {
      seen = projector->size();
      server->wake();
    }
    if (clock.steady().micros - ticked.micros < domain::seconds(1).micros) continue;
    ticked = clock.steady();
    front->tick();
    renew_certificate();
  }
}

Result<void> Daemon::Parts::open() {
  auto policy = read_witness_policy(options.witnesses);  // Wrong ones are told before all else.
  if (!policy) return fail(policy.error());
  if (const auto opened = open_record(); !opened) return opened;
  if (const auto opened = open_views(); !opened) return opened;
  if (const auto recorded = record_start(); !recorded) return recorded;
  if (*policy) {
    witnesses = keep_witnesses(**std::move(policy), {*log, *head_keeper, *writer, clock,
                                                     options.data / ledger::store::witnessed_name});
  }
  if (const auto loaded = load_certificate(); !loaded) return loaded;
  if (const auto made = make_services(); !made) return made;
  reactor.emplace(Reactor::Parts{*writer, *log, contacts, *content, clock, *chores, *reports,
                                 *mirrors, entropy, *operations,
                                 options.download_bytes_per_second});
  ticker.emplace(*writer, contacts, clock, options.tick);
  if (const auto listening = listen(); !listening) return listening;
  waker = std::jthread([this](const std::stop_token& stop) { wake_streams(stop); });
  return {};
}

Result<std::unique_ptr<Daemon>> Daemon::start(const Options& options,
                                              std::function<void(std::string)> on_fatal) {
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  parts->on_fatal = std::move(on_fatal);
  if (const auto opened = parts->open(); !opened) return fail(opened.error());
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

namespace {

std::string url_of(const char* scheme, const std::string& address, std::uint16_t port) {
  const bool six = address.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (six ? "[" : "") + address + (six ? "]" : "") + ":" +
         std::to_string(port);
}

}  // namespace

std::string Daemon::url() const {
  return url_of(parts_->fingerprint.empty() ? "http" : "https", parts_->options.address,
                parts_->server->port());
}

std::string Daemon::machines_url() const {
  if (!parts_->machines_server) return {};
  return url_of("https", parts_->options.machines_address, parts_->machines_server->port());
}

bool Daemon::made_admin_token() const { return parts_->made_admin_token; }

std::string Daemon::certificate_fingerprint() const {
  return parts_->certificate ? parts_->certificate->authority_fingerprint : std::string();
}

void Daemon::stop(const std::string& cause) {
  auto& parts = *parts_;
  parts.stopping = true;
  parts.waker.request_stop();
  if (parts.machines_server) parts.machines_server->stop();
  parts.server->stop();
  parts.waker = {};
  parts.operations->stop();
  parts.ticker.reset();
  parts.reactor.reset();
  parts.witnesses.reset();
  parts.projector->stop();
  const auto recorded = parts.writer->call(by_service(domain::RecordServiceStopped{cause}));
  if (!recorded) spdlog::warn("the end was not recorded: {}", recorded.error().detail);
  parts.writer->stop();
  parts.head_keeper.reset();
}

}  // namespace ledgerd

#include "tools/ledgerd/source_checks.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "projections/mark.h"
#include "updates/repository_check.h"
#include "updates/source_check.h"
#include "updates/tuf/source_transport.h"

namespace ledgerd {

namespace domain = ledger::domain;
namespace updates = ledger::updates;

namespace {

constexpr unsigned attempts_max = 4;
// A timestamp lives for a day, and is signed again every hour.
constexpr domain::Duration freshness = domain::hours(1);
constexpr domain::Duration first_pause{500'000};

// Ends early when it is asked to.
void wait(domain::Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, std::chrono::microseconds(duration.micros), [] { return false; });
}

// What the world knows of content, for a check of a source that is a repository.
void note_content(const domain::World& world, const domain::Source& source,
                  updates::RepositoryCheckRequest& request) {
  request.root_version = source.root_version;
  for (const auto& [id, update] : world.rule_updates.updates) {
    request.imported.emplace(id, update.facts.digest);
    if (update.deleted) request.given_up.insert(update.facts.digest);
  }
  for (const auto& [key, pattern] : world.patterns.patterns) {
    for (const auto& each : pattern.versions) {
      request.patterns.push_back({key.first, key.second, each.version, each.digest,
                                  each.released_at, each.retired, &each == &pattern.current(),
                                  each.source});
    }
  }
}

}  // namespace

// All that a check needs of the world, as it was when it began.
struct SourceChecks::Asked {
  domain::SourceConfigured facts;
  updates::SourceCheckRequest documents;
  updates::RepositoryCheckRequest repository;
};

SourceChecks::SourceChecks(Parts parts) : parts_(parts) {
  if (parts_.bytes_per_second > 0) {
    pace_ = std::make_unique<updates::tuf::Pace>(parts_.bytes_per_second);
  }
}

void SourceChecks::start(const domain::SourceId& source, const Order& order) {
  std::optional<Asked> asked;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto* known = world.sources.find(source);
    if (known == nullptr || !known->check) return;
    asked.emplace();
    asked->facts = known->facts;
    asked->facts.url =
        domain::asked_url(source, known->facts.url,
                          domain::value_of(world.settings, domain::SettingName::primary_source));
    auto& documents = asked->documents;
    documents.source = source;
    documents.check = *known->check;
    documents.url = asked->facts.url;
    documents.alternative_url = known->facts.alternative_url;
    documents.proxy = known->facts.proxy;
    documents.download = domain::DownloadMode::check_and_download;
    for (const auto& [id, update] : world.rule_updates.updates) {
      documents.imported.emplace(id, update.facts.digest);
    }
    if (known->facts.trust_root) note_content(world, *known, asked->repository);
  });
  if (!looked || !asked) return;
  std::string started_by;
  if (const auto record = parts_.log.record(order.position)) {
    const auto event = ledger::codec::decode(*record);
    const auto* requested = event ? get_if<domain::SourceCheckRequested>(&event->payload) : nullptr;
    if (requested != nullptr) asked->documents.download = requested->download;
    if (event) started_by = projections::text_of(event->actor);
  }
  if (asked->facts.trust_root) keep_fresh(source);
  const auto watch = std::make_shared<CheckWatch>(
      parts_.operations, parts_.clock,
      CheckWatch::Check{source, asked->documents.check, std::move(started_by)}, stop_.get_token());
  thread_of(source).post(
      [this, order, watch, checked = *std::move(asked)] { run(checked, order, *watch); });
}

ledger::Result<SourceChecks::Known> SourceChecks::known_of(const domain::SourceId& source) const {
  std::optional<Known> known;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto* found = world.sources.find(source);
    if (found == nullptr || !found->facts.trust_root) return;
    known.emplace();
    known->metadata_version = found->metadata_version;
    known->repository.source = source;
    known->repository.trust_root = *found->facts.trust_root;
    known->repository.download = domain::DownloadMode::check_and_download;
    note_content(world, *found, known->repository);
  });
  if (!looked) return ledger::fail(looked.error());
  if (known) return *std::move(known);
  return ledger::fail(ledger::ErrorKind::not_found, "source-unknown",
                      "There is no source named " + source.value + " with a root of trust.");
}

JobPool& SourceChecks::thread_of(const domain::SourceId& source) {
  const std::lock_guard lock(mutex_);
  auto& thread = threads_[source];
  if (!thread) thread = std::make_unique<JobPool>(1);
  return *thread;
}

void SourceChecks::keep_fresh(const domain::SourceId& source) {
  JobPool& thread = thread_of(source);
  if (!fresh_.insert(source).second) return;
  // Posts itself again, on the same thread: checks and this are never at the same time.
  const auto round = std::make_shared<std::function<void()>>();
  *round = [this, source, &thread, again = std::weak_ptr(round)] {
    look_through(std::nullopt);
    mend(source);
    freshen(source);
    if (const auto next = again.lock()) thread.post_after(freshness, [next] { (*next)(); });
  };
  thread.post_after(freshness, [round] { (*round)(); });
  // What the disk did while nobody looked is found now.
  thread.post([this, source] {
    look_through(std::nullopt);
    mend(source);
  });
}

void SourceChecks::look_through(const std::optional<Order>& order) const {
  const auto damaged = parts_.content.look_through(ledger::limits::content_read_through_bytes_max,
                                                   stop_.get_token());
  if (!damaged) return spdlog::warn("content was not read through: {}", damaged.error().detail);
  for (const auto& each : *damaged) {
    spdlog::error("content {} was damaged on this disk; it is not served until it came again",
                  hex(each));
  }
  for (const auto& [source, target] : parts_.mirrors.listing(*damaged)) {
    insist(parts_.writer,
           domain::ReportVerificationFailed{
               source,
               target,
               {},
               "manager",
               "It was damaged on the manager's disk; it is not served until it came again."},
           order, stop_.get_token());
  }
}

void SourceChecks::mend(const domain::SourceId& source) const {
  const auto mirror = parts_.mirrors.of(source);
  if (!mirror) return;
  const auto targets = (*mirror)->state().targets;
  const bool is_damaged = std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
    return parts_.content.is_damaged(target.digest);
  });
  bool may_check = false;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto* known = world.sources.find(source);
    may_check = known != nullptr && known->facts.enabled && !known->check;
  });
  if (!is_damaged || !looked || !may_check) return;
  insist(parts_.writer,
         domain::RequestSourceCheck{source, domain::DownloadMode::check_and_download}, std::nullopt,
         stop_.get_token());
}

void SourceChecks::freshen(const domain::SourceId& source) const {
  std::optional<domain::SourceConfigured> facts;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto* known = world.sources.find(source);
    if (known != nullptr && known->facts.enabled) facts = known->facts;
  });
  if (!looked || !facts || !facts->trust_root) return;
  const auto mirror = parts_.mirrors.of(source);
  if (!mirror || (*mirror)->pinned() != facts->trust_root) return;
  const auto transport = open(facts->url, facts->proxy, stop_.get_token());
  if (!transport) return;
  const auto done = updates::freshen(**mirror, **transport, parts_.clock.now());
  if (!done) spdlog::info("the copy of source {} grows old: {}", source.value, done.error().detail);
}

void SourceChecks::forget(const domain::SourceId& source) { parts_.mirrors.remove(source); }

void SourceChecks::run(const Asked& asked, const Order& order, CheckWatch& watch) const {
  if (asked.facts.trust_root) {
    run_repository(asked, order, watch);
  } else {
    watch.tell({});
    for (auto& command : updates::check_source(asked.documents, parts_.content, watch.stop())) {
      if (watch.stop().stop_requested()) break;
      report(std::move(command), order, watch);
    }
  }
  // What the service's end ended is taken up again at the next start.
  if (stop_.stop_requested()) return;
  if (auto cancelled = watch.cancellation()) report(*std::move(cancelled), order, watch);
}

void SourceChecks::report(domain::CommandPayload payload, const Order& order,
                          CheckWatch& watch) const {
  auto outcome = CheckWatch::outcome_of(payload);
  insist(parts_.writer, payload, order, stop_.get_token());
  if (outcome) watch.end(*std::move(outcome));
}

void SourceChecks::run_repository(const Asked& asked, const Order& order, CheckWatch& watch) const {
  const auto fail_check = [&](const ledger::Error& error) {
    report(domain::ReportSourceCheckFailed{asked.facts.source, asked.documents.check,
                                           domain::SourceFault::other, error.detail},
           order, watch);
  };
  const auto mirror = parts_.mirrors.of(asked.facts.source);
  if (!mirror) return fail_check(mirror.error());
  look_through(order);
  updates::RepositoryCheckRequest request = asked.repository;
  request.source = asked.facts.source;
  request.check = asked.documents.check;
  request.trust_root = *asked.facts.trust_root;
  request.download = asked.documents.download;
  request.urls = {asked.facts.url};
  if (!asked.facts.alternative_url.empty()) request.urls.push_back(asked.facts.alternative_url);
  const updates::RepositoryCheckParts parts{
      **mirror,
      parts_.content,
      [&](const std::string& url) { return open(url, asked.facts.proxy, watch.stop()); },
      [&](domain::CommandPayload payload) { report(std::move(payload), order, watch); },
      [this] { return parts_.clock.now(); },
      [&](unsigned failures) { return again(failures, watch); },
      watch.stop(),
      [&](const updates::CheckProgress& progress) { watch.tell(progress); }};
  updates::check_repository(request, parts);
}

ledger::Result<std::unique_ptr<updates::tuf::Transport>> SourceChecks::open(
    const std::string& url, const std::string& proxy, const std::stop_token& stop) const {
  auto opened = updates::tuf::SourceTransport::open(url, proxy);
  if (!opened) return ledger::fail(opened.error());
  (*opened)->stop_by(stop);
  if (!pace_) return std::unique_ptr<updates::tuf::Transport>(std::move(*opened));
  return std::unique_ptr<updates::tuf::Transport>(std::make_unique<updates::tuf::PacedTransport>(
      std::move(*opened), *pace_, [this] { return domain::Time{parts_.clock.steady().micros}; },
      [stop](domain::Duration duration) { wait(duration, stop); }));
}

// Twice as long each time, and never the same: many managers may miss one source.
bool SourceChecks::again(unsigned failures, CheckWatch& watch) const {
  if (failures >= attempts_max) return false;
  std::array<std::uint8_t, 1> chance{};
  parts_.entropy.fill(chance);
  const domain::Duration pause{first_pause.micros * (std::int64_t{1} << (failures - 1)) *
                               (128 + chance[0]) / 256};
  watch.tell_pause(failures, pause);
  wait(pause, watch.stop());
  return !watch.stop().stop_requested();
}

}  // namespace ledgerd

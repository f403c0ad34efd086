#include "updates/relay/relay.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"

namespace ledger::updates::relay {

using domain::SourceFault;
using domain::SyncReason;

namespace {

constexpr std::size_t plan_bytes_max = 4'000'000;
constexpr domain::Duration interval_without_manager = domain::minutes(1);

SyncReason reason_of(const PullFailure& failure, Upstream::Kind kind) {
  // Who passes on what others sign is no attacker for being older than this relay: another parent
  // may be newer, and so may the source be than the manager's copy of it.
  if (kind != Upstream::Kind::source && failure.code == "tuf-rollback") {
    return SyncReason::behind_parent;
  }
  switch (failure.cause) {
    case SourceFault::none:
      return SyncReason::none;
    case SourceFault::disk_full:
      return SyncReason::disk_full;
    case SourceFault::verification_failed:
    case SourceFault::metadata_expired:
      return SyncReason::verification_failed;
    case SourceFault::name_not_resolved:
    case SourceFault::connection_refused:
    case SourceFault::timed_out:
    case SourceFault::tls_failed:
    case SourceFault::http_status:
    case SourceFault::proxy_failed:
    case SourceFault::not_found:
    case SourceFault::other:
      return SyncReason::source_unreachable;
  }
  return SyncReason::source_unreachable;
}

std::string name_of(const Upstream& upstream) {
  return upstream.kind == Upstream::Kind::manager ? "the manager" : upstream.url;
}

PullFailure failure_of(const Error& error, SourceFault cause) {
  return {cause, error.reason, error.detail, {}, {}};
}

}  // namespace

// -- What is kept --------------------------------------------------------------------------------

Relay::Relay(std::filesystem::path directory, Parts parts)
    : directory_(std::move(directory)), parts_(std::move(parts)) {}

Result<std::unique_ptr<Relay>> Relay::open(std::filesystem::path directory, Parts parts) {
  std::unique_ptr<Relay> relay(new Relay(std::move(directory), std::move(parts)));
  if (const auto loaded = relay->load(); !loaded) return fail(loaded.error());
  return relay;
}

std::filesystem::path Relay::directory_of(const domain::SourceId& source) const {
  return directory_ / "repositories" / source.value;
}

Result<void> Relay::load() {
  const auto sequence = read_local_file(directory_ / "report-sequence", 64);
  if (sequence) {
    std::from_chars(sequence->data(), sequence->data() + sequence->size(), sequence_);
  } else if (sequence.error().kind != ErrorKind::not_found) {
    return fail(sequence.error());
  }
  const auto kept = read_local_file(directory_ / "plan.json", plan_bytes_max);
  if (!kept) {
    if (kept.error().kind != ErrorKind::not_found) return fail(kept.error());
  } else {
    auto plan = plan_from(*kept);
    if (!plan) return fail(plan.error());
    plan_ = std::move(*plan);
  }
  // Also what was fed to it before it had any orders.
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ / "repositories", none)) {
    const domain::SourceId source{entry.path().filename().string()};
    if (!domain::is_name(source.value)) continue;
    if (const auto mirror = mirror_of(source); !mirror) return fail(mirror.error());
  }
  return {};
}

Result<Mirror*> Relay::mirror_of(const domain::SourceId& source) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = mirrors_.find(source);
    if (found != mirrors_.end()) return found->second.get();
  }
  auto opened = Mirror::open(directory_of(source), parts_.content);
  if (!opened) return fail(opened.error());
  const std::lock_guard lock(mutex_);
  return mirrors_.emplace(source, std::move(*opened)).first->second.get();
}

namespace {

tl::unexpected<Error> source_unknown(const domain::SourceId& source) {
  return fail(ErrorKind::not_found, "source-unknown",
              "This relay distributes no source named " + source.value + ".");
}

}  // namespace

std::shared_ptr<Mirror> Relay::known_mirror(const domain::SourceId& source) const {
  const std::lock_guard lock(mutex_);
  const auto found = mirrors_.find(source);
  return found == mirrors_.end() ? nullptr : found->second;
}

Result<ServedFile> Relay::find(const domain::SourceId& source, const std::string& path,
                               Belief belief) const {
  const auto mirror = known_mirror(source);
  if (mirror == nullptr) return source_unknown(source);
  return mirror->find(path, belief);
}

// -- A round -------------------------------------------------------------------------------------

void Relay::note(Round& round, const Error& error) const {
  if (!round.manager) round.manager = error;
}

Round Relay::round(domain::Time now, const std::stop_token& stop) {
  ++rounds_;
  Round round;
  round.next = interval_without_manager;
  take_orders(round);
  look_through(round, stop);
  for (const auto& source : plan_.sources) {
    if (!plan_.is_relay || stop.stop_requested()) break;
    round.pulls.push_back(pull_source(source, now, stop));
  }
  if (stop.stop_requested()) return round;  // What was given up says nothing of anybody.
  forget_sources(now);
  round.pruned = prune(round, now);
  report(round, now);
  tell_damaged(round);
  answer_instructions(round);
  return round;
}

void Relay::take_orders(Round& round) {
  instructions_.clear();
  const auto orders = parts_.manager.orders();
  if (!orders) return note(round, orders.error());
  instructions_ = orders->instructions;
  Plan plan = plan_of(*orders, parts_.self);
  if (plan == plan_) return;
  // A plan that cannot be kept is followed all the same; it is asked for again after a restart.
  const auto kept = tuf::replace_file(directory_ / "plan.json", plan_text(plan));
  if (!kept) round.disk = kept.error();
  plan_ = std::move(plan);
}

PullOutcome Relay::pull_source(const PlannedSource& source, domain::Time now,
                               const std::stop_token& stop) {
  PullOutcome outcome{source.source, SyncReason::none, 0, {}, {}};
  const auto mirror = mirror_of(source.source);
  if (!mirror) {
    outcome.reason = SyncReason::disk_full;
    outcome.detail = mirror.error().detail;
    return outcome;
  }
  if (plan_.air_gapped) outcome.reason = SyncReason::air_gapped;
  for (const auto& upstream : upstreams_of(plan_, source, parts_.random, parts_.self, rounds_)) {
    const auto failure = pull_from(**mirror, source, upstream, now, stop);
    outcome.upstream = name_of(upstream);
    if (!failure) {
      outcome.reason = SyncReason::none;
      outcome.detail.clear();
      break;
    }
    const auto reason = reason_of(*failure, upstream.kind);
    if (is_worse(reason, outcome.reason)) {
      outcome.reason = reason;
      outcome.detail = failure->detail;
    }
    // No other upstream would help.
    if (failure->cause == SourceFault::disk_full || stop.stop_requested()) break;
  }
  if (const auto damaged = damaged_target(**mirror); !damaged.empty()) {
    outcome.reason = SyncReason::verification_failed;
    outcome.detail =
        damaged + " was damaged on the relay's disk and did not come again yet. " + outcome.detail;
  }
  outcome.snapshot_version = (*mirror)->state().snapshot_version;
  return outcome;
}

// Nothing: it went well.
std::optional<PullFailure> Relay::pull_from(Mirror& mirror, const PlannedSource& source,
                                            const Upstream& upstream, domain::Time now,
                                            const std::stop_token& stop) {
  auto transport = parts_.transport(upstream);
  if (!transport) return failure_of(transport.error(), SourceFault::other);
  if (mirror.pinned() != source.trust_root) {
    const auto root = fetch_pinned_root(**transport, source.trust_root);
    if (!root) {
      const bool foreign = root.error().reason == "root-unknown";
      return failure_of(root.error(),
                        foreign ? SourceFault::verification_failed : SourceFault::other);
    }
    const auto pinned = mirror.pin(*root);
    if (!pinned) return failure_of(pinned.error(), SourceFault::other);
  }
  PullOptions options;
  options.now = now;
  options.wanted = [this](const MirrorTarget& target) { return wants(plan_, target); };
  options.stop = stop;
  const auto pulled = mirror.pull(**transport, options);
  const std::string prefix = name_of(upstream) + " " + source.source.value + " ";
  if (pulled) {
    std::erase_if(told_, [&](const std::string& each) { return each.starts_with(prefix); });
    return std::nullopt;
  }
  const auto& failure = pulled.error();
  const bool lied = failure.cause == SourceFault::verification_failed &&
                    reason_of(failure, upstream.kind) == SyncReason::verification_failed;
  if (lied && told_.insert(prefix + failure.code + failure.role + failure.target).second) {
    tell_not_authentic(upstream, failure);
  }
  return failure;
}

void Relay::tell_not_authentic(const Upstream& upstream, const PullFailure& failure) {
  const auto told =
      parts_.manager.not_authentic(upstream.source, failure.target, failure.role,
                                   failure.detail + " It came from " + name_of(upstream) + ".");
  // Told again at the next round.
  if (!told) {
    told_.erase(name_of(upstream) + " " + upstream.source.value + " " + failure.code +
                failure.role + failure.target);
  }
}

// -- Bundles -------------------------------------------------------------------------------------

Result<BundleTaken> Relay::import(const std::filesystem::path& bundle,
                                  const domain::SourceId& source,
                                  const std::optional<domain::Digest>& trust, domain::Time now) {
  auto opened = Bundle::open(bundle);
  if (!opened) return fail(opened.error());
  const auto planned =
      std::find_if(plan_.sources.begin(), plan_.sources.end(),
                   [&](const PlannedSource& each) { return each.source == source; });
  const bool is_planned = planned != plan_.sources.end();
  const bool is_known = is_planned || trust || known_mirror(source) != nullptr;
  if (!domain::is_name(source.value) || !is_known) {
    return fail(ErrorKind::not_found, "source-unknown",
                "This relay distributes no source named " + source.value +
                    ": say by the SHA-256 of its root whom to trust for it.");
  }
  const auto mirror = mirror_of(source);
  if (!mirror) return fail(mirror.error());
  BundleImport import;
  import.now = now;
  import.trust_root = is_planned ? std::optional(planned->trust_root) : trust;
  if (plan_.is_relay) {
    import.wanted = [this](const MirrorTarget& target) { return wants(plan_, target);
  };
}
return import_bundle(**mirror, parts_.content, *opened, import);
}  // namespace ledger::updates::relay

Result<BundleMade> Relay::create_bundle(const std::filesystem::path& out,
                                        const domain::SourceId& source,
                                        const std::filesystem::path& since) const {
  const auto mirror = known_mirror(source);
  if (mirror == nullptr) return source_unknown(source);
  return updates::create_bundle(*mirror, out, {source, since, {}});
}

// -- Forgetting ----------------------------------------------------------------------------------

void Relay::forget_sources(domain::Time now) {
  std::vector<domain::SourceId> served;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [source, mirror] : mirrors_) served.push_back(source);
  }
  for (const auto& source : served) {
    const bool planned =
        std::any_of(plan_.sources.begin(), plan_.sources.end(),
                    [&](const PlannedSource& each) { return each.source == source; });
    // Before it has orders, a relay keeps what it was fed.
    if (planned || !plan_.is_relay) {
      unplanned_since_.erase(source);
      continue;
    }
    const auto since = unplanned_since_.emplace(source, now).first->second;
    if (now - since < unplanned_kept) continue;
    {
      const std::lock_guard lock(mutex_);
      mirrors_.erase(source);
    }
    unplanned_since_.erase(source);
    std::error_code none;  // What stays is found at the next start, and forgotten again.
    std::filesystem::remove_all(directory_of(source), none);
  }
}

std::uint64_t Relay::prune(const Round& round, domain::Time now) {
  // What came before a pull failed is of metadata that is not listed yet: the next pull needs it.
  for (const auto& pull : round.pulls) {
    const bool is_half = pull.reason == SyncReason::source_unreachable ||
                         pull.reason == SyncReason::verification_failed;
    if (is_half) return 0;
  }
  std::set<domain::Digest> listed;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [source, mirror] : mirrors_) {
      for (const auto& target : mirror->state().targets) listed.insert(target.digest);
    }
  }
  const auto stored = parts_.content.list();
  if (!stored) return 0;
  std::uint64_t pruned = 0;
  std::map<domain::Digest, domain::Time> unlisted;
  for (const auto& digest : *stored) {
    if (listed.contains(digest)) continue;
    const auto known = unlisted_since_.find(digest);
    const domain::Time since = known == unlisted_since_.end() ? now : known->second;
    if (now - since >= unlisted_kept && parts_.content.remove(digest)) {
      ++pruned;
    } else {
      unlisted.emplace(digest, since);
    }
  }
  unlisted_since_ = std::move(unlisted);
  return pruned;
}

}  // namespace ledger::updates::relay

// What events change about sources.
#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

// What was asked for meanwhile is still to come.
void end_check(Source& source, const OperationId& check) {
  if (source.check != check) return;
  source.check.reset();
  source.check_requested_at.reset();
}

}  // namespace

void evolve(World& world, const Event&, const SourceConfigured& configured) {
  auto& source = world.sources.sources[configured.source];
  if (source.facts.trust_root != configured.trust_root) source.root_version = 0;
  source.facts = configured;
}

void evolve(World& world, const Event&, const SourceRemoved& removed) {
  world.sources.sources.erase(removed.source);
}

void evolve(World& world, const Event& event, const SourceCheckRequested& requested) {
  auto& source = world.sources.sources[requested.source];
  source.check = requested.check;
  source.check_requested_at = event.position;
  ++world.sources.checks;
}

void evolve(World& world, const Event& event, const SourceChecked& checked) {
  auto& source = world.sources.sources[checked.source];
  end_check(source, checked.check);
  source.last_success = event.recorded_at;
  if (source.metadata_version < checked.metadata_version) {
    source.metadata_version = checked.metadata_version;
    source.metadata_since = since_of(event);
  }
  source.metadata_digest = checked.metadata_digest;
  source.metadata_expires_at = checked.expires_at;
  source.warned_days = 0;
  source.warned_role.clear();
  source.warned_expiry.reset();
  source.expired = false;
  source.verification_failed_at.reset();
  world.sources.last_check = event.recorded_at;
  if (!checked.rule_updates.empty() || checked.patterns > 0) {
    world.sources.last_download = event.recorded_at;
  }
}

void evolve(World& world, const Event& event, const SourceCheckFailed& failed) {
  auto& source = world.sources.sources[failed.source];
  end_check(source, failed.check);
  world.sources.last_check = event.recorded_at;
}

void evolve(World& world, const Event& event, const SourceUnreachable& unreachable) {
  auto& source = world.sources.sources[unreachable.source];
  source.unreachable_since = event.recorded_at;
  source.unreachable_detail = unreachable.detail;
}

void evolve(World& world, const Event&, const SourceReachable& reachable) {
  world.sources.sources[reachable.source].unreachable_since.reset();
}

void evolve(World& world, const Event&, const MetadataExpiring& expiring) {
  auto& source = world.sources.sources[expiring.source];
  if (source.facts.trust_root) {
    if (source.warned_expiry && *source.warned_expiry <= expiring.expires_at) return;
    source.warned_role = expiring.role;
    source.warned_expiry = expiring.expires_at;
  }
  source.warned_days = expiring.days_left;
}

void evolve(World& world, const Event&, const MetadataExpired& expired) {
  auto& source = world.sources.sources[expired.source];
  source.expired = true;
  source.metadata_expires_at = expired.expires_at;
}

void evolve(World& world, const Event& event, const ContentVerificationFailed& failed) {
  auto& source = world.sources.sources[failed.source];
  if (!source.verification_failed_at) source.verification_failed_at = event.recorded_at;
  source.verification_failure = failed.target + ": " + failed.detail;
}

void evolve(World& world, const Event&, const TrustRootAdvanced& advanced) {
  world.sources.sources[advanced.source].root_version = advanced.version;
}

void evolve(World& world, const Event& event, const EquivocationDetected& detected) {
  auto& source = world.sources.sources[detected.source];
  source.equivocation_at = event.recorded_at;
  source.equivocation = detected.observer + " saw version " + std::to_string(detected.version) +
                        " of its " + detected.role + " as " + hex(detected.second) +
                        ", which was seen before as " + hex(detected.first) + ".";
}

void evolve(World&, const Event&, const DownloadStarted&) {}

void evolve(World& world, const Event& event, const DownloadFinished&) {
  world.sources.last_download = event.recorded_at;
}

void evolve(World&, const Event&, const DownloadFailed&) {}
void evolve(World&, const Event&, const BundleCreated&) {}
void evolve(World&, const Event&, const BundleImported&) {}
void evolve(World&, const Event&, const BundleRefused&) {}

}  // namespace ledger::domain

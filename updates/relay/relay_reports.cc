// What the manager hears of a relay: reports, and answers to instructions.
#include <utility>

#include "updates/relay/distributed.h"
#include "updates/relay/relay.h"
#include "updates/tuf/metadata_directory.h"

namespace ledger::updates::relay {

using domain::SyncReason;

namespace {

int weight_of(SyncReason reason) {
  switch (reason) {
    case SyncReason::verification_failed:
      return 4;
    case SyncReason::disk_full:
      return 3;
    case SyncReason::source_unreachable:
      return 2;
    case SyncReason::air_gapped:
    case SyncReason::unreachable:
    case SyncReason::behind_parent:
    case SyncReason::never_reported:
      return 1;
    case SyncReason::none:
      return 0;
  }
  return 0;
}

struct InstructionAnswer {
  domain::UpdateFault fault{};
  std::string detail;
};

domain::UpdateFault fault_of(SyncReason reason) {
  if (reason == SyncReason::none) return domain::UpdateFault::none;
  if (reason == SyncReason::verification_failed) return domain::UpdateFault::verification_failed;
  if (reason == SyncReason::disk_full) return domain::UpdateFault::disk_full;
  return domain::UpdateFault::source_unreachable;
}

// A relay installs nothing, so it has no policy to take and nothing to roll back.
InstructionAnswer answer_to(domain::InstructionAction action, const InstructionAnswer& of_pulls) {
  switch (action) {
    case domain::InstructionAction::download_update:
      return of_pulls;
    case domain::InstructionAction::roll_back_patterns:
      return {domain::UpdateFault::other, "A relay has no patterns in effect."};
    case domain::InstructionAction::send_policy:
      return {};
  }
  return {};
}

}  // namespace

bool is_worse(SyncReason a, SyncReason b) { return weight_of(a) > weight_of(b); }

machine::RelayReport Relay::what_is_served(const Round& round) const {
  machine::RelayReport report;
  Distribution distribution;
  const std::lock_guard lock(mutex_);
  for (const auto& source : plan_.sources) {
    const auto found = mirrors_.find(source.source);
    if (found == mirrors_.end()) continue;
    const MirrorState state = found->second->state();
    if (state.snapshot_version == 0) continue;
    if (state.snapshot_version > report.metadata_version) {
      report.metadata_version = state.snapshot_version;
      report.metadata_digest = state.snapshot_digest;
    }
    for (const auto& target : state.targets) {
      if (wants(plan_, target)) distribution.add(target);
    }
  }
  Distributed newest = distribution.newest();
  report.components = std::move(newest.components);
  report.rule_update = newest.rule_update;
  for (const auto& pull : round.pulls) {
    if (is_worse(pull.reason, report.reason)) report.reason = pull.reason;
  }
  report.free_bytes = parts_.free_bytes();
  return report;
}

void Relay::report(Round& round, domain::Time now) {
  if (round.manager) return;  // Nobody is there to hear it.
  if (plan_.is_relay) {
    const auto told = parts_.manager.relay_report(what_is_served(round));
    if (!told) return note(round, told.error());
  }
  machine::Report heartbeat;
  heartbeat.sequence = ++sequence_;
  heartbeat.occurred_at = now;
  // Kept first: a number that was used must not come again after a crash.
  const auto kept = tuf::replace_file(directory_ / "report-sequence", std::to_string(sequence_));
  if (!kept) {
    round.disk = kept.error();
    return;
  }
  const auto next = parts_.manager.report(heartbeat);
  if (!next) return note(round, next.error());
  round.next = *next;
}

void Relay::answer_instructions(Round& round) {
  if (round.manager) return;
  SyncReason worst = SyncReason::none;
  std::string why;
  for (const auto& pull : round.pulls) {
    if (pull.reason == SyncReason::air_gapped || !is_worse(pull.reason, worst)) continue;
    worst = pull.reason;
    why = pull.detail;
  }
  const auto cause = fault_of(worst);
  for (const auto& each : instructions_) {
    const auto taken = parts_.manager.take(each.instruction);
    if (!taken) return note(round, taken.error());
    const auto [fault, detail] = answer_to(each.action, {cause, why});
    const auto done = parts_.manager.finish(each.instruction, fault, detail);
    if (!done) return note(round, done.error());
  }
}

}  // namespace ledger::updates::relay

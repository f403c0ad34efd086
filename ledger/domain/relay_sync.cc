// Whether a relay serves what it should, and if not, why and since when.
#include <optional>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

// Gathers what a relay lacks: it has been behind since the first of that came.
class Lacking {
 public:
  void add(const Since& since) {
    if (!first_ || since.position < first_->position) first_ = since;
  }
  const std::optional<Since>& first() const { return first_; }

 private:
  std::optional<Since> first_;
};

void compare_metadata(const World& world, const RelayReported& report, Lacking& lacking) {
  const std::uint64_t latest = world.sources.latest_metadata_version();
  if (report.metadata_version >= latest) return;
  for (const auto& [id, source] : world.sources.sources) {
    if (source.facts.enabled && source.metadata_version == latest) {
      lacking.add(source.metadata_since);
    }
  }
}

// A relay may serve one platform only, so a component counts as current if it has the current
// version for any platform.
void compare_components(const World& world, const RelayReported& report, Lacking& lacking) {
  const auto& served = report.components;
  for (std::size_t i = 0; i < served.size();) {
    const ComponentName& component = served[i].component;
    std::optional<Since> current_since;
    bool has_current = false;
    std::size_t end = i;
    while (end < served.size() && served[end].component == component) ++end;
    for (auto at = world.patterns.patterns.lower_bound({component, Platform{}});
         at != world.patterns.patterns.end() && at->first.first == component; ++at) {
      const PatternVersion& current = at->second.current();
      for (std::size_t j = i; j < end; ++j) has_current |= served[j].version == current.version;
      if (!current_since || current.since.position < current_since->position) {
        current_since = current.since;
      }
    }
    if (current_since && !has_current) lacking.add(*current_since);
    i = end;
  }
}

void compare_rule_update(const World& world, const RelayReported& report, Lacking& lacking) {
  const auto newest = world.rule_updates.newest();
  if (!newest || !report.rule_update || *report.rule_update >= *newest) return;
  const RuleUpdate& update = *world.rule_updates.find(*newest);
  lacking.add({update.available_since, update.imported_at});
}

}  // namespace

SyncState sync_of(const World& world, const Relay& relay) {
  if (relay.unavailable_since) return {false, SyncReason::unreachable, *relay.unavailable_since};
  if (!relay.report) return {false, SyncReason::never_reported, relay.registered};
  const RelayReported& report = *relay.report;
  Lacking lacking;
  compare_metadata(world, report, lacking);
  compare_components(world, report, lacking);
  compare_rule_update(world, report, lacking);
  if (!lacking.first()) return {true, SyncReason::none, *relay.reported};
  const Since since = later(*lacking.first(), relay.registered);
  if (report.reason != SyncReason::none) return {false, report.reason, since};
  const auto group = world.relays.groups.find(relay.relay_group);
  const bool air_gapped = group != world.relays.groups.end() && group->second.air_gapped;
  return {false, air_gapped ? SyncReason::air_gapped : SyncReason::behind_parent, since};
}

}  // namespace ledger::domain

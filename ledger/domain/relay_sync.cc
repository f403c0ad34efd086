// Whether a relay serves what it should, and if not, why and since when.
#include <algorithm>
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

// A relay may serve one platform only, so a component counts as current if it has the current
// version for any platform.
void compare_components(const SyncExpectations& expected,
                        const std::vector<ComponentVersion>& served, Lacking& lacking) {
  const auto& patterns = expected.patterns;
  const auto before = [](const ExpectedPattern& pattern, const ComponentName& component) {
    return pattern.component < component;
  };
  for (std::size_t i = 0; i < served.size();) {
    const ComponentName& component = served[i].component;
    std::optional<Since> current_since;
    bool has_current = false;
    std::size_t end = i;
    while (end < served.size() && served[end].component == component) ++end;
    for (auto at = std::lower_bound(patterns.begin(), patterns.end(), component, before);
         at != patterns.end() && at->component == component; ++at) {
      for (std::size_t j = i; j < end; ++j) has_current |= served[j].version == at->version;
      if (!current_since || current_since->position < at->since.position) current_since = at->since;
    }
    if (current_since && !has_current) lacking.add(*current_since);
    i = end;
  }
}

}  // namespace

SyncExpectations sync_expectations(const World& world) {
  SyncExpectations expected;
  expected.metadata_version = world.sources.latest_metadata_version();
  for (const auto& [id, source] : world.sources.sources) {
    if (!source.facts.enabled || source.metadata_version != expected.metadata_version) continue;
    expected.note_metadata(source.metadata_since);
  }
  for (const auto& [key, pattern] : world.patterns.patterns) {
    const PatternVersion& current = pattern.current();
    expected.patterns.push_back({key.first, key.second, current.version, current.since, {}});
  }
  expected.rule_update = world.rule_updates.newest();
  if (expected.rule_update) {
    const RuleUpdate& update = *world.rule_updates.find(*expected.rule_update);
    expected.rule_update_since = {update.available_since, update.imported_at};
  }
  return expected;
}

void SyncExpectations::note_metadata(const Since& since) {
  if (!metadata_since || since.position < metadata_since->position) metadata_since = since;
}

SyncState sync_of(const SyncExpectations& expected, const RelayFacts& relay) {
  if (relay.unavailable) return {false, SyncReason::unreachable, *relay.unavailable};
  if (!relay.reported) return {false, SyncReason::never_reported, relay.registered};
  // It had what this ledger has yet to hear of from another place.
  if (relay.metadata_version > expected.metadata_version) {
    return {true, SyncReason::none, *relay.reported};
  }
  Lacking lacking;
  if (relay.metadata_version < expected.metadata_version && expected.metadata_since) {
    lacking.add(*expected.metadata_since);
  }
  compare_components(expected, *relay.components, lacking);
  if (expected.rule_update && relay.rule_update && *relay.rule_update < *expected.rule_update) {
    lacking.add(expected.rule_update_since);
  }
  if (!lacking.first()) return {true, SyncReason::none, *relay.reported};
  const Since since = later(*lacking.first(), relay.registered);
  if (relay.reason != SyncReason::none) return {false, relay.reason, since};
  return {false, relay.air_gapped ? SyncReason::air_gapped : SyncReason::behind_parent, since};
}

SyncState sync_of(const World& world, const SyncExpectations& expected, const Relay& relay) {
  static const std::vector<ComponentVersion> nothing;
  RelayFacts facts;
  facts.registered = relay.registered;
  facts.reported = relay.reported;
  facts.unavailable = relay.unavailable_since;
  facts.components = &nothing;
  if (relay.report) {
    facts.metadata_version = relay.report->metadata_version;
    facts.components = &relay.report->components;
    facts.rule_update = relay.report->rule_update;
    facts.reason = relay.report->reason;
  }
  const auto group = world.relays.groups.find(relay.relay_group);
  facts.air_gapped = group != world.relays.groups.end() && group->second.air_gapped;
  return sync_of(expected, facts);
}

}  // namespace ledger::domain

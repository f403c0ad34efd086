#include "api/machine_ways.h"

#include <utility>

#include "api/query.h"
#include "ledger/codec/codec.h"
#include "projections/patterns.h"
#include "projections/policies.h"
#include "projections/relays.h"
#include "projections/settings_list.h"
#include "projections/sources.h"

namespace api {

using domain::SettingName;
using ledger::Result;
using projections::Snapshot;
using projections::View;
namespace wire = ledger::updates::machine::wire;

namespace {

domain::Duration duration_of(const std::string& value) {
  const auto duration = domain::duration_from_iso8601(value);
  CHECK(duration.has_value(), "settings hold values of their kind");
  return *duration;
}

std::uint64_t count_of(const std::string& value) {
  const auto count = number_from(value);
  CHECK(count.has_value(), "settings hold values of their kind");
  return *count;
}

// What policies have of their own also counts for the policies below them that have nothing else.
Result<std::map<domain::PolicyId, domain::Duration>> intervals_of(
    const Snapshot& snapshot, const projections::SettingItem& interval) {
  std::map<domain::PolicyId, domain::Duration> intervals;
  if (interval.policies.empty()) return intervals;
  const auto rows =
      snapshot.rows<projections::PolicyRow>(View::policies, "", "", projections::every);
  if (!rows) return ledger::fail(rows.error());
  std::map<domain::PolicyId, const projections::PolicyRow*> policies;
  for (const auto& [key, row] : *rows) policies.emplace(row.policy, &row);
  for (const auto& own : interval.policies) intervals[own.policy] = duration_of(own.value);
  const auto own = intervals;
  for (const auto& [policy, row] : policies) {
    for (const auto* at = row; at != nullptr;) {
      const auto found = own.find(at->policy);
      if (found != own.end()) intervals[policy] = found->second;
      const auto parent = at->parent ? policies.find(*at->parent) : policies.end();
      at = found == own.end() && parent != policies.end() ? parent->second : nullptr;
    }
  }
  return intervals;
}

Result<void> read_settings(const Snapshot& snapshot, MachineWays& ways) {
  const auto settings = projections::list_settings(snapshot);
  if (!settings) return ledger::fail(settings.error());
  const auto setting = [&](SettingName name) -> const projections::SettingItem& {
    return (*settings)[static_cast<std::size_t>(name)];
  };
  const auto is_on = [&](SettingName name) { return setting(name).value == "true"; };
  ways.direct_when_no_relay = is_on(SettingName::agents_direct_when_relays_unavailable);
  ways.download_without_manager = is_on(SettingName::agents_direct_when_manager_unavailable);
  ways.all_platforms = is_on(SettingName::relays_download_all_regions);
  const auto& interval = setting(SettingName::heartbeat_interval);
  ways.heartbeat_interval = duration_of(interval.value);
  auto intervals = intervals_of(snapshot, interval);
  if (!intervals) return ledger::fail(intervals.error());
  ways.intervals = std::move(*intervals);
  ways.heartbeats_missed = count_of(setting(SettingName::heartbeats_missed_until_silent).value);
  ways.primary_source = setting(SettingName::primary_source).value;
  return {};
}

Result<void> read_sources(const Snapshot& snapshot, MachineWays& ways) {
  auto rows = snapshot.rows<projections::SourceRow>(View::sources, "", "", projections::every);
  if (!rows) return ledger::fail(rows.error());
  for (auto& [key, row] : *rows) {
    if (!row.enabled || !row.trust_root) continue;
    ways.sources.push_back({row.source,
                            domain::asked_url(row.source, row.url, ways.primary_source),
                            std::move(row.alternative_url), std::move(row.proxy), *row.trust_root});
  }
  return {};
}

Result<void> read_relays(const Snapshot& snapshot, MachineWays& ways) {
  auto relays = snapshot.rows<projections::RelayRow>(View::relays, "", "", projections::every);
  if (!relays) return ledger::fail(relays.error());
  for (auto& [key, row] : *relays) {
    ways.serves.emplace(row.relay, row.relay_group);
    if (row.url.empty()) continue;  // Nobody can reach it.
    ways.relays[row.relay_group].push_back({std::move(row.relay), std::move(row.url)});
  }
  auto groups =
      snapshot.rows<projections::RelayGroupRow>(View::relay_groups, "", "", projections::every);
  if (!groups) return ledger::fail(groups.error());
  for (auto& [key, row] : *groups) {
    ways.groups[row.relay_group] = {std::move(row.parent), row.air_gapped};
  }
  return {};
}

// Which source a version came from stands in the event that released it.
Result<std::optional<domain::SourceId>> source_of(const ledger::store::EventLog& log,
                                                  domain::Position released) {
  const auto cursor = log.read(released, domain::Position{released.value + 1});
  const auto entry = cursor->next();
  if (!entry) return ledger::fail(entry.error());
  if (!*entry) return std::optional<domain::SourceId>();
  const auto event = ledger::codec::decode((*entry)->bytes);
  if (!event) return ledger::fail(event.error());
  const auto* release = domain::get_if<domain::PatternReleased>(&event->payload);
  return release == nullptr ? std::nullopt : release->source;
}

std::string pattern_key(const domain::ComponentName& component, const domain::Platform& platform,
                        const std::string& version) {
  return component.value + '/' + platform.value + '/' + version;
}

Result<void> read_patterns(const Snapshot& snapshot, const ledger::store::EventLog& log,
                           MachineWays& ways) {
  const auto rows =
      snapshot.rows<projections::PatternRow>(View::patterns, "", "", projections::every);
  if (!rows) return ledger::fail(rows.error());
  for (const auto& [key, row] : *rows) {
    for (const auto& version : row.versions) {
      // Only the current one is ever expected of a computer.
      if (version.retired || version.version != row.version) continue;
      auto source = source_of(log, version.position);
      if (!source) return ledger::fail(source.error());
      ways.patterns[pattern_key(row.component, row.platform, version.version)] = {
          version.digest, version.bytes, std::move(*source)};
    }
  }
  return {};
}

}  // namespace

Result<MachineWays> MachineWays::read(const Snapshot& snapshot,
                                      const ledger::store::EventLog& log) {
  MachineWays ways;
  auto done = read_settings(snapshot, ways);
  if (done) done = read_sources(snapshot, ways);
  if (done) done = read_relays(snapshot, ways);
  if (done) done = read_patterns(snapshot, log, ways);
  if (!done) return ledger::fail(done.error());
  return ways;
}

std::vector<wire::Relay> MachineWays::relays_of(const domain::RelayGroupId& group,
                                                const domain::ComputerId& asker) const {
  std::vector<wire::Relay> found;
  const auto of_group = relays.find(group);
  if (of_group == relays.end()) return found;
  for (const auto& relay : of_group->second) {
    if (relay.relay != asker) found.push_back(relay);
  }
  return found;
}

const MachineWays::PatternFile* MachineWays::find(const domain::ComponentName& component,
                                                  const domain::Platform& platform,
                                                  const std::string& version) const {
  for (const auto& of : {platform, domain::Platform{"all"}}) {
    const auto found = patterns.find(pattern_key(component, of, version));
    if (found != patterns.end()) return &found->second;
  }
  return nullptr;
}

Result<std::shared_ptr<const MachineWays>> MachineWaysBook::newest() {
  const auto size = services_.views.size();
  CHECK(size.value > 0, "who asks was let in by an event");
  const domain::Position at{size.value - 1};
  const auto changed = services_.views.last_change(MachineWays::views, at);
  const std::lock_guard lock(mutex_);
  if (kept_ != nullptr && changed_ == changed) return kept_;
  auto made = MachineWays::read(*services_.views.as_of(at), services_.log);
  if (!made) return ledger::fail(made.error());
  kept_ = std::make_shared<const MachineWays>(std::move(*made));
  changed_ = changed;
  return kept_;
}

}  // namespace api

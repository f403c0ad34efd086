#include "ledger/domain/relays.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_relay(const ComputerId& id) { return stream_of("relay", id); }
std::string stream_of_group(const RelayGroupId& id) { return stream_of("relay-group", id); }

bool is_low(std::uint64_t free_bytes) { return free_bytes < limits::relay_free_bytes_low; }

Result<const Relay*> existing(const World& world, const ComputerId& id) {
  const Relay* relay = world.relays.find(id);
  if (relay == nullptr) {
    return unknown("relay-unknown", "Computer " + id.value + " is not a relay.");
  }
  return relay;
}

Result<void> check_existing(const World& world, const RelayGroupId& group) {
  if (!world.relays.groups.contains(group)) {
    return unknown("relay-group-unknown", "There is no relay group named " + group.value + ".");
  }
  return {};
}

Result<void> check_group(const World& world, const RelayGroupId& group,
                         const std::optional<RelayGroupId>& parent,
                         const std::string& description) {
  if (description.size() > limits::detail_bytes_max) {
    return invalid(
        "description-too-long",
        "A description has at most " + std::to_string(limits::detail_bytes_max) + " bytes.");
  }
  if (!parent) return {};
  if (const auto found = check_existing(world, *parent); !found) return fail(found.error());
  if (world.relays.is_within(*parent, group)) {
    return refuse("relay-group-cycle", "Relay group " + parent->value + " pulls from " +
                                           group.value + ", so it cannot be its parent.");
  }
  return {};
}

Result<std::vector<ComponentVersion>> checked_served(std::vector<ComponentVersion> said) {
  std::sort(said.begin(), said.end());
  said.erase(std::unique(said.begin(), said.end()), said.end());
  if (said.size() > limits::relay_components_max) {
    return invalid("too-many-components", "A relay reports at most " +
                                              std::to_string(limits::relay_components_max) +
                                              " versions of components.");
  }
  for (const auto& each : said) {
    if (!is_name(each.component.value) || each.version.empty() ||
        each.version.size() > limits::version_bytes_max) {
      return invalid("component-invalid",
                     "A component has a name of a-z, 0-9, '.', '_' and '-', and a version.");
    }
  }
  return said;
}

// Whether a report tells anything new; of the free space only whether it is low.
bool is_news(const Relay& relay, const RelayReported& now) {
  if (!relay.report) return true;
  RelayReported known = *relay.report;
  if (is_low(known.free_bytes) == is_low(now.free_bytes)) known.free_bytes = now.free_bytes;
  return known != now;
}

}  // namespace

// -- Questions ---------------------------------------------------------------------------------

const RelayGroupId& default_relay_group() {
  static const RelayGroupId name{"default"};
  return name;
}

const Relay* Relays::find(const ComputerId& id) const {
  const auto found = relays.find(id);
  return found == relays.end() ? nullptr : &found->second;
}

bool Relays::is_within(const RelayGroupId& id, const RelayGroupId& ancestor) const {
  const RelayGroupId* at = &id;
  while (*at != ancestor) {
    const auto found = groups.find(*at);
    if (found == groups.end() || !found->second.parent) return false;
    at = &*found->second.parent;
  }
  return true;
}

// -- Decisions ---------------------------------------------------------------------------------

Decision decide(const World& world, const Command&, const CreateRelayGroup& create, const Moment&) {
  if (!is_name(create.relay_group.value)) {
    return invalid("relay-group-name-invalid",
                   "A relay group's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins "
                   "with a letter or digit.");
  }
  if (world.relays.groups.contains(create.relay_group)) {
    return fail(ErrorKind::conflict, "relay-group-exists",
                "There is a relay group named " + create.relay_group.value + " already.");
  }
  if (world.relays.groups.size() >= limits::relay_groups_max) {
    return refuse("too-many-relay-groups", "There can be " +
                                               std::to_string(limits::relay_groups_max) +
                                               " relay groups; delete one first.");
  }
  const auto checked = check_group(world, create.relay_group, create.parent, create.description);
  if (!checked) return fail(checked.error());
  return one_event(
      stream_of_group(create.relay_group),
      RelayGroupCreated{create.relay_group, create.parent, create.air_gapped, create.description});
}

Decision decide(const World& world, const Command&, const ChangeRelayGroup& change, const Moment&) {
  if (const auto found = check_existing(world, change.relay_group); !found) {
    return fail(found.error());
  }
  const auto checked = check_group(world, change.relay_group, change.parent, change.description);
  if (!checked) return fail(checked.error());
  const RelayGroup& known = world.relays.groups.at(change.relay_group);
  if (known.parent == change.parent && known.air_gapped == change.air_gapped &&
      known.description == change.description) {
    return no_events();
  }
  return one_event(
      stream_of_group(change.relay_group),
      RelayGroupChanged{change.relay_group, change.parent, change.air_gapped, change.description});
}

Decision decide(const World& world, const Command&, const DeleteRelayGroup& del, const Moment&) {
  const RelayGroupId& group = del.relay_group;
  if (const auto found = check_existing(world, group); !found) return fail(found.error());
  if (group == default_relay_group()) {
    return refuse("relay-group-default", "The default relay group stays: new relays join it.");
  }
  for (const auto& [id, facts] : world.relays.groups) {
    if (facts.parent == group) {
      return refuse("relay-group-has-subgroups", "Relay group " + id.value + " pulls from " +
                                                     group.value +
                                                     "; give it another parent first.");
    }
  }
  for (const auto& [id, relay] : world.relays.relays) {
    if (relay.relay_group == group) {
      return refuse("relay-group-has-relays", "Relay " + id.value + " is in relay group " +
                                                  group.value + "; register it in another first.");
    }
  }
  const auto users = count_computers(
      world.computers, [&](const BucketFacts& facts) { return facts.relay_group == group; });
  if (users > 0) {
    return refuse("relay-group-in-use", std::to_string(users) + " computers use relay group " +
                                            group.value + "; assign them another one first.");
  }
  return one_event(stream_of_group(group), RelayGroupDeleted{group});
}

Result<NewEvent> joining_relay(const World& world, const ComputerId& computer,
                               const RelayGroupId& group, const std::string& url) {
  if (const auto found = check_existing(world, group); !found) return fail(found.error());
  if (url.size() > limits::url_bytes_max) {
    return invalid("url-too-long", "A relay's URL has at most " +
                                       std::to_string(limits::url_bytes_max) + " bytes.");
  }
  if (world.relays.find(computer) == nullptr && world.relays.relays.size() >= limits::relays_max) {
    return refuse("too-many-relays", "There can be " + std::to_string(limits::relays_max) +
                                         " relays; remove one first.");
  }
  return NewEvent{stream_of_relay(computer), RelayRegistered{computer, group, url}, std::nullopt};
}

Decision decide(const World& world, const Command&, const RegisterRelay& wanted, const Moment&) {
  if (const auto index = live_computer(world, wanted.relay); !index) return fail(index.error());
  const RelayGroupId group = wanted.relay_group.value_or(default_relay_group());
  auto joined = joining_relay(world, wanted.relay, group, wanted.url);
  if (!joined) return fail(joined.error());
  const Relay* known = world.relays.find(wanted.relay);
  if (known != nullptr && known->relay_group == group && known->url == wanted.url) {
    return no_events();
  }
  std::vector<NewEvent> events;
  events.push_back(std::move(*joined));
  return events;
}

Decision decide(const World& world, const Command&, const RemoveRelay& remove, const Moment&) {
  if (const auto relay = existing(world, remove.relay); !relay) return fail(relay.error());
  return one_event(stream_of_relay(remove.relay), RelayRemoved{remove.relay});
}

Decision decide(const World& world, const Command&, const ReportRelay& report,
                const Moment& moment) {
  const auto relay = existing(world, report.relay);
  if (!relay) return fail(relay.error());
  auto components = checked_served(report.components);
  if (!components) return fail(components.error());
  std::vector<NewEvent> events;
  const auto add = [&](Payload payload) {
    events.push_back(
        NewEvent{stream_of_relay(report.relay), std::move(payload), std::nullopt, Outcome::done});
  };
  if ((*relay)->unavailable_since) add(RelayAvailable{report.relay});
  RelayReported reported{report.relay,     report.metadata_version, report.metadata_digest,
                         report.reason,    std::move(*components),  report.rule_update,
                         report.free_bytes};
  if (is_news(**relay, reported)) {
    add(std::move(reported));
    const bool ahead = report.metadata_version > world.sources.latest_metadata_version();
    if (ahead) look_for_news(world, moment.now, events);
    compare_views(world, report, events);
  }
  return events;
}

Decision decide(const World& world, const Command&, const ReportRelayUnavailable& report,
                const Moment&) {
  const auto relay = existing(world, report.relay);
  if (!relay) return fail(relay.error());
  if ((*relay)->unavailable_since) return no_events();
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_relay(report.relay),
                            RelayUnavailable{report.relay, cut_detail(report.detail)}, std::nullopt,
                            Outcome::failed});
  return events;
}

// -- The fold ----------------------------------------------------------------------------------

void evolve(World& world, const Event&, const RelayGroupCreated& created) {
  world.relays.groups[created.relay_group] = {created.parent, created.air_gapped,
                                              created.description};
}

void evolve(World& world, const Event&, const RelayGroupChanged& changed) {
  world.relays.groups[changed.relay_group] = {changed.parent, changed.air_gapped,
                                              changed.description};
}

void evolve(World& world, const Event&, const RelayGroupDeleted& deleted) {
  world.relays.groups.erase(deleted.relay_group);
}

void evolve(World& world, const Event& event, const RelayRegistered& registered) {
  Relay relay;
  relay.relay_group = registered.relay_group;
  relay.url = registered.url;
  relay.registered = since_of(event);
  world.relays.relays[registered.relay] = std::move(relay);
}

void evolve(World& world, const Event&, const RelayRemoved& removed) {
  world.relays.relays.erase(removed.relay);
}

void evolve(World& world, const Event& event, const RelayReported& reported) {
  Relay& relay = world.relays.relays[reported.relay];
  relay.report = reported;
  relay.reported = since_of(event);
  if (!is_low(reported.free_bytes)) {
    relay.low_since.reset();
  } else if (!relay.low_since) {
    relay.low_since = since_of(event);
  }
}

void evolve(World& world, const Event& event, const RelayUnavailable& unavailable) {
  world.relays.relays[unavailable.relay].unavailable_since = since_of(event);
}

void evolve(World& world, const Event&, const RelayAvailable& available) {
  world.relays.relays[available.relay].unavailable_since.reset();
}

void evolve(World&, const Event&, const RelayGroupUpdateRequested&) {}

}  // namespace ledger::domain

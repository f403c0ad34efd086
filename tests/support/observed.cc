#include "tests/support/observed.h"

#include <type_traits>

namespace tests {
namespace {

using namespace ledger::domain;

template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return '"' + value + '"';
  } else if constexpr (std::is_same_v<T, Digest> || std::is_same_v<T, CommandId>) {
    return hex(value);
  } else if constexpr (std::is_same_v<T, Time> || std::is_same_v<T, Duration>) {
    return std::to_string(value.micros);
  } else if constexpr (std::is_same_v<T, RuleUpdateId>) {
    return text(value);
  } else if constexpr (std::is_same_v<T, Position> || std::is_same_v<T, RuleId>) {
    return std::to_string(value.value);
  } else if constexpr (IsId<T>::value) {
    return value.value;
  } else if constexpr (IsOptional<T>::value) {
    return value ? shown(*value) : "-";
  } else if constexpr (IsVector<T>::value) {
    std::string all = "[";
    for (const auto& each : value) all += shown(each) + " ";
    return all + "]";
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(name_of(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    std::string all = "{";
    for_each_field(value, [&](std::string_view name, const auto& each) {
      all += std::string(name) + "=" + shown(each) + " ";
    });
    return all + "}";
  }
}

class Lines {
 public:
  template <class... Values>
  void add(const char* what, const Values&... values) {
    text_ += what;
    ((text_ += " " + shown(values)), ...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_content(const World& world, Lines& lines) {
  for (const auto& [name, value] : world.settings.values) lines.add("setting", name, value);
  for (const auto& [key, value] : world.settings.of_policies) {
    lines.add("policy setting", key.first, key.second, value);
  }
  lines.add("sources", world.sources.checks, world.sources.last_check, world.sources.last_download);
  for (const auto& [id, source] : world.sources.sources) {
    lines.add("source", id, source.facts, source.check, source.check_requested_at,
              source.last_success, source.metadata_version, source.metadata_since);
    lines.add("  ...", source.metadata_digest, source.metadata_expires_at, source.warned_days,
              source.expired, source.unreachable_since, source.unreachable_detail,
              source.verification_failed_at, source.verification_failure);
  }
  for (const auto& [key, pattern] : world.patterns.patterns) {
    lines.add("pattern", key.first, key.second, pattern.product);
    for (const auto& version : pattern.versions) {
      lines.add("  version", version.version, version.released_at, version.digest, version.since,
                version.retired);
    }
  }
}

void add_rules(const World& world, Lines& lines) {
  const RuleUpdates& state = world.rule_updates;
  lines.add("in force", state.in_force, state.in_force_since, state.in_force_since_time);
  for (const auto& [id, update] : state.updates) {
    lines.add("update", id, update.facts, update.imported_at, update.available_since,
              update.deleted, update.ever_applied, status_of(state, id));
    for (const auto& rule : update.rules) lines.add("  rule", *rule);
  }
  for (const auto& [id, hold] : state.holds) {
    lines.add("hold", id, hold.update, hold.until, hold.placed_at, hold.placed_time);
  }
  lines.add("holds placed", state.holds_placed);
  for (const auto& [id, versions] : state.known_rules) {
    lines.add("known", id, static_cast<std::uint64_t>(versions.size()));
  }
  for (const RuleId id : state.ever_in_force) lines.add("ever in force", id);
  for (const auto& [id, policy] : world.policies.policies) {
    lines.add("policy", id, policy.parent, policy.description, policy.ruleset, policy.ruleset_since,
              policy.ruleset_since_time);
    for (const RuleId rule : policy.rules) lines.add("  assigned", rule);
    for (const auto& type : policy.application_types) lines.add("  type", type);
    for (const Module module : policy.modules) lines.add("  module", module);
  }
}

void add_fleet(const World& world, Lines& lines) {
  const Computers& computers = world.computers;
  const Expectations expectations = expectations_of(world);
  lines.add("expected", expectations);
  lines.add("counts", count(world));
  for (ComputerIndex index = 0; index < computers.table.size(); ++index) {
    const ComputerRow& row = computers.table[index];
    const ComputerId id{std::string(computers.table.id(index))};
    lines.add("computer", id, std::string(computers.table.name(index)),
              computers.table.agent_version(index), computers.table.labels(index), row.rule_update,
              row.stream_version, row.sequence, row.is_live());
    if (!row.is_live()) continue;
    const BucketFacts& facts = facts_of(computers, index);
    lines.add("  facts", facts, moments_of(computers, index));
    lines.add("  status", explain(id, facts, moments_of(computers, index), expectations));
  }
  for (const auto& [id, slot] : computers.buckets.by_id()) {
    lines.add("bucket", id, computers.buckets[slot].facts, computers.buckets[slot].computers);
  }
  lines.add("instructions", computers.instructions.given);
  for (const auto& [id, parent] : computers.groups.parents) lines.add("group", id, parent);
  for (const auto& [id, filter] : computers.searches.filters) lines.add("search", id, filter);
  for (const auto& [id, group] : world.relays.groups) {
    lines.add("relay group", id, group.parent, group.air_gapped, group.description);
  }
  const SyncExpectations expected = sync_expectations(world);
  for (const auto& [id, relay] : world.relays.relays) {
    lines.add("relay", id, relay.relay_group, relay.url, relay.registered, relay.report,
              relay.reported, relay.unavailable_since, relay.low_since,
              sync_of(world, expected, relay));
  }
}

void add_service(const World& world, Lines& lines) {
  for (const auto& [id, task] : world.schedules.tasks) {
    lines.add("task", id, task.definition, task.next_run, task.runs, task.running,
              task.run_started_at, task.last_run, task.last_succeeded, task.last_detail);
  }
  for (const auto& [time, id] : world.schedules.due) lines.add("due", time, id);
  lines.add("alerts", world.alerts.raised);
  for (const auto& [id, alert] : world.alerts.open) {
    lines.add("alert", id, alert.facts, alert.summary, alert.count, alert.changed_at,
              alert.acknowledged);
  }
  for (const auto& [key, id] : world.alerts.by_key) lines.add("key", key.first, key.second, id);
  for (const auto& [key, at] : world.alerts.dismissed) {
    lines.add("dismissed", key.first, key.second, at);
  }
  for (const auto& [type, configured] : world.alerts.configured) lines.add("type", configured);
  for (const auto& [id, user] : world.access.users) lines.add("user", user.facts, user.disabled);
  for (const auto& [id, token] : world.access.tokens) {
    lines.add("token", token.facts, token.revoked);
  }
  for (const auto& [id, token] : world.access.enrolment_tokens) {
    lines.add("enrolment", token.facts, token.used, token.revoked);
  }
  const Service& service = world.service;
  lines.add("service", service.running, service.starts, service.last_digests,
            service.last_verification, service.last_verification_at, service.last_clock_step);
  for (const auto& [id, position] : service.bookmarks) lines.add("bookmark", id, position);
  for (const auto& [id, key] : service.signing_keys) lines.add("signing key", key);
}

}  // namespace

std::string observed(const World& world) {
  Lines lines;
  lines.add("world", world.size, world.now);
  add_content(world, lines);
  add_rules(world, lines);
  add_fleet(world, lines);
  add_service(world, lines);
  for (const auto& [stream, version] : world.stream_versions) lines.add("stream", stream, version);
  return lines.take();
}

}  // namespace tests

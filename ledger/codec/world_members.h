// What the world consists of, for carrying it to bytes and back: every member of every struct that
// keeps no list of its own (fields()). A struct that gets one more member does not compile here
// until it is carried too, or somebody has said why it need not be.
#pragma once

#include <concepts>
#include <type_traits>

#include "ledger/domain/world.h"

namespace ledger::codec {

// T is Struct, or const Struct.
template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <Is<domain::World> T, class Visit>
void members(T& of, Visit visit) {
  auto& [size, now, service, settings, sources, patterns, rule_updates, policies, computers, relays,
         schedules, alerts, access, stream_versions] = of;
  visit(size, now, service, settings, sources, patterns, rule_updates, policies, computers, relays,
        schedules, alerts, access, stream_versions);
}

template <Is<domain::Service> T, class Visit>
void members(T& of, Visit visit) {
  auto& [running, starts, last_digests, last_verification, last_verification_at, last_clock_step,
         bookmarks, signing_keys, witnesses] = of;
  visit(running, starts, last_digests, last_verification, last_verification_at, last_clock_step,
        bookmarks, signing_keys, witnesses);
}

template <Is<domain::SeenWitness> T, class Visit>
void members(T& of, Visit visit) {
  auto& [cosigned_at, refused_since, refusal, unreachable_since, fault] = of;
  visit(cosigned_at, refused_since, refusal, unreachable_since, fault);
}

template <Is<domain::Witnesses> T, class Visit>
void members(T& of, Visit visit) {
  auto& [seen] = of;
  visit(seen);
}

template <Is<domain::Settings> T, class Visit>
void members(T& of, Visit visit) {
  auto& [values, of_policies] = of;
  visit(values, of_policies);
}

template <Is<domain::Source> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, check, check_requested_at, last_success, metadata_version, metadata_since,
         metadata_digest, metadata_expires_at, warned_days, expired, unreachable_since,
         unreachable_detail, verification_failed_at, verification_failure, warned_role,
         warned_expiry, equivocation_at, equivocation, root_version] = of;
  visit(facts, check, check_requested_at, last_success, metadata_version, metadata_since,
        metadata_digest, metadata_expires_at, warned_days, expired, unreachable_since,
        unreachable_detail, verification_failed_at, verification_failure, warned_role,
        warned_expiry, equivocation_at, equivocation, root_version);
}

template <Is<domain::Sources> T, class Visit>
void members(T& of, Visit visit) {
  auto& [sources, checks, last_check, last_download] = of;
  visit(sources, checks, last_check, last_download);
}

template <Is<domain::PatternVersion> T, class Visit>
void members(T& of, Visit visit) {
  auto& [version, released_at, digest, bytes, since, retired, source, pruned] = of;
  visit(version, released_at, digest, bytes, since, retired, source, pruned);
}

template <Is<domain::Pattern> T, class Visit>
void members(T& of, Visit visit) {
  auto& [product, versions] = of;
  visit(product, versions);
}

template <Is<domain::Patterns> T, class Visit>
void members(T& of, Visit visit) {
  auto& [patterns] = of;
  visit(patterns);
}

template <Is<domain::RuleUpdate> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, imported_at, available_since, rules, deleted, ever_applied] = of;
  visit(facts, imported_at, available_since, rules, deleted, ever_applied);
}

template <Is<domain::Hold> T, class Visit>
void members(T& of, Visit visit) {
  auto& [update, until, placed_at, placed_time] = of;
  visit(update, until, placed_at, placed_time);
}

template <Is<domain::RuleUpdates> T, class Visit>
void members(T& of, Visit visit) {
  auto& [updates, in_force, in_force_since, in_force_since_time, holds, holds_placed, known_rules,
         ever_in_force] = of;
  visit(updates, in_force, in_force_since, in_force_since_time, holds, holds_placed, known_rules,
        ever_in_force);
}

template <Is<domain::Policy> T, class Visit>
void members(T& of, Visit visit) {
  auto& [parent, description, rules, application_types, modules, ruleset, ruleset_since,
         ruleset_since_time] = of;
  visit(parent, description, rules, application_types, modules, ruleset, ruleset_since,
        ruleset_since_time);
}

template <Is<domain::Policies> T, class Visit>
void members(T& of, Visit visit) {
  auto& [policies] = of;
  visit(policies);
}

template <Is<domain::BucketKey> T, class Visit>
void members(T& of, Visit visit) {
  auto& [policy, platform, group, relay_group, components, ruleset, modules, fault, silent,
         reported, named_pending, taken, answered] = of;
  visit(policy, platform, group, relay_group, components, ruleset, modules, fault, silent, reported,
        named_pending, taken, answered);
}

template <Is<domain::Groups> T, class Visit>
void members(T& of, Visit visit) {
  auto& [parents] = of;
  visit(parents);
}

template <Is<domain::Searches> T, class Visit>
void members(T& of, Visit visit) {
  auto& [filters] = of;
  visit(filters);
}

template <Is<domain::OpenInstruction> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, scope, since] = of;
  visit(facts, scope, since);
}

template <Is<domain::Instructions> T, class Visit>
void members(T& of, Visit visit) {
  auto& [given, open] = of;
  visit(given, open);
}

template <Is<domain::Computers> T, class Visit>
void members(T& of, Visit visit) {
  auto& [table, buckets, groups, searches, instructions, clones] = of;
  visit(table, buckets, groups, searches, instructions, clones);
}

template <Is<domain::Clone> T, class Visit>
void members(T& of, Visit visit) {
  auto& [seen, since] = of;
  visit(seen, since);
}

template <Is<domain::Clones> T, class Visit>
void members(T& of, Visit visit) {
  auto& [seen] = of;
  visit(seen);
}

template <Is<domain::RelayGroup> T, class Visit>
void members(T& of, Visit visit) {
  auto& [parent, air_gapped, description] = of;
  visit(parent, air_gapped, description);
}

template <Is<domain::Relay> T, class Visit>
void members(T& of, Visit visit) {
  auto& [relay_group, url, registered, report, reported, unavailable_since, low_since] = of;
  visit(relay_group, url, registered, report, reported, unavailable_since, low_since);
}

template <Is<domain::Relays> T, class Visit>
void members(T& of, Visit visit) {
  auto& [groups, relays] = of;
  visit(groups, relays);
}

template <Is<domain::Task> T, class Visit>
void members(T& of, Visit visit) {
  auto& [definition, next_run, runs, running, run_started_at, last_run, last_succeeded,
         last_detail] = of;
  visit(definition, next_run, runs, running, run_started_at, last_run, last_succeeded, last_detail);
}

template <Is<domain::Schedules> T, class Visit>
void members(T& of, Visit visit) {
  auto& [tasks, due] = of;
  visit(tasks, due);
}

template <Is<domain::OpenAlert> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, summary, count, changed_at, acknowledged] = of;
  visit(facts, summary, count, changed_at, acknowledged);
}

template <Is<domain::Alerts> T, class Visit>
void members(T& of, Visit visit) {
  auto& [open, by_key, dismissed, raised, configured] = of;
  visit(open, by_key, dismissed, raised, configured);
}

template <Is<domain::User> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, disabled] = of;
  visit(facts, disabled);
}

template <Is<domain::Token> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, revoked] = of;
  visit(facts, revoked);
}

template <Is<domain::EnrolmentToken> T, class Visit>
void members(T& of, Visit visit) {
  auto& [facts, used, revoked] = of;
  visit(facts, used, revoked);
}

template <Is<domain::Access> T, class Visit>
void members(T& of, Visit visit) {
  auto& [users, tokens, enrolment_tokens] = of;
  visit(users, tokens, enrolment_tokens);
}

template <Is<domain::Position> T, class Visit>
void members(T& of, Visit visit) {
  auto& [value] = of;
  visit(value);
}

template <Is<domain::Time> T, class Visit>
void members(T& of, Visit visit) {
  auto& [micros] = of;
  visit(micros);
}

template <Is<domain::Duration> T, class Visit>
void members(T& of, Visit visit) {
  auto& [micros] = of;
  visit(micros);
}

template <Is<domain::RuleId> T, class Visit>
void members(T& of, Visit visit) {
  auto& [value] = of;
  visit(value);
}

template <Is<domain::RuleUpdateId> T, class Visit>
void members(T& of, Visit visit) {
  auto& [year, number] = of;
  visit(year, number);
}

// A bucket's facts follow from its key.
template <Is<domain::Bucket> T, class Visit>
void members(T& of, Visit visit) {
  auto& [id, key, computers, facts] = of;
  visit(id, key, computers);
}

// Without its texts, which the table keeps.
template <Is<domain::ComputerRow> T, class Visit>
void members(T& of, Visit visit) {
  auto& [text, id_bytes, name_bytes, name_room, bucket, agent_version, labels, rule_update,
         stream_version, sequence, known, silent, failed, taken] = of;
  visit(bucket, agent_version, labels, rule_update, stream_version, sequence, known, silent, failed,
        taken);
}

}  // namespace ledger::codec

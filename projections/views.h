// Every view there is. A view's number stands in the keys of its rows and its name in recorded
// digests, so neither ever changes; a view whose rows change their shape gets a new number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace projections {

enum class View : std::uint8_t {
  computers = 1,
  buckets,
  bucket_members,
  expected_patterns,
  expected_rulesets,
  instructions,
  groups,
  searches,
  relays,
  relay_groups,
  patterns,
  sources,
  settings,
  policy_settings,
  policies,
  rule_updates,
  update_rules,
  holds,
  tasks,
  task_runs,
  alerts,
  alert_types,
  users,
  tokens,
  tokens_by_secret,
  enrolment_tokens,
  enrolment_tokens_by_secret,
  bookmarks,
  signing_keys,
  overview,
  open_instructions,
  bucket_counts,
  removed_computers,
  computer_names,
  computers_by_name,
};

struct ViewName {
  View view;
  std::string_view name;
};
inline constexpr std::array<ViewName, 35> all_views = {{
    {View::computers, "computers"},
    {View::buckets, "buckets"},
    {View::bucket_members, "bucket_members"},
    {View::expected_patterns, "expected_patterns"},
    {View::expected_rulesets, "expected_rulesets"},
    {View::instructions, "instructions"},
    {View::groups, "groups"},
    {View::searches, "searches"},
    {View::relays, "relays"},
    {View::relay_groups, "relay_groups"},
    {View::patterns, "patterns"},
    {View::sources, "sources"},
    {View::settings, "settings"},
    {View::policy_settings, "policy_settings"},
    {View::policies, "policies"},
    {View::rule_updates, "rule_updates"},
    {View::update_rules, "update_rules"},
    {View::holds, "holds"},
    {View::tasks, "tasks"},
    {View::task_runs, "task_runs"},
    {View::alerts, "alerts"},
    {View::alert_types, "alert_types"},
    {View::users, "users"},
    {View::tokens, "tokens"},
    {View::tokens_by_secret, "tokens_by_secret"},
    {View::enrolment_tokens, "enrolment_tokens"},
    {View::enrolment_tokens_by_secret, "enrolment_tokens_by_secret"},
    {View::bookmarks, "bookmarks"},
    {View::signing_keys, "signing_keys"},
    {View::overview, "overview"},
    {View::open_instructions, "open_instructions"},
    {View::bucket_counts, "bucket_counts"},
    {View::removed_computers, "removed_computers"},
    {View::computer_names, "computer_names"},
    {View::computers_by_name, "computers_by_name"},
}};

constexpr std::string_view name_of(View view) {
  return all_views[static_cast<std::size_t>(view) - 1].name;
}

}  // namespace projections

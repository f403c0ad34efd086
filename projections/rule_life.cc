#include "projections/rule_life.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "ledger/limits.h"
#include "projections/keys.h"
#include "projections/policies.h"
#include "projections/rule_update_query.h"
#include "projections/rule_updates.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// The rule as one update carries it.
struct Carried {
  RuleUpdateRow update;
  std::optional<domain::Rule> rule;
};

Result<std::vector<Carried>> carried_by_updates(const Snapshot& snapshot, domain::RuleId rule) {
  auto rows = snapshot.rows<RuleUpdateRow>(View::rule_updates, "", "", every);
  if (!rows) return fail(rows.error());
  std::vector<Carried> carried;
  for (auto& each : *rows) {
    auto found = snapshot.row<domain::Rule>(View::update_rules, key_of(each.row.update, rule));
    if (!found) return fail(found.error());
    carried.push_back(Carried{std::move(each.row), std::move(*found)});
  }
  return carried;
}

std::vector<RuleLifeStep> steps_of(const std::vector<Carried>& carried) {
  std::vector<RuleLifeStep> life;
  const domain::Rule* before = nullptr;
  for (const auto& each : carried) {
    const auto note = [&](RuleStep step, std::uint32_t version) {
      life.push_back(RuleLifeStep{step, each.update.update, version, each.update.imported_at,
                                  each.update.imported_position});
    };
    if (each.rule && before == nullptr) {
      note(life.empty() ? RuleStep::introduced : RuleStep::returned, each.rule->version);
    } else if (each.rule && *each.rule != *before) {
      note(RuleStep::changed, each.rule->version);
    } else if (!each.rule && before != nullptr) {
      note(RuleStep::removed, 0);
    }
    before = each.rule ? &*each.rule : nullptr;
  }
  return life;
}

// When an update was in force, from the versions of its row.
Result<void> append_times(const ViewStore& store, domain::Position at, const Carried& carried,
                          std::vector<RuleInForce>& times) {
  auto versions = store.versions(View::rule_updates, key_of(carried.update.update), at,
                                 ledger::limits::blame_versions_max);
  if (!versions) return fail(versions.error());
  std::reverse(versions->begin(), versions->end());
  std::optional<RuleInForce> open;
  for (const auto& version : *versions) {
    if (!version.row) continue;
    const auto row = decode_row<RuleUpdateRow>(*version.row);
    if (!row) return fail(row.error());
    const domain::Since since{row->changed.time, row->changed.position};
    const bool applied = row->status == domain::RuleUpdateStatus::applied;
    if (applied && !open) {
      open = RuleInForce{row->update, carried.rule->version, since, std::nullopt};
    } else if (!applied && open) {
      open->to = since;
      times.push_back(std::move(*open));
      open.reset();
    }
  }
  if (open) times.push_back(std::move(*open));
  return {};
}

Result<std::vector<RulePolicy>> policies_with(const Snapshot& snapshot, domain::RuleId rule) {
  const auto rows = snapshot.rows<PolicyRow>(View::policies, "", "", every);
  if (!rows) return fail(rows.error());
  std::map<domain::PolicyId, const PolicyRow*> by_id;
  for (const auto& each : *rows) by_id.emplace(each.row.policy, &each.row);
  std::vector<RulePolicy> policies;
  for (const auto& [id, row] : by_id) {
    const PolicyRow* at = row;
    for (std::size_t steps = 0; at != nullptr && steps < by_id.size(); ++steps) {
      if (std::binary_search(at->rules.begin(), at->rules.end(), rule)) {
        policies.push_back(RulePolicy{id, at->policy});
        break;
      }
      const auto parent = at->parent ? by_id.find(*at->parent) : by_id.end();
      at = parent == by_id.end() ? nullptr : parent->second;
    }
  }
  return policies;
}

}  // namespace

Result<RuleLife> rule_life(const ViewStore& store, domain::Position at, domain::RuleId rule) {
  const auto snapshot = store.as_of(at);
  auto carried = carried_by_updates(*snapshot, rule);
  if (!carried) return fail(carried.error());
  const auto in_force = rule_update_in_force(*snapshot);
  if (!in_force) return fail(in_force.error());
  RuleLife life;
  life.life = steps_of(*carried);
  if (life.life.empty()) {
    return fail(ledger::ErrorKind::not_found, "rule-unknown",
                "No rule update ever carried a rule " + std::to_string(rule.value) + ".");
  }
  for (const auto& each : *carried) {
    if (!each.rule) continue;
    if (!life.in_force) life.rule = *each.rule;
    if (*in_force == each.update.update) life.in_force = true;
    if (const auto read = append_times(store, at, each, life.in_force_times); !read) {
      return fail(read.error());
    }
  }
  std::sort(life.in_force_times.begin(), life.in_force_times.end(),
            [](const auto& a, const auto& b) { return a.from.position < b.from.position; });
  auto policies = policies_with(*snapshot, rule);
  if (!policies) return fail(policies.error());
  life.policies = std::move(*policies);
  return life;
}

}  // namespace projections

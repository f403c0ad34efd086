#include "projections/policy_ruleset.h"

#include <map>
#include <utility>

#include "ledger/limits.h"
#include "projections/keys.h"
#include "projections/page_fill.h"
#include "projections/row_filter.h"
#include "projections/rule_update_query.h"

namespace projections {

using ledger::fail;
using ledger::Result;

Result<std::vector<PolicyRow>> policy_line(const Snapshot& snapshot,
                                           const domain::PolicyId& policy) {
  std::vector<PolicyRow> line;
  std::optional<domain::PolicyId> at = policy;
  while (at && line.size() < ledger::limits::policies_max) {
    auto row = snapshot.row<PolicyRow>(View::policies, at->value);
    if (!row) return fail(row.error());
    if (!*row) {
      return fail(ledger::ErrorKind::not_found, "policy-unknown",
                  "There is no policy named " + at->value + ".");
    }
    at = (*row)->parent;
    line.push_back(std::move(**row));
  }
  return line;
}

Result<Page<PolicyRule>> policy_ruleset(const Snapshot& snapshot, const domain::PolicyId& policy,
                                        const ListQuery& query) {
  const auto filter = RowFilter<PolicyRule>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto line = policy_line(snapshot, policy);
  if (!line) return fail(line.error());
  std::map<domain::RuleId, const domain::PolicyId*> assigned;  // The nearest stays.
  for (const auto& each : *line) {
    for (const domain::RuleId rule : each.rules) assigned.emplace(rule, &each.policy);
  }
  const auto in_force = rule_update_in_force(snapshot);
  if (!in_force) return fail(in_force.error());
  if (!*in_force || assigned.empty()) return Page<PolicyRule>{};
  const auto cursor =
      snapshot.scan(View::update_rules, joined_key(key_of(**in_force), ""), query.after);
  return fill_page<PolicyRule>(
      *cursor, query, [&](const RowCursor::Entry& entry) -> Result<std::optional<PolicyRule>> {
        auto rule = decode_row<domain::Rule>(entry.row);
        if (!rule) return fail(rule.error());
        const auto by = assigned.find(rule->id);
        if (by == assigned.end()) return std::optional<PolicyRule>();
        PolicyRule shown{rule->id,
                         *by->second,
                         rule->module,
                         std::move(rule->name),
                         rule->version,
                         rule->severity,
                         std::move(rule->application_type),
                         std::move(rule->cves),
                         rule->body};
        if (!filter->matches(shown)) return std::optional<PolicyRule>();
        return std::optional<PolicyRule>(std::move(shown));
      });
}

}  // namespace projections

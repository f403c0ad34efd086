#include "projections/ruleset_cover.h"

#include <algorithm>
#include <functional>

#include "ledger/domain/computer_status.h"
#include "ledger/limits.h"
#include "projections/policy_ruleset.h"

namespace projections {

using ledger::fail;
using ledger::Result;

bool runs_rules(const std::vector<domain::Module>& modules) {
  return std::any_of(modules.begin(), modules.end(),
                     [](domain::Module each) { return each != domain::Module::anti_malware; });
}

RulesetCover::Modules RulesetCover::bits_of(const std::vector<domain::Module>& modules) {
  Modules bits = 0;
  for (const auto module : modules) bits |= bit_of(module);
  return bits;
}

Result<const RulesetCover::Cves*> RulesetCover::cves_of(
    const std::optional<domain::PolicyId>& policy, const domain::Digest& ruleset) {
  const auto known = known_.find(ruleset);
  if (known != known_.end()) return &known->second;
  auto found = search(policy, ruleset);
  if (!found) return fail(found.error());
  return &known_.emplace(ruleset, std::move(*found)).first->second;
}

Result<RulesetCover::Cves> RulesetCover::search(const std::optional<domain::PolicyId>& policy,
                                                const domain::Digest& ruleset) {
  Cves cves;
  if (policy) {
    const auto found = look_among(policy->value, ruleset, cves);
    if (!found) return fail(found.error());
    if (*found) return cves;
  }
  const auto now = store_.as_of(at_);
  const auto policies = now->scan(View::policies, "", "");
  while (true) {
    const auto entry = policies->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return cves;
    const std::string other((*entry)->key);
    if (policy && other == policy->value) continue;
    const auto found = look_among(other, ruleset, cves);
    if (!found) return fail(found.error());
    if (*found) return cves;
  }
}

// Whether the policy had that ruleset at any time; then its CVEs are added.
Result<bool> RulesetCover::look_among(const std::string& policy, const domain::Digest& ruleset,
                                      Cves& cves) {
  const auto versions =
      store_.versions(View::expected_rulesets, policy, at_, ledger::limits::exposure_versions_max);
  if (!versions) return fail(versions.error());
  for (const auto& version : *versions) {
    if (!version.row) continue;
    const auto row = decode_row<domain::ExpectedRuleset>(*version.row);
    if (!row) return fail(row.error());
    if (row->ruleset != ruleset) continue;
    const auto then = store_.as_of(version.position);
    ListQuery query;
    query.max = ledger::limits::page_rows_max;
    do {
      const auto page = policy_ruleset(*then, domain::PolicyId{policy}, query);
      if (!page) return fail(page.error());
      for (const auto& rule : page->items) {
        for (const auto& cve : rule.cves) cves[cve] |= bit_of(rule.module);
      }
      query.after = page->next;
    } while (!query.after.empty());
    return true;
  }
  return false;
}

}  // namespace projections

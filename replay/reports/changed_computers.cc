#include "replay/reports/changed_computers.h"

#include <algorithm>
#include <set>

#include "projections/row_codec.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;
using projections::ComputerRow;
using projections::View;

namespace {

constexpr std::size_t versions_at_once = 64;

domain::BucketFacts facts_of(const ComputerRow& row) {
  domain::BucketFacts facts;
  facts.policy = row.policy;
  facts.platform = row.platform;
  facts.modules = row.modules;
  facts.group = row.group;
  facts.relay_group = row.relay_group;
  facts.components = row.components;
  facts.ruleset = row.ruleset;
  return facts;
}

Result<std::set<std::string>> changed_computers(const Period& period) {
  std::set<std::string> computers;
  for (auto at = period.from.position.value + 1; at <= period.to.position.value; ++at) {
    const auto rows = period.views.changed_by({at});
    if (!rows) return fail(rows.error());
    for (const auto& row : *rows) {
      if (row.view == View::computers) computers.insert(row.key);
    }
  }
  return computers;
}

// Newest first up to the one that stood when the period began, then turned around.
Result<std::vector<ComputerVersion>> versions_of(const Period& period, const std::string& key) {
  std::vector<ComputerVersion> versions;
  domain::Position at = period.to.position;
  while (true) {
    const auto some = period.views.versions(View::computers, key, at, versions_at_once);
    if (!some) return fail(some.error());
    for (const auto& each : *some) {
      if (each.row) {
        auto row = projections::decode_row<ComputerRow>(*each.row);
        if (!row) return fail(row.error());
        auto facts = facts_of(*row);
        versions.push_back({each.position, *std::move(row), std::move(facts)});
      }
      at = each.position;
      if (at <= period.from.position) break;
    }
    if (some->size() < versions_at_once || at <= period.from.position) break;
    --at.value;
  }
  std::reverse(versions.begin(), versions.end());
  return versions;
}

}  // namespace

const ComputerVersion* version_at(const std::vector<ComputerVersion>& versions,
                                  domain::Position position) {
  const auto later = std::upper_bound(
      versions.begin(), versions.end(), position,
      [](domain::Position at, const ComputerVersion& each) { return at < each.position; });
  if (later == versions.begin()) return nullptr;
  const ComputerVersion& version = *std::prev(later);
  return version.row.removed ? nullptr : &version;
}

Result<void> for_each_changed_computer(const Period& period, const VisitChanged& visit) {
  if (const auto checked = check_events(period); !checked) return checked;
  const auto computers = changed_computers(period);
  if (!computers) return fail(computers.error());
  for (const auto& computer : *computers) {
    const auto versions = versions_of(period, computer);
    if (!versions) return fail(versions.error());
    if (const auto visited = visit(computer, *versions); !visited) return visited;
  }
  return {};
}

}  // namespace replay::reports

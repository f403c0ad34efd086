#include "replay/reports/changed_computers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "projections/row_codec.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;
using projections::ComputerRow;
using projections::View;

namespace {

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

Result<std::vector<std::string>> changed_computers(const Period& period) {
  std::vector<std::string> computers;
  const auto visited =
      period.views.visit_changes({period.from.position.value + 1}, {period.to.position.value + 1},
                                 [&computers](View view, std::string_view key) {
                                   if (view == View::computers) computers.emplace_back(key);
                                 });
  if (!visited) return fail(visited.error());
  std::sort(computers.begin(), computers.end());
  computers.erase(std::unique(computers.begin(), computers.end()), computers.end());
  return computers;
}

// Oldest first.
Result<std::vector<ComputerVersion>> decoded(const std::vector<projections::RowVersion>& stored) {
  std::vector<ComputerVersion> versions;
  versions.reserve(stored.size());
  for (auto each = stored.rbegin(); each != stored.rend(); ++each) {
    if (!each->row) continue;
    auto row = projections::decode_row<ComputerRow>(*each->row);
    if (!row) return fail(row.error());
    auto facts = facts_of(*row);
    versions.push_back({each->position, *std::move(row), std::move(facts)});
  }
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
  return period.views.visit_versions(
      View::computers, *computers, period.from.position, period.to.position,
      [&visit](const std::string& computer, const std::vector<projections::RowVersion>& stored) {
        const auto versions = decoded(stored);
        return versions ? visit(computer, *versions) : Result<void>(fail(versions.error()));
      });
}

}  // namespace replay::reports

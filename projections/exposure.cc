#include "projections/exposure.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/limits.h"
#include "projections/computer_list.h"
#include "projections/computers.h"
#include "projections/fleet.h"
#include "projections/page_fill.h"
#include "projections/record_walk.h"
#include "projections/row_filter.h"
#include "projections/rule_update_query.h"
#include "projections/ruleset_cover.h"

namespace projections {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

// What of a bucket or a computer a question about cover needs.
struct Runner {
  const std::optional<domain::PolicyId>& policy;
  const std::optional<domain::Digest>& ruleset;
  const std::vector<domain::Module>& modules;
};

// The CVEs that its rules name, of modules that it has; empty: none.
Result<std::vector<std::string_view>> cover_of(RulesetCover& rulesets, const Runner& runner) {
  std::vector<std::string_view> covered;
  if (!runner.ruleset) return covered;
  const auto cves = rulesets.cves_of(runner.policy, *runner.ruleset);
  if (!cves) return fail(cves.error());
  const auto modules = RulesetCover::bits_of(runner.modules);
  for (const auto& [cve, naming] : **cves) {
    if ((naming & modules) != 0) covered.push_back(cve);
  }
  return covered;
}

Result<bool> covers(RulesetCover& rulesets, const Runner& runner, std::string_view cve) {
  if (!runner.ruleset) return false;
  const auto cves = rulesets.cves_of(runner.policy, *runner.ruleset);
  if (!cves) return fail(cves.error());
  const auto named = (*cves)->find(cve);
  return named != (*cves)->end() && (named->second & RulesetCover::bits_of(runner.modules)) != 0;
}

Runner runner_of(const domain::BucketFacts& facts) {
  return {facts.policy, facts.ruleset, facts.modules};
}

}  // namespace

Result<NamedCves> named_cves(const Snapshot& snapshot) {
  NamedCves named;
  ListQuery newest;
  newest.filter = "NOT status = deleted";
  newest.max = 1;
  const auto updates = list_rule_updates(snapshot, newest);
  if (!updates) return fail(updates.error());
  if (updates->items.empty()) return named;
  const auto rules = read_rules(snapshot, updates->items.front().update);
  if (!rules) return fail(rules.error());
  for (const auto& rule : *rules) {
    for (const auto& cve : rule->cves) named[cve].push_back(rule->id);
  }
  return named;
}

Result<Page<CveExposure>> list_exposure(const ViewStore& store, const Snapshot& snapshot,
                                        const ListQuery& query) {
  const auto filter = RowFilter<CveExposure>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  auto named = named_cves(snapshot);
  if (!named) return fail(named.error());
  RulesetCover rulesets(store, snapshot.at());
  std::map<std::string, std::uint64_t, std::less<>> covered;
  std::uint64_t counted = 0;
  for (const auto& bucket : fleet->buckets()) {
    if (!runs_rules(bucket.row.facts.modules)) continue;
    counted += bucket.computers;
    const auto cves = cover_of(rulesets, runner_of(bucket.row.facts));
    if (!cves) return fail(cves.error());
    for (const auto cve : *cves) covered.emplace(cve, 0).first->second += bucket.computers;
  }
  for (const auto& each : covered) named->try_emplace(each.first);
  std::vector<CveExposure> items;
  for (auto& [cve, rules] : *named) {
    const auto found = covered.find(cve);
    const std::uint64_t with_cover = found == covered.end() ? 0 : found->second;
    CveExposure item{cve, std::move(rules), with_cover, counted - with_cover};
    if (filter->matches(item)) items.push_back(std::move(item));
  }
  return cut_page(
      std::move(items), query, [](const CveExposure& item) { return item.cve; },
      [](const std::string& key, const std::string& after) { return key > after; });
}

Result<Page<ComputerExposure>> computers_by_cover(const ViewStore& store, const Snapshot& snapshot,
                                                  std::string_view cve, Covered wanted,
                                                  const ListQuery& query) {
  if (const auto checked = check_computer_filter(query.filter); !checked) {
    return fail(checked.error());
  }
  ListQuery with_rules = query;
  with_rules.filter = with_module_of_rules;
  if (!query.filter.empty()) with_rules.filter += " AND (" + query.filter + ")";
  const auto computers = list_computers(snapshot, with_rules);
  if (!computers) return fail(computers.error());
  RulesetCover rulesets(store, snapshot.at());
  Page<ComputerExposure> page;
  page.next = computers->next;
  for (const auto& item : computers->items) {
    const auto covered = covers(rulesets, {item.policy, item.ruleset, item.modules}, cve);
    if (!covered) return fail(covered.error());
    if (wanted != Covered::either && (wanted == Covered::yes) != *covered) continue;
    page.items.push_back({item.computer, item.name, item.policy, item.rule_update, *covered});
  }
  return page;
}

Result<CveDetail> find_exposure(const ViewStore& store, const Snapshot& snapshot,
                                std::string_view cve) {
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  auto named = named_cves(snapshot);
  if (!named) return fail(named.error());
  CveDetail detail;
  detail.exposure.cve = cve;
  const auto rules = named->find(std::string(cve));
  if (rules != named->end()) detail.exposure.rules = std::move(rules->second);
  RulesetCover rulesets(store, snapshot.at());
  std::map<std::optional<domain::PolicyId>, PolicyExposure> policies;
  for (const auto& bucket : fleet->buckets()) {
    const domain::BucketFacts& facts = bucket.row.facts;
    if (!runs_rules(facts.modules)) continue;
    const auto covered = covers(rulesets, runner_of(facts), cve);
    if (!covered) return fail(covered.error());
    PolicyExposure& policy = policies[facts.policy];
    policy.policy = facts.policy;
    (*covered ? policy.covered : policy.exposed) += bucket.computers;
    (*covered ? detail.exposure.covered : detail.exposure.exposed) += bucket.computers;
  }
  for (auto& [id, policy] : policies) detail.policies.push_back(std::move(policy));
  return detail;
}

namespace {

std::string why(const ComputerRow& row, bool covered, std::string_view cve) {
  const std::string rules = row.rule_update ? " of " + domain::text(*row.rule_update) : "";
  if (covered) {
    return "A rule" + rules + " in the ruleset that it reported names " + std::string(cve) + ".";
  }
  if (row.removed) return "It is not of the fleet.";
  if (!runs_rules(row.modules)) return "It has no module of rules.";
  if (!row.ruleset) return "It has not reported any ruleset.";
  return "No rule" + rules + " in the ruleset that it reported names " + std::string(cve) + ".";
}

// Spells, newest first, of versions in that order; without their times.
Result<std::vector<ExposureSpell>> spells_of(const std::vector<RowVersion>& versions,
                                             RulesetCover& rulesets, std::string_view cve) {
  std::vector<ExposureSpell> spells;
  std::optional<domain::Position> until;
  for (const auto& version : versions) {
    if (!version.row) continue;
    const auto row = decode_row<ComputerRow>(*version.row);
    if (!row) return fail(row.error());
    const auto covered = row->removed
                             ? Result<bool>(false)
                             : covers(rulesets, {row->policy, row->ruleset, row->modules}, cve);
    if (!covered) return fail(covered.error());
    if (spells.empty() || spells.back().covered != *covered) {
      if (!spells.empty()) until = spells.back().since_position;
      ExposureSpell& spell = spells.emplace_back();
      spell.covered = *covered;
      spell.until_position = until;
      spell.policy = row->policy;
      spell.rule_update = row->rule_update;
      spell.reason = why(*row, *covered, cve);
    }
    spells.back().since_position = version.position;
  }
  return spells;
}

Result<void> tell_times(const ledger::store::EventLog& log, ExposureSpell& spell) {
  const auto began = envelope_at(log, spell.since_position);
  if (!began) return fail(began.error());
  spell.since = began->recorded_at;
  if (!spell.until_position) return {};
  const auto ended = envelope_at(log, *spell.until_position);
  if (!ended) return fail(ended.error());
  spell.until = ended->recorded_at;
  return {};
}

}  // namespace

Result<Page<ExposureSpell>> exposure_of_computer(const ViewStore& store,
                                                 const ledger::store::EventLog& log,
                                                 const domain::ComputerId& computer,
                                                 std::string_view cve, domain::Position at,
                                                 const ListQuery& query) {
  const auto versions =
      store.versions(View::computers, computer.value, at, ledger::limits::exposure_versions_max);
  if (!versions) return fail(versions.error());
  if (versions->empty()) {
    return fail(ErrorKind::not_found, "computer-unknown",
                "There is no computer " + computer.value + ".");
  }
  RulesetCover rulesets(store, at);
  auto spells = spells_of(*versions, rulesets, cve);
  if (!spells) return fail(spells.error());
  auto page = cut_page(
      std::move(*spells), query,
      [](const ExposureSpell& spell) { return std::to_string(spell.since_position.value); },
      [](const std::string& key, const std::string& after) {
        // Older ones follow; digits of one length compare as numbers, longer ones are later.
        return key.size() != after.size() ? key.size() < after.size() : key < after;
      });
  for (auto& spell : page.items) {
    if (const auto told = tell_times(log, spell); !told) return fail(told.error());
  }
  return page;
}

}  // namespace projections

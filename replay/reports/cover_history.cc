#include "replay/reports/cover_history.h"

#include <algorithm>

#include "projections/fleet.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;
using projections::RulesetCover;

namespace {

// Its row tells it nearly always: what a computer runs changes by an event that it was known by.
Result<Moment> moment_of(const Period& period, const ComputerVersion& version) {
  const auto& known = version.row.moments.known;
  if (known.position == version.position) return Moment{known.position, known.time};
  return moment_at(period.log, version.position);
}

}  // namespace

Result<std::size_t> CoverHistory::class_of(const domain::BucketFacts& facts) {
  if (!projections::runs_rules(facts.modules)) return not_counted;
  const auto modules = RulesetCover::bits_of(facts.modules);
  const auto [known, is_new] = numbers_.try_emplace({facts.ruleset, modules}, cves_.size());
  if (!is_new) return known->second;
  CveNames covered;
  if (facts.ruleset) {
    const auto named = rulesets_.cves_of(facts.policy, *facts.ruleset);
    if (!named) return fail(named.error());
    for (const auto& [cve, naming] : **named) {
      if ((naming & modules) != 0) covered.insert(cve);
    }
  }
  cves_.push_back(std::move(covered));
  beginning_.push_back(0);
  return known->second;
}

Result<void> CoverHistory::note(const Period& period, const std::string& computer,
                                const std::vector<ComputerVersion>& versions) {
  std::size_t now = not_counted;
  for (const auto& version : versions) {
    const auto next =
        version.row.removed ? Result<std::size_t>(not_counted) : class_of(version.facts);
    if (!next) return fail(next.error());
    const auto before = std::exchange(now, *next);
    if (before == now || version.position <= period.from.position) continue;
    const auto moment = moment_of(period, version);
    if (!moment) return fail(moment.error());
    steps_.push_back({*moment, computer, version.row.policy, version.row.rule_update, before, now});
    changed_.insert(computer);
  }
  return {};
}

Result<CoverHistory> CoverHistory::read(const Period& period) {
  CoverHistory history(period);
  const auto fleet = projections::Fleet::read(*period.at(period.from));
  if (!fleet) return fail(fleet.error());
  for (const auto& bucket : fleet->buckets()) {
    const auto number = history.class_of(bucket.row.facts);
    if (!number) return fail(number.error());
    history.beginning_[*number] += bucket.computers;
  }
  history.beginning_[not_counted] = 0;
  const auto read = for_each_changed_computer(
      period, [&](const std::string& computer, const std::vector<ComputerVersion>& versions) {
        return history.note(period, computer, versions);
      });
  if (!read) return fail(read.error());
  std::stable_sort(history.steps_.begin(), history.steps_.end(), [](const auto& a, const auto& b) {
    return a.moment.position < b.moment.position;
  });
  return history;
}

}  // namespace replay::reports

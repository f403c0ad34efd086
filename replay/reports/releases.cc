#include "replay/reports/releases.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "projections/record_walk.h"
#include "projections/row_codec.h"

namespace replay::reports {

using domain::ExpectedPattern;
using domain::ExpectedRuleset;
using ledger::fail;
using ledger::Result;
using projections::View;

namespace {

// Of both ends: what a policy was expected to run is gone when the policy is deleted.
Result<std::set<std::string>> keys_of(const Period& period, View view) {
  std::set<std::string> keys;
  for (const auto& moment : {period.from, period.to}) {
    const auto snapshot = period.at(moment);
    const auto cursor = snapshot->scan(view, "", "");
    while (true) {
      const auto entry = cursor->next();
      if (!entry) return fail(entry.error());
      if (!*entry) break;
      keys.emplace((*entry)->key);
    }
  }
  return keys;
}

void note(Line& line, const ExpectedPattern& row) {
  line.component = row.component;
  line.platform = row.platform;
  line.expected.push_back({row.version, row.since, std::nullopt});
}

void note(Line& line, const ExpectedRuleset& row) {
  line.policy = row.policy;
  line.expected.push_back({hex(row.ruleset), row.since, row.update});
}

template <class Row>
Result<void> add_lines(const Period& period, View view, std::vector<Line>& lines) {
  const auto keys = keys_of(period, view);
  if (!keys) return fail(keys.error());
  for (const auto& key : *keys) {
    auto versions =
        period.views.versions(view, key, period.to.position, ledger::limits::exposure_versions_max);
    if (!versions) return fail(versions.error());
    std::reverse(versions->begin(), versions->end());
    Line line;
    for (const auto& version : *versions) {
      if (!version.row) continue;
      const auto row = projections::decode_row<Row>(*version.row);
      if (!row) return fail(row.error());
      note(line, *row);
    }
    lines.push_back(std::move(line));
  }
  return {};
}

// "applied", of "rule_update.applied"; empty: no rule update brought it.
struct Cause {
  std::optional<domain::Position> position;
  std::string did;
};

Result<Cause> cause_of(const ledger::store::EventLog& log, domain::Position position) {
  const auto changed = projections::envelope_at(log, position);
  if (!changed) return fail(changed.error());
  if (!changed->causation) return Cause{};
  const auto cause = projections::envelope_at(log, *changed->causation);
  if (!cause) return fail(cause.error());
  constexpr std::string_view topic = "rule_update.";
  if (!cause->type_name().starts_with(topic)) return Cause{};
  std::string did(cause->type_name().substr(topic.size()));
  std::replace(did.begin(), did.end(), '_', ' ');
  return Cause{changed->causation, std::move(did)};
}

}  // namespace

bool Line::concerns(const domain::BucketFacts& facts,
                    const domain::Expectations& expectations) const {
  if (!component) return facts.policy == policy && domain::ruleset_for(facts, expectations);
  const auto patterns = domain::patterns_for(facts, expectations);
  return std::any_of(patterns.begin(), patterns.end(), [&](const ExpectedPattern* each) {
    return each->component == *component && each->platform == platform;
  });
}

bool Line::has(const domain::BucketFacts& facts, std::size_t index, domain::Position at) const {
  std::string running;
  if (component) {
    for (const auto& each : facts.components) {
      if (each.component == *component) running = each.version;
    }
  } else if (facts.ruleset) {
    running = hex(*facts.ruleset);
  }
  if (running.empty()) return false;
  for (std::size_t i = index; i < expected.size() && expected[i].since.position <= at; ++i) {
    if (expected[i].value == running) return true;
  }
  return false;
}

Result<std::vector<Line>> lines_of(const Period& period) {
  std::vector<Line> lines;
  const auto patterns = add_lines<ExpectedPattern>(period, View::expected_patterns, lines);
  if (!patterns) return fail(patterns.error());
  const auto rules = add_lines<ExpectedRuleset>(period, View::expected_rulesets, lines);
  if (!rules) return fail(rules.error());
  return lines;
}

Result<std::vector<Release>> releases_of(const Period& period, const std::vector<Line>& lines) {
  std::map<domain::Position, Release> releases;  // By what brought them.
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.expected.size(); ++i) {
      const auto& expected = line.expected[i];
      if (expected.since.position <= period.from.position) continue;
      if (line.component) {
        releases[expected.since.position] = {
            line.component->value + " " + expected.value + " (" + line.platform.value + ")",
            false,
            expected.since,
            {{&line, i}}};
        continue;
      }
      const auto cause = cause_of(period.log, expected.since.position);
      if (!cause) return fail(cause.error());
      if (!cause->position || !expected.update) continue;
      Release& release = releases[*cause->position];
      release.name = "rules " + text(*expected.update) + " " + cause->did;
      release.is_rules = true;
      release.since = later(release.since, expected.since);
      release.parts.push_back({&line, i});
    }
  }
  std::vector<Release> all;
  for (auto& [position, release] : releases) all.push_back(std::move(release));
  return all;
}

}  // namespace replay::reports

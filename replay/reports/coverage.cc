// Coverage: how many computers ran what they should, over time, and where the others are.
#include <algorithm>
#include <map>
#include <optional>

#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "replay/limits.h"
#include "replay/reports/period.h"

namespace replay::reports {

using domain::Module;
using ledger::fail;
using ledger::Result;
using projections::Fleet;
using projections::FleetBucket;
using projections::StatusCounts;

namespace {

struct StatusSample {
  domain::Time time;
  domain::Position position;
  std::uint64_t computers = 0;
  StatusCounts by_status;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("time", &StatusSample::time), field("position", &StatusSample::position),
        field("computers", &StatusSample::computers), field("by_status", &StatusSample::by_status));
  }
};

// Computers that have a module, and of them those that run what it should run.
struct ModuleCount {
  std::uint64_t computers = 0;
  std::uint64_t current = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computers", &ModuleCount::computers),
                      field("current", &ModuleCount::current));
  }
};

struct ModuleSample {
  domain::Time time;
  domain::Position position;
  ModuleCount anti_malware;
  ModuleCount firewall;
  ModuleCount intrusion_prevention;
  ModuleCount integrity_monitoring;
  ModuleCount log_inspection;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("time", &ModuleSample::time),
                      field("position", &ModuleSample::position),
                      field("anti_malware", &ModuleSample::anti_malware),
                      field("firewall", &ModuleSample::firewall),
                      field("intrusion_prevention", &ModuleSample::intrusion_prevention),
                      field("integrity_monitoring", &ModuleSample::integrity_monitoring),
                      field("log_inspection", &ModuleSample::log_inspection));
  }
};

ModuleCount& count_of(ModuleSample& sample, Module module) {
  switch (module) {
    case Module::anti_malware:
      return sample.anti_malware;
    case Module::firewall:
      return sample.firewall;
    case Module::intrusion_prevention:
      return sample.intrusion_prevention;
    case Module::integrity_monitoring:
      return sample.integrity_monitoring;
    case Module::log_inspection:
      return sample.log_inspection;
  }
  return sample.anti_malware;
}

// The computers that share a policy, a platform, a relay group.
struct GroupCount {
  std::string name;  // Empty: of none.
  std::uint64_t computers = 0;
  StatusCounts by_status;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &GroupCount::name), field("computers", &GroupCount::computers),
                      field("by_status", &GroupCount::by_status));
  }
};

struct InEffect {
  std::string what;     // "virus-pattern", "rules of web"
  std::string version;  // Of a component; of rules, the update.
  std::string scope;    // The platform, the policy.
  domain::Time since;
  domain::Position position;
  std::uint64_t computers = 0;
  std::uint64_t current = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("what", &InEffect::what), field("version", &InEffect::version),
                      field("scope", &InEffect::scope), field("since", &InEffect::since),
                      field("position", &InEffect::position),
                      field("computers", &InEffect::computers),
                      field("current", &InEffect::current));
  }
};

struct Behind {
  domain::ComputerId computer;
  std::string name;
  domain::ComputerStatus status{};
  domain::Time since;
  domain::Position position;
  std::optional<domain::PolicyId> policy;
  std::string reason;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &Behind::computer), field("name", &Behind::name),
                      field("status", &Behind::status), field("since", &Behind::since),
                      field("position", &Behind::position), field("policy", &Behind::policy),
                      field("reason", &Behind::reason));
  }
};

bool is_current(const domain::BucketFacts& facts, const domain::ExpectedPattern& pattern) {
  return facts.reported && !domain::behind_since(pattern, facts.components);
}

bool is_current(const domain::BucketFacts& facts, const domain::ExpectedRuleset& expected) {
  return facts.reported && facts.ruleset == expected.ruleset;
}

// Modules of which nothing is expected are not counted.
ModuleSample modules_at(const Moment& moment, const Fleet& fleet) {
  ModuleSample sample;
  sample.time = moment.time;
  sample.position = moment.position;
  for (const auto& bucket : fleet.buckets()) {
    const auto& facts = bucket.row.facts;
    const auto patterns = domain::patterns_for(facts, fleet.expectations());
    const auto* ruleset = domain::ruleset_for(facts, fleet.expectations());
    const bool has_patterns =
        std::all_of(patterns.begin(), patterns.end(),
                    [&](const auto* pattern) { return is_current(facts, *pattern); });
    const bool has_rules = ruleset != nullptr && is_current(facts, *ruleset);
    for (const auto module : facts.modules) {
      const bool is_of_patterns = module == Module::anti_malware;
      if (is_of_patterns ? patterns.empty() : ruleset == nullptr) continue;
      ModuleCount& count = count_of(sample, module);
      count.computers += bucket.computers;
      if (is_of_patterns ? has_patterns : has_rules) count.current += bucket.computers;
    }
  }
  return sample;
}

StatusSample status_at(const Moment& moment, const Fleet& fleet) {
  domain::FleetCounts counts;
  for (const auto& bucket : fleet.buckets()) add(counts, bucket.status, bucket.computers);
  return {moment.time, moment.position, counts.total, projections::by_status(counts)};
}

const std::vector<Series>& status_series() {
  static const std::vector<Series> series = {
      {"Up to date", "by_status.up_to_date", Tone::good, ""},
      {"In progress", "by_status.in_progress", Tone::hue_a, ""},
      {"Pending", "by_status.pending", Tone::hue_b, ""},
      {"Out of date", "by_status.out_of_date", Tone::late, ""},
      {"Failed", "by_status.failed", Tone::bad, ""},
      {"Silent", "by_status.silent", Tone::hue_c, ""},
      {"Unknown", "by_status.unknown", Tone::idle, ""},
      {"Not applicable", "by_status.not_applicable", Tone::hue_d, ""},
  };
  return series;
}

template <class ValueOf>
std::vector<GroupCount> grouped(const Fleet& fleet, ValueOf value_of) {
  std::map<std::string, domain::FleetCounts> counts;
  for (const auto& bucket : fleet.buckets()) {
    add(counts[value_of(bucket.row.facts)], bucket.status, bucket.computers);
  }
  std::vector<GroupCount> groups;
  for (const auto& [name, count] : counts) {
    groups.push_back({name, count.total, projections::by_status(count)});
  }
  return groups;
}

Section groups_section(const std::string& name, const std::string& title,
                       const std::vector<GroupCount>& groups) {
  auto section = section_of({name, title, "At the end of the period."}, groups);
  section.plots.push_back({PlotKind::bars, title, "name", status_series()});
  return section;
}

std::vector<InEffect> in_effect(const Fleet& fleet) {
  const auto& expectations = fleet.expectations();
  std::map<const domain::ExpectedPattern*, ModuleCount> of_pattern;
  std::map<const domain::ExpectedRuleset*, ModuleCount> of_ruleset;
  const auto count = [](ModuleCount& into, const FleetBucket& bucket, bool current) {
    into.computers += bucket.computers;
    if (current) into.current += bucket.computers;
  };
  for (const auto& bucket : fleet.buckets()) {
    const auto& facts = bucket.row.facts;
    for (const auto* pattern : domain::patterns_for(facts, expectations)) {
      count(of_pattern[pattern], bucket, is_current(facts, *pattern));
    }
    if (const auto* ruleset = domain::ruleset_for(facts, expectations)) {
      count(of_ruleset[ruleset], bucket, is_current(facts, *ruleset));
    }
  }
  std::vector<InEffect> rows;
  for (const auto& pattern : expectations.patterns) {
    const auto& counted = of_pattern[&pattern];
    rows.push_back({pattern.component.value, pattern.version, pattern.platform.value,
                    pattern.since.time, pattern.since.position, counted.computers,
                    counted.current});
  }
  for (const auto& ruleset : expectations.rulesets) {
    const auto& counted = of_ruleset[&ruleset];
    rows.push_back({"rules", ruleset.update ? text(*ruleset.update) : "", ruleset.policy.value,
                    ruleset.since.time, ruleset.since.position, counted.computers,
                    counted.current});
  }
  return rows;
}

Result<Section> who_is_behind(const projections::Snapshot& snapshot, const StatusSample& now) {
  projections::ListQuery query;
  query.filter = "NOT status = up_to_date AND NOT status = not_applicable";
  query.max = ledger::limits::report_rows_max;
  std::vector<Behind> rows;
  do {
    auto page = projections::list_computers(snapshot, query);
    if (!page) return fail(page.error());
    for (auto& item : page->items) {
      if (rows.size() == ledger::limits::report_rows_max) break;
      rows.push_back({std::move(item.computer), std::move(item.name), item.status, item.since.time,
                      item.since.position, std::move(item.policy), std::move(item.reason)});
    }
    query.after = page->next;
  } while (!query.after.empty() && rows.size() < ledger::limits::report_rows_max);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
  const auto all = now.computers - now.by_status.up_to_date - now.by_status.not_applicable;
  return section_of({"behind", "Computers that are not up to date",
                     "At the end of the period, who has been so for longest first."},
                    rows, all - rows.size());
}

std::vector<Figure> figures_of(const StatusSample& before, const StatusSample& now) {
  const auto counted = [](const StatusSample& sample) {
    return sample.computers - sample.by_status.not_applicable;
  };
  return {{std::to_string(now.computers), "computers at the end"},
          {percent(now.by_status.up_to_date, counted(now)), "up to date at the end"},
          {percent(before.by_status.up_to_date, counted(before)), "up to date at the beginning"},
          {std::to_string(now.by_status.failed), "failed"},
          {std::to_string(now.by_status.silent), "silent"}};
}

Section status_section(const std::vector<StatusSample>& samples) {
  auto section = section_of(
      {"status_over_time", "Computers by status over time",
       "The fleet as it was at each of these moments; between two of them it is drawn as "
       "it was at the first."},
      samples);
  section.plots.push_back({PlotKind::stacked, section.title, "time", status_series()});
  return section;
}

Section modules_section(const std::vector<ModuleSample>& samples) {
  auto section = section_of({"modules_over_time", "Computers that were current, by module",
                             "Of the computers that have the module, those that ran the versions "
                             "or rules that were expected of them."},
                            samples);
  const auto share = [](const char* name, const std::string& column, Tone tone) {
    return Series{name, column + ".current", tone, column + ".computers"};
  };
  section.plots.push_back({PlotKind::shares,
                           section.title,
                           "time",
                           {share("Anti-malware", "anti_malware", Tone::hue_a),
                            share("Firewall", "firewall", Tone::late),
                            share("Intrusion prevention", "intrusion_prevention", Tone::hue_b),
                            share("Integrity monitoring", "integrity_monitoring", Tone::hue_c),
                            share("Log inspection", "log_inspection", Tone::hue_e)}});
  return section;
}

}  // namespace

Result<Content> coverage(const Period& period) {
  const auto samples = samples_of(period);
  if (!samples) return fail(samples.error());
  std::vector<StatusSample> statuses;
  std::vector<ModuleSample> modules;
  for (const auto& moment : without_repeats(*samples)) {
    const auto fleet = Fleet::read(*period.at(moment));
    if (!fleet) return fail(fleet.error());
    statuses.push_back(status_at(moment, *fleet));
    modules.push_back(modules_at(moment, *fleet));
  }
  const auto snapshot = period.at(period.to);
  const auto fleet = Fleet::read(*snapshot);
  if (!fleet) return fail(fleet.error());
  auto behind = who_is_behind(*snapshot, statuses.back());
  if (!behind) return fail(behind.error());
  Content content;
  content.figures = figures_of(statuses.front(), statuses.back());
  content.sections.push_back(status_section(statuses));
  content.sections.push_back(modules_section(modules));
  content.sections.push_back(groups_section(
      "by_policy", "Computers by policy",
      grouped(*fleet, [](const auto& facts) { return facts.policy ? facts.policy->value : ""; })));
  content.sections.push_back(
      groups_section("by_platform", "Computers by platform",
                     grouped(*fleet, [](const auto& facts) { return facts.platform.value; })));
  content.sections.push_back(
      groups_section("by_relay_group", "Computers by relay group",
                     grouped(*fleet, [](const auto& facts) { return facts.relay_group.value; })));
  content.sections.push_back(section_of(
      {"in_effect", "Patterns and rules in effect",
       "What was expected at the end of the period, of how many computers, and how many ran it."},
      in_effect(*fleet)));
  content.sections.push_back(*std::move(behind));
  return content;
}

}  // namespace replay::reports

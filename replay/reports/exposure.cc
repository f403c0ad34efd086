// Exposure: CVE by CVE, on how many computers there was cover, from when to when; who lost it.
#include "projections/exposure.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "ledger/limits.h"
#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "replay/limits.h"
#include "replay/reports/cover_curve.h"
#include "replay/reports/period.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t cves_told_max = 20;  // Of one computer's loss; the rest is counted.

struct CveRow {
  std::string cve;
  std::uint64_t rules = 0;  // That name it, of the newest rule update.
  std::uint64_t covered_before = 0;
  std::uint64_t exposed_before = 0;
  std::uint64_t covered = 0;
  std::uint64_t exposed = 0;
  std::uint64_t most_exposed = 0;
  domain::Time most_exposed_since;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("cve", &CveRow::cve), field("rules", &CveRow::rules),
                      field("covered_before", &CveRow::covered_before),
                      field("exposed_before", &CveRow::exposed_before),
                      field("covered", &CveRow::covered), field("exposed", &CveRow::exposed),
                      field("most_exposed", &CveRow::most_exposed),
                      field("most_exposed_since", &CveRow::most_exposed_since));
  }
};

struct SpellRow {
  std::string cve;
  CoverState state{};
  domain::Time from;
  domain::Time to;
  domain::Position position;
  std::uint64_t covered_least = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("cve", &SpellRow::cve), field("state", &SpellRow::state),
                      field("from", &SpellRow::from), field("to", &SpellRow::to),
                      field("position", &SpellRow::position),
                      field("covered_least", &SpellRow::covered_least));
  }
};

struct CoverSample {
  domain::Time time;
  domain::Position position;
  std::uint64_t all = 0;  // CVEs that all computers have cover for,
  std::uint64_t some = 0;
  std::uint64_t none = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("time", &CoverSample::time), field("position", &CoverSample::position),
                      field("all", &CoverSample::all), field("some", &CoverSample::some),
                      field("none", &CoverSample::none));
  }
};

struct PolicyGap {
  std::string policy;  // Empty: computers without one.
  std::string cve;
  std::uint64_t covered = 0;
  std::uint64_t exposed = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("policy", &PolicyGap::policy), field("cve", &PolicyGap::cve),
                      field("covered", &PolicyGap::covered), field("exposed", &PolicyGap::exposed));
  }
};

struct Loss {
  domain::Time time;
  domain::Position position;
  std::string computer;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::RuleUpdateId> rule_update;
  std::uint64_t lost = 0;
  std::uint64_t gained = 0;
  std::vector<std::string> cves;  // Of those lost.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("time", &Loss::time), field("position", &Loss::position),
                      field("computer", &Loss::computer), field("policy", &Loss::policy),
                      field("rule_update", &Loss::rule_update), field("lost", &Loss::lost),
                      field("gained", &Loss::gained), field("cves", &Loss::cves));
  }
};

struct ComputerSpell {
  std::string computer;
  std::string state;  // "covered", "exposed"
  domain::Time from;
  domain::Time to;
  domain::Position position;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &ComputerSpell::computer),
                      field("state", &ComputerSpell::state), field("from", &ComputerSpell::from),
                      field("to", &ComputerSpell::to), field("position", &ComputerSpell::position));
  }
};

// CVEs by the classes that cover them: those of one entry share a curve.
using Alike = std::map<std::vector<bool>, std::vector<std::string>>;

Alike alike(const CoverHistory& history, const projections::NamedCves& named,
            const std::string& about) {
  std::map<std::string, std::vector<bool>> covering;
  const std::vector<bool> nobody(history.classes());
  for (const auto& [cve, rules] : named) covering.emplace(cve, nobody);
  if (!about.empty()) covering.emplace(about, nobody);
  for (std::size_t number = 0; number < history.classes(); ++number) {
    for (const auto& cve : history.cves(number)) {
      covering.emplace(cve, nobody).first->second[number] = true;
    }
  }
  Alike groups;
  for (auto& [cve, classes] : covering) {
    if (about.empty() || cve == about) groups[std::move(classes)].push_back(cve);
  }
  return groups;
}

// What all curves come to.
struct Curves {
  std::vector<CveRow> cves;
  std::map<std::string, std::vector<CoverCurve::Spell>> spells;
  std::vector<CoverSample> samples;
};

Curves curves_of(const CoverHistory& history, const projections::NamedCves& named,
                 const Period& period, const std::vector<Moment>& samples) {
  Curves curves;
  for (const auto& sample : samples)
    curves.samples.push_back({sample.time, sample.position, 0, 0, 0});
  for (const auto& [covering, cves] : alike(history, named, period.about)) {
    const auto curve = curve_of(history, covering, period, samples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      auto& sample = curves.samples[i];
      const auto state = curve.at_samples[i];
      if (state == CoverState::all) sample.all += cves.size();
      if (state == CoverState::some) sample.some += cves.size();
      if (state == CoverState::none) sample.none += cves.size();
    }
    for (const auto& cve : cves) {
      const auto rules = named.find(cve);
      curves.cves.push_back({cve, rules == named.end() ? 0 : rules->second.size(),
                             curve.before.covered, curve.before.exposed(), curve.after.covered,
                             curve.after.exposed(), curve.most_exposed,
                             curve.most_exposed_since.time});
      curves.spells.emplace(cve, curve.spells);
    }
  }
  std::sort(curves.cves.begin(), curves.cves.end(), [](const CveRow& a, const CveRow& b) {
    return std::tie(b.exposed, b.most_exposed, a.cve) < std::tie(a.exposed, a.most_exposed, b.cve);
  });
  return curves;
}

std::uint64_t cut(auto& rows) {
  const auto all = rows.size();
  if (all > ledger::limits::report_rows_max) rows.resize(ledger::limits::report_rows_max);
  return all - rows.size();
}

Section cves_section(std::vector<CveRow> rows) {
  const auto left_out = cut(rows);
  auto section = section_of({"cves", "CVE by CVE",
                             "Computers with a module of rules, by whether the rules that they "
                             "reported name the CVE; those that left most exposed first."},
                            rows, left_out);
  section.plots.push_back(
      {PlotKind::bars,
       "Computers with and without cover at the end of the period",
       "cve",
       {{"Covered", "covered", Tone::good, ""}, {"Exposed", "exposed", Tone::late, ""}}});
  return section;
}

Section spells_section(const Curves& curves) {
  std::vector<SpellRow> rows;
  for (const auto& row : curves.cves) {
    for (const auto& spell : curves.spells.at(row.cve)) {
      rows.push_back({row.cve, spell.state, spell.from.time, spell.to.time, spell.from.position,
                      spell.covered_least});
    }
  }
  const auto left_out = cut(rows);
  auto section = section_of({"cover", "Cover from when to when",
                             "Whether all computers with a module of rules had cover, some or "
                             "none; the position is that of the event from which on it was so."},
                            rows, left_out);
  section.plots.push_back({PlotKind::spans,
                           "Cover from when to when",
                           "cve",
                           {{"All computers", "all", Tone::good, ""},
                            {"Some", "some", Tone::late, ""},
                            {"None", "none", Tone::bad, ""}}});
  return section;
}

Section samples_section(const std::vector<CoverSample>& samples) {
  auto section = section_of({"over_time", "CVEs by cover over time", ""}, samples);
  section.plots.push_back({PlotKind::stacked,
                           section.title,
                           "time",
                           {{"All computers have cover", "all", Tone::good, ""},
                            {"Some have", "some", Tone::late, ""},
                            {"None has", "none", Tone::bad, ""}}});
  return section;
}

Result<Section> policies_section(const Period& period, CoverHistory& history,
                                 const std::vector<CveRow>& cves) {
  const auto fleet = projections::Fleet::read(*period.at(period.to));
  if (!fleet) return fail(fleet.error());
  std::map<std::string, std::map<std::size_t, std::uint64_t>> policies;  // Computers by class.
  for (const auto& bucket : fleet->buckets()) {
    const auto& facts = bucket.row.facts;
    const auto number = history.class_of(facts);
    if (!number) return fail(number.error());
    if (*number == not_counted) continue;
    policies[facts.policy ? facts.policy->value : ""][*number] += bucket.computers;
  }
  std::vector<PolicyGap> rows;
  for (const auto& [policy, classes] : policies) {
    for (const auto& row : cves) {
      PolicyGap gap{policy, row.cve, 0, 0};
      for (const auto& [number, computers] : classes) {
        (history.cves(number).contains(row.cve) ? gap.covered : gap.exposed) += computers;
      }
      if (gap.exposed > 0) rows.push_back(std::move(gap));
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const PolicyGap& a, const PolicyGap& b) {
    return std::tie(b.exposed, a.policy, a.cve) < std::tie(a.exposed, b.policy, b.cve);
  });
  const auto left_out = cut(rows);
  return section_of({"policies", "Gaps by policy",
                     "At the end of the period: of each policy, the CVEs that some of its "
                     "computers have no cover for."},
                    rows, left_out);
}

// What a computer loses and gains that goes from one class to another.
struct Difference {
  std::uint64_t lost = 0;
  std::uint64_t gained = 0;
  std::vector<std::string> cves;  // The first of those lost.
};

Difference difference(const CveNames& before, const CveNames& after, const std::string& about) {
  Difference difference;
  for (const auto& cve : before) {
    if (after.contains(cve) || (!about.empty() && cve != about)) continue;
    if (++difference.lost <= cves_told_max) difference.cves.push_back(cve);
  }
  for (const auto& cve : after) {
    if (!before.contains(cve)) ++difference.gained;
  }
  return difference;
}

Section losses_section(const CoverHistory& history, const std::string& about) {
  std::vector<Loss> rows;
  std::uint64_t left_out = 0;
  std::map<std::pair<std::size_t, std::size_t>, Difference> differences;  // By classes.
  for (const auto& step : history.steps()) {
    if (step.before == not_counted || step.after == not_counted) continue;
    const auto [known, is_new] = differences.try_emplace({step.before, step.after});
    auto& [lost, gained, cves] = known->second;
    if (is_new) {
      known->second = difference(history.cves(step.before), history.cves(step.after), about);
    }
    if (lost == 0) continue;
    if (rows.size() == ledger::limits::report_rows_max) {
      ++left_out;
    } else {
      rows.push_back({step.moment.time, step.moment.position, step.computer, step.policy,
                      step.update, lost, gained, cves});
    }
  }
  return section_of({"losses", "Computers that lost cover",
                     "When one reported rules that no longer name a CVE, as after a rollback; the "
                     "first of the CVEs are named."},
                    rows, left_out);
}

void add_spells(const Period& period, const std::vector<const CoverStep*>& steps,
                const CoverHistory& history, std::vector<ComputerSpell>& rows) {
  const auto add = [&](std::size_t number, const Moment& from, const Moment& to) {
    if (number == not_counted) return;
    const bool covered = history.cves(number).contains(period.about);
    const char* state = covered ? "covered" : "exposed";
    const auto& computer = steps.front()->computer;
    const bool goes_on = !rows.empty() && rows.back().computer == computer &&
                         rows.back().state == state && rows.back().to == from.time;
    if (goes_on) {
      rows.back().to = to.time;
    } else {
      rows.push_back({computer, state, from.time, to.time, from.position});
    }
  };
  add(steps.front()->before, period.from, steps.front()->moment);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    add(steps[i]->after, steps[i]->moment, i + 1 < steps.size() ? steps[i + 1]->moment : period.to);
  }
}

// Computers that were the same all the time, as they are at its end; how many were not looked at.
Result<std::uint64_t> add_unchanged(const Period& period, const CoverHistory& history,
                                    std::vector<ComputerSpell>& rows) {
  const auto snapshot = period.at(period.to);
  const auto facets = projections::computer_facets(*snapshot, projections::with_module_of_rules);
  if (!facets) return fail(facets.error());
  projections::ListQuery query;
  query.max = ledger::limits::page_rows_max;
  std::uint64_t seen = 0;
  do {
    const auto page = projections::computers_by_cover(period.views, *snapshot, period.about,
                                                      projections::Covered::either, query);
    if (!page) return fail(page.error());
    seen += page->items.size();
    for (const auto& item : page->items) {
      if (history.is_changed(item.computer.value)) continue;
      rows.push_back({item.computer.value, item.covered ? "covered" : "exposed", period.from.time,
                      period.to.time, period.from.position});
    }
    query.after = page->next;
  } while (!query.after.empty() && rows.size() < ledger::limits::report_rows_max);
  return facets->total - seen;
}

Result<Section> computers_section(const Period& period, const CoverHistory& history) {
  std::map<std::string, std::vector<const CoverStep*>> changed;
  for (const auto& step : history.steps()) changed[step.computer].push_back(&step);
  std::vector<ComputerSpell> rows;
  for (const auto& [computer, steps] : changed) add_spells(period, steps, history, rows);
  const auto unseen = add_unchanged(period, history, rows);
  if (!unseen) return fail(unseen.error());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.computer < b.computer; });
  const auto left_out = cut(rows) + *unseen;
  auto section = section_of({"computers", "Computers with and without cover for " + period.about,
                             "Each computer with a module of rules, from when to when within the "
                             "period; a computer that joined or left has no other times."},
                            rows, left_out);
  section.plots.push_back(
      {PlotKind::spans,
       section.title,
       "computer",
       {{"Covered", "covered", Tone::good, ""}, {"Exposed", "exposed", Tone::bad, ""}}});
  return section;
}

}  // namespace

Result<Content> exposure(const Period& period) {
  const auto all_samples = samples_of(period);
  if (!all_samples) return fail(all_samples.error());
  const auto samples = without_repeats(*all_samples);
  auto history = CoverHistory::read(period);
  if (!history) return fail(history.error());
  const auto named = projections::named_cves(*period.at(period.to));
  if (!named) return fail(named.error());
  const auto curves = curves_of(*history, *named, period, samples);
  auto policies = policies_section(period, *history, curves.cves);
  if (!policies) return fail(policies.error());
  const auto& now = curves.samples.back();
  Content content;
  content.figures = {{std::to_string(curves.cves.size()), "CVEs that rules name"},
                     {std::to_string(now.all), "with cover on all computers"},
                     {std::to_string(now.some), "with cover on some"},
                     {std::to_string(now.none), "with cover on none"}};
  content.sections.push_back(samples_section(curves.samples));
  content.sections.push_back(cves_section(curves.cves));
  content.sections.push_back(spells_section(curves));
  content.sections.push_back(*std::move(policies));
  content.sections.push_back(losses_section(*history, period.about));
  if (!period.about.empty()) {
    auto computers = computers_section(period, *history);
    if (!computers) return fail(computers.error());
    content.sections.push_back(*std::move(computers));
  }
  return content;
}

}  // namespace replay::reports

// Time to protect: of each release, how long it took until the computers that it concerned had it.
#include <algorithm>
#include <optional>
#include <set>

#include "ledger/limits.h"
#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "replay/limits.h"
#include "replay/reports/changed_computers.h"
#include "replay/reports/period.h"
#include "replay/reports/releases.h"

namespace replay::reports {

using domain::Duration;
using ledger::fail;
using ledger::Result;
using projections::Fleet;

namespace {

struct ReleaseRow {
  std::string release;
  domain::Time available;
  domain::Position position;
  std::uint64_t computers =
      0;  // Concerned when it came, without those that left before they had it.
  std::uint64_t have_it = 0;
  std::uint64_t lack_it = 0;
  std::uint64_t left = 0;
  std::optional<Duration> half;     // Until half of them had it; absent: they never did.
  std::optional<Duration> most;     // 95 of 100.
  std::optional<Duration> all;      // Each of them.
  std::optional<Duration> slowest;  // Of those that have it.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("release", &ReleaseRow::release), field("available", &ReleaseRow::available),
        field("position", &ReleaseRow::position), field("computers", &ReleaseRow::computers),
        field("have_it", &ReleaseRow::have_it), field("lack_it", &ReleaseRow::lack_it),
        field("left", &ReleaseRow::left), field("half", &ReleaseRow::half),
        field("most", &ReleaseRow::most), field("all", &ReleaseRow::all),
        field("slowest", &ReleaseRow::slowest));
  }
};

struct Lacking {
  domain::ComputerId computer;
  std::string name;
  std::optional<domain::PolicyId> policy;
  domain::ComputerStatus status{};
  std::vector<std::string> lacks;
  domain::Time since;
  domain::Position position;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &Lacking::computer), field("name", &Lacking::name),
                      field("policy", &Lacking::policy), field("status", &Lacking::status),
                      field("lacks", &Lacking::lacks), field("since", &Lacking::since),
                      field("position", &Lacking::position));
  }
};

// One release on its way through the fleet.
struct Course {
  Release release;
  domain::Expectations expectations;  // When it came.
  std::uint64_t concerned = 0;
  std::uint64_t left = 0;
  std::vector<Duration> times;  // Of each computer that got it, or had it when it came: nothing.
};

// The part of a release that is for a computer of these facts; null: none is.
const Release::Part* part_for(const Course& course, const domain::BucketFacts& facts) {
  for (const auto& part : course.release.parts) {
    if (part.line->concerns(facts, course.expectations)) return &part;
  }
  return nullptr;
}

Result<Course> course_of(const Period& period, Release release) {
  const auto fleet = Fleet::read(*period.views.as_of(release.since.position));
  if (!fleet) return fail(fleet.error());
  Course course{std::move(release), fleet->expectations(), 0, 0, {}};
  const auto at = course.release.since.position;
  for (const auto& bucket : fleet->buckets()) {
    const auto* part = part_for(course, bucket.row.facts);
    if (part == nullptr) continue;
    course.concerned += bucket.computers;
    if (part->line->has(bucket.row.facts, part->index, at)) {
      course.times.insert(course.times.end(), bucket.computers, Duration{0});
    }
  }
  return course;
}

// Whether the computer is still one that the part is for.
bool is_still_concerned(const Line& line, const projections::ComputerRow& row) {
  if (row.removed) return false;
  if (!line.component) return row.policy == line.policy;
  return std::count(row.modules.begin(), row.modules.end(), domain::Module::anti_malware) > 0;
}

// What became of a computer that was there when the release came.
void follow(Course& course, const std::vector<ComputerVersion>& versions) {
  const auto& since = course.release.since;
  const auto* then = version_at(versions, since.position);
  if (then == nullptr) return;
  const auto* part = part_for(course, then->facts);
  if (part == nullptr || part->line->has(then->facts, part->index, since.position)) return;
  for (const auto& later : versions) {
    if (later.position <= since.position) continue;
    if (!is_still_concerned(*part->line, later.row)) {
      ++course.left;
      return;
    }
    if (part->line->has(later.facts, part->index, later.position)) {
      course.times.push_back(later.row.moments.known.time - since.time);
      return;
    }
  }
}

// When so many hundredths of `all` had it; `times` are sorted.
std::optional<Duration> reached(const std::vector<Duration>& times, std::uint64_t all,
                                std::uint64_t hundredths) {
  const auto needed = (all * hundredths + 99) / 100;
  if (needed == 0 || times.size() < needed) return std::nullopt;
  return times[needed - 1];
}

ReleaseRow row_of(Course& course) {
  std::sort(course.times.begin(), course.times.end());
  ReleaseRow row;
  row.release = course.release.name;
  row.available = course.release.since.time;
  row.position = course.release.since.position;
  row.left = course.left;
  row.computers = course.concerned - course.left;
  row.have_it = course.times.size();
  row.lack_it = row.computers - row.have_it;
  row.half = reached(course.times, row.computers, 50);
  row.most = reached(course.times, row.computers, 95);
  row.all = reached(course.times, row.computers, 100);
  if (!course.times.empty()) row.slowest = course.times.back();
  return row;
}

// What the releases were of: names of components, and "rules".
std::set<std::string> subjects_of(const std::vector<Release>& releases) {
  std::set<std::string> subjects;
  for (const auto& release : releases) {
    if (release.is_rules) subjects.insert("rules");
    for (const auto& part : release.parts) {
      if (part.line->component) subjects.insert(part.line->component->value);
    }
  }
  return subjects;
}

std::string filter_of(const std::set<std::string>& subjects) {
  if (subjects.size() > ledger::limits::filter_terms_max) return "behind:*";
  std::string filter;
  for (const auto& subject : subjects) {
    filter += (filter.empty() ? "" : " OR ") + ("behind:" + subject);
  }
  return filter;
}

Lacking lacking_of(projections::ComputerItem item, const std::set<std::string>& subjects) {
  Lacking row;
  row.computer = std::move(item.computer);
  row.name = std::move(item.name);
  row.policy = std::move(item.policy);
  row.status = item.status;
  row.since = item.since.time;
  row.position = item.since.position;
  for (const auto& each : item.behind) {
    if (subjects.contains(each.value)) row.lacks.push_back(each.value);
  }
  if (item.rules_behind && subjects.contains("rules")) row.lacks.emplace_back("rules");
  return row;
}

Result<Section> who_lacks(const projections::Snapshot& snapshot,
                          const std::vector<Release>& releases) {
  About about{"lacking", "Computers that still lack one of them",
              "At the end of the period; since when each has its status."};
  const auto subjects = subjects_of(releases);
  if (subjects.empty()) return section_of(std::move(about), std::vector<Lacking>{});
  projections::ListQuery query;
  query.filter = filter_of(subjects);
  query.max = ledger::limits::page_rows_max;
  const auto facets = projections::computer_facets(snapshot, query.filter);
  if (!facets) return fail(facets.error());
  std::vector<Lacking> rows;
  do {
    auto page = projections::list_computers(snapshot, query);
    if (!page) return fail(page.error());
    for (auto& item : page->items) rows.push_back(lacking_of(std::move(item), subjects));
    query.after = page->next;
  } while (!query.after.empty() && rows.size() < ledger::limits::report_rows_max);
  rows.resize(std::min(rows.size(), ledger::limits::report_rows_max));
  return section_of(std::move(about), rows, facets->total - rows.size());
}

// When so much of what was wanted was reached.
std::string reached_after(const std::vector<Duration>& times, std::uint64_t wanted,
                          std::uint64_t percent) {
  if (wanted == 0) return "nothing to do";
  const auto duration = reached(times, wanted, percent);
  return duration ? spoken(*duration) : "not yet";
}

Section releases_section(const std::vector<ReleaseRow>& rows, std::uint64_t left_out) {
  auto section = section_of(
      {"releases", "Releases and how long they took",
       "Of each version of a component and each rule update that came into force: the computers "
       "that it concerned then, and the time from then until so many of them reported that they "
       "ran it or something later. \"Half\", \"most\" (95 of 100) and \"all\" are empty where it "
       "did not come so far. \"Left\": removed, or not concerned any more, before they had it. An "
       "update that changed no policy's rules is not listed."},
      rows, left_out);
  section.plots.push_back({PlotKind::durations,
                           "Time until computers had it",
                           "release",
                           {{"All", "all", Tone::hue_d, ""},
                            {"95 of 100", "most", Tone::hue_c, ""},
                            {"Half", "half", Tone::hue_a, ""}}});
  section.plots.push_back(
      {PlotKind::bars,
       "Computers that got it within the period",
       "release",
       {{"Got it", "have_it", Tone::good, ""}, {"Lack it", "lack_it", Tone::late, ""}}});
  return section;
}

}  // namespace

Result<Content> time_to_protect(const Period& period) {
  const auto lines = lines_of(period);
  if (!lines) return fail(lines.error());
  auto releases = releases_of(period, *lines);
  if (!releases) return fail(releases.error());
  const std::size_t many = releases->size();
  const std::size_t told = std::min(many, ledger::limits::report_releases_max);
  releases->erase(releases->begin(), releases->end() - static_cast<std::ptrdiff_t>(told));
  std::vector<Course> courses;
  for (const auto& release : *releases) {
    auto course = course_of(period, release);
    if (!course) return fail(course.error());
    courses.push_back(*std::move(course));
  }
  const auto followed = for_each_changed_computer(
      period, [&](const std::string&, const std::vector<ComputerVersion>& versions) {
        for (auto& course : courses) follow(course, versions);
        return Result<void>();
      });
  if (!followed) return fail(followed.error());
  std::vector<ReleaseRow> rows;
  std::vector<Duration> times;
  std::uint64_t wanted = 0;
  for (auto& course : courses) {
    rows.push_back(row_of(course));
    wanted += rows.back().computers;
    times.insert(times.end(), course.times.begin(), course.times.end());
  }
  std::sort(times.begin(), times.end());
  auto lacking = who_lacks(*period.at(period.to), *releases);
  if (!lacking) return fail(lacking.error());
  Content content;
  content.figures = {{std::to_string(many), "releases"},
                     {reached_after(times, wanted, 50), "until half of all had them"},
                     {reached_after(times, wanted, 95), "until 95 % had them"},
                     {percent(times.size(), wanted), "of installations done at the end"}};
  content.sections.push_back(releases_section(rows, many - told));
  content.sections.push_back(*std::move(lacking));
  return content;
}

}  // namespace replay::reports

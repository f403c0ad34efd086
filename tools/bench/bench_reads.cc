// What people ask of a large fleet, as of now and of long ago.
#include <string>
#include <utility>

#include "ledger/random.h"
#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "projections/overview_query.h"
#include "tools/bench/asked.h"
#include "tools/bench/benches.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t page_rows = 100;
const ledger::Random choices(1);

std::string chosen_computer(const Fleet& fleet, std::uint64_t n) {
  return computer_id(choices.value("bench", "computers", n) % fleet.ledger->computers()).value;
}

// What a page needs at the least: a hundred rows of the cursor, none of them looked at.
Result<Times> hundred_rows(const Fleet& fleet, const projections::Snapshot& snapshot,
                           std::uint64_t count) {
  return asked(count, [&](std::uint64_t n) -> Result<bool> {
    const auto cursor = snapshot.scan(projections::View::computers, "", chosen_computer(fleet, n));
    for (std::size_t i = 0; i < page_rows; ++i) {
      const auto entry = cursor->next();
      if (!entry) return fail(entry.error());
      if (!*entry) break;
    }
    return true;
  });
}

void say_times(Bench& bench, const Fleet& fleet, const std::string& name, const Times& times,
               const Times& raw, const std::string& raw_of, std::string_view filter = {}) {
  for (const auto& [suffix, percent] : {std::pair{"_p50", 50.0}, std::pair{"_p99", 99.0}}) {
    auto figure = Figure{name + suffix, at_percent(times, percent), "us", at_percent(raw, percent),
                         "the same of " + raw_of}
                      .with("computers", fleet.ledger->computers())
                      .with("events", fleet.views->size().value);
    if (!filter.empty()) figure = std::move(figure).with("filter", filter);
    bench.say(std::move(figure));
  }
}

Result<Times> pages(const Fleet& fleet, const projections::Snapshot& snapshot,
                    const std::string& filter, std::uint64_t count) {
  return asked(count, [&](std::uint64_t n) {
    return list_computers(snapshot, {filter, chosen_computer(fleet, n), page_rows});
  });
}

// The same in the order of names, which is another.
Result<Times> pages_by_name(const Fleet& fleet, const projections::Snapshot& snapshot,
                            const std::string& filter, std::uint64_t count) {
  return asked(count, [&](std::uint64_t n) {
    const auto after =
        computer_name(choices.value("bench", "names", n) % fleet.ledger->computers());
    return list_computers(snapshot, {filter, after, page_rows}, nullptr,
                          projections::ComputerOrder::by_name);
  });
}

Result<void> as_of_at(Bench& bench, const Fleet& fleet, const std::string& name,
                      domain::Position at) {
  const auto& settings = bench.settings();
  const auto snapshot = fleet.views->as_of(at);
  const auto got = records_got(fleet.ledger->log(), settings.questions);
  if (!got) return fail(got.error());
  const auto points = asked(settings.questions, [&](std::uint64_t n) {
    return snapshot->get(projections::View::computers, chosen_computer(fleet, n));
  });
  if (!points) return fail(points.error());
  say_times(bench, fleet, "as_of_point_" + name, *points, *got, "a record of the log by position");
  const auto rows = hundred_rows(fleet, *snapshot, settings.questions / 100);
  if (!rows) return fail(rows.error());
  const auto listed = pages(fleet, *snapshot, "", settings.questions / 100);
  if (!listed) return fail(listed.error());
  say_times(bench, fleet, "as_of_list_" + name, *listed, *rows, "100 rows of the cursor alone");
  return {};
}

domain::Position newest(const Fleet& fleet) { return {fleet.views->size().value - 1}; }

// From the first page on until there is no more.
Result<void> find_by_name(Bench& bench, const Fleet& fleet, const projections::Snapshot& snapshot) {
  const auto name = computer_name(fleet.ledger->computers() - 1);
  projections::ListQuery query{"name = \"" + name + "\"", "", page_rows};
  std::uint64_t asked_pages = 0;
  const auto began = Clock::now();
  std::size_t found = 0;
  do {
    const auto page = list_computers(snapshot, query);
    if (!page) return fail(page.error());
    found += page->items.size();
    query.after = page->next;
    ++asked_pages;
  } while (!query.after.empty());
  const double micros = microseconds_since(began);
  if (found != 1) {
    return fail(ledger::ErrorKind::corrupt, "bench-computer-lost",
                "The fleet has " + std::to_string(found) + " computers named " + name + ".");
  }
  const auto rows = hundred_rows(fleet, snapshot, 20);
  if (!rows) return fail(rows.error());
  bench.say(
      Figure{"find_by_name", micros, "us", at_percent(*rows, 50), "100 rows of the cursor alone"}
          .with("computers", fleet.ledger->computers())
          .with("pages", asked_pages));
  return {};
}

}  // namespace

Result<void> as_of(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  if (const auto near = as_of_at(bench, **fleet, "near", newest(**fleet)); !near) return near;
  return as_of_at(bench, **fleet, "far", (*fleet)->enrolled);
}

Result<void> overview(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto snapshot = (*fleet)->views->as_of(newest(**fleet));
  const auto count = bench.settings().questions / 20;
  const auto overviews =
      asked(count, [&](std::uint64_t) { return projections::overview_at(*snapshot); });
  if (!overviews) return fail(overviews.error());
  const auto rows = asked(count, [&](std::uint64_t) {
    return snapshot->rows<projections::BucketRow>(projections::View::buckets, "", "",
                                                  projections::every);
  });
  if (!rows) return fail(rows.error());
  say_times(bench, **fleet, "overview", *overviews, *rows, "reading the buckets' rows");
  return {};
}

Result<void> lists(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto snapshot = (*fleet)->views->as_of(newest(**fleet));
  const auto count = bench.settings().questions / 100;
  const auto last = computer_name((*fleet)->ledger->computers() - 1);
  const std::pair<const char*, std::string> filters[] = {
      {"list_all", ""},
      {"list_by_status_many", "status = \"out_of_date\""},
      {"list_by_status_few", "status = \"failed\""},
      {"list_by_group", "group = \"group-7\""},
      {"list_by_group_and_status", "group = \"group-7\" AND status = \"up_to_date\""},
      {"list_by_name", "name = \"" + last + "\""},
      // Who has not made the newest report: few, if the record ends just before all have.
      {"list_left_behind", "components:\"virus-pattern/" +
                               components((*fleet)->ledger->rounds()).back().version + "\""},
  };
  for (const auto& [name, filter] : filters) {
    const auto rows = hundred_rows(**fleet, *snapshot, count);
    if (!rows) return fail(rows.error());
    const auto listed = pages(**fleet, *snapshot, filter, count);
    if (!listed) return fail(listed.error());
    say_times(bench, **fleet, name, *listed, *rows, "100 rows of the cursor alone", filter);
    const auto by_name = pages_by_name(**fleet, *snapshot, filter, count);
    if (!by_name) return fail(by_name.error());
    say_times(bench, **fleet, std::string(name) + "_ordered_by_name", *by_name, *rows,
              "100 rows of the cursor alone", filter);
  }
  return find_by_name(bench, **fleet, *snapshot);
}

}  // namespace bench

// What is asked of the past of a large fleet: which event it was, who set what, what is different.
#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/limits.h"
#include "ledger/random.h"
#include "projections/fleet.h"
#include "projections/history.h"
#include "replay/bisect.h"
#include "replay/diff.h"
#include "tools/bench/asked.h"
#include "tools/bench/benches.h"

namespace bench {

using domain::Position;
using ledger::fail;
using ledger::Result;
using projections::View;

namespace {

constexpr std::uint64_t bisections = 40;
constexpr std::uint64_t diff_events = 10'000;
const ledger::Random history_choices(1);

struct Percentile {
  const char* suffix;
  double percent;
};
constexpr std::array<Percentile, 2> told_percentiles{{{"_p50", 50}, {"_p99", 99}}};

// As many moments as a bisection asks for, each by its buckets alone.
Result<Times> bucket_reads(const projections::ViewStore& views, std::uint64_t moments) {
  const std::uint64_t size = views.size().value;
  return asked(bisections, [&](std::uint64_t n) -> Result<bool> {
    for (std::uint64_t i = 0; i < moments; ++i) {
      const Position at{history_choices.value("bisect", "moments", n * moments + i) % size};
      const auto rows =
          views.as_of(at)->rows<projections::BucketRow>(View::buckets, "", "", projections::every);
      if (!rows) return fail(rows.error());
    }
    return true;
  });
}

// Over all events since the fleet was there, from a moment among the first of them.
Result<void> bisect_where(Bench& bench, const Fleet& fleet, const std::string& name,
                          const std::string& where) {
  const std::uint64_t size = fleet.views->size().value;
  std::uint64_t moments = 0;
  std::uint64_t flips = 0;
  const auto times = asked(bisections, [&](std::uint64_t n) {
    const std::uint64_t spared = history_choices.value("bisect", "ends", n) % (size / 20 + 1);
    auto told = replay::bisect(*fleet.views, fleet.ledger->log(),
                               {where, {fleet.enrolled.value + spared}, {size - 1}, false});
    if (told) {
      moments = std::max(moments, told->reads + told->checks);
      flips += told->flips.size();
    }
    return told;
  });
  if (!times) return fail(times.error());
  const auto raw = bucket_reads(*fleet.views, moments);
  if (!raw) return fail(raw.error());
  for (const auto& [suffix, percent] : told_percentiles) {
    bench.say(Figure{name + suffix, at_percent(*times, percent) / 1e3, "ms",
                     at_percent(*raw, percent) / 1e3, "reading the buckets of as many moments"}
                  .with("computers", fleet.ledger->computers())
                  .with("events", size)
                  .with("moments", moments)
                  .with("found", flips)
                  .with("where", where));
  }
  return {};
}

Result<void> blame_rows(Bench& bench, const Fleet& fleet, const std::string& name, View view,
                        const std::function<std::string(std::uint64_t)>& key) {
  const auto& views = *fleet.views;
  const Position at{views.size().value - 1};
  const std::uint64_t count = bench.settings().questions / 20;
  const auto times = asked(count, [&](std::uint64_t n) {
    return projections::blame(views, fleet.ledger->log(), view, key(n), at);
  });
  if (!times) return fail(times.error());
  std::size_t versions = 0;
  const auto raw = asked(count, [&](std::uint64_t n) {
    auto read = views.versions(view, key(n), at, ledger::limits::blame_versions_max);
    if (read) versions = std::max(versions, read->size());
    return read;
  });
  if (!raw) return fail(raw.error());
  for (const auto& [suffix, percent] : told_percentiles) {
    bench.say(Figure{name + suffix, at_percent(*times, percent), "us", at_percent(*raw, percent),
                     "reading its versions"}
                  .with("computers", fleet.ledger->computers())
                  .with("events", views.size().value)
                  .with("versions", versions));
  }
  return {};
}

// All pages of what the newest events made different.
Result<void> diff_of(Bench& bench, const BenchLedger& ledger, const projections::ViewStore& views) {
  const std::uint64_t size = views.size().value;
  const Position newest{size - 1};
  const Position from{newest.value - std::min(diff_events, size / 4)};
  std::uint64_t rows = 0;
  replay::DiffQuery query{from, newest, {View::computers}, "", ledger::limits::page_rows_max};
  const auto began = Clock::now();
  do {
    auto page = replay::diff(views, ledger.log(), query);
    if (!page) return fail(page.error());
    rows += page->items.size();
    query.after = std::move(page->next);
  } while (!query.after.empty());
  const double milliseconds = microseconds_since(began) / 1e3;
  const auto walk_began = Clock::now();
  for (Position at = newest; from < at; --at.value) {
    const auto changed = views.changed_by(at);
    if (!changed) return fail(changed.error());
  }
  bench.say(Figure{"diff", milliseconds, "ms", microseconds_since(walk_began) / 1e3,
                   "reading which rows those events changed"}
                .with("computers", ledger.computers())
                .with("events", size)
                .with("events_between", newest.value - from.value)
                .with("rows", rows));
  return {};
}

}  // namespace

Result<void> bisect(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  // When but few had not reported yet, and when the first one failed.
  const std::string few = std::to_string((*fleet)->ledger->computers() / 50);
  const std::pair<const char*, std::string> questions[] = {
      {"bisect_by_status",
       R"(computers[status = "unknown" and policy = "policy-2"].count < )" + few},
      {"bisect_failed", R"(computers[status = "failed"].exists)"}};
  for (const auto& [name, where] : questions) {
    if (const auto told = bisect_where(bench, **fleet, name, where); !told) return told;
  }
  return {};
}

Result<void> blame(Bench& bench) {
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  const auto computers = (*fleet)->ledger->computers();
  const auto computer =
      blame_rows(bench, **fleet, "blame_computer", View::computers,
                 [&](std::uint64_t n) { return computer_id(n * 7'919 % computers).value; });
  if (!computer) return computer;
  const auto snapshot = (*fleet)->views->as_of({(*fleet)->views->size().value - 1});
  const auto counts = snapshot->scan(View::bucket_counts, "", "");
  const auto busy = counts->next();
  if (!busy) return fail(busy.error());
  CHECK(busy->has_value(), "computers are counted");
  return blame_rows(bench, **fleet, "blame_busy_row", View::bucket_counts,
                    [&](std::uint64_t) { return std::string((*busy)->key); });
}

Result<void> diff(Bench& bench) {
  const auto small = bench.full_ledger();
  if (!small) return fail(small.error());
  const auto views = bench.views_of_full_ledger();
  if (!views) return fail(views.error());
  if (const auto told = diff_of(bench, **small, **views); !told) return told;
  const auto fleet = bench.fleet();
  if (!fleet) return fail(fleet.error());
  return diff_of(bench, *(*fleet)->ledger, *(*fleet)->views);
}

}  // namespace bench

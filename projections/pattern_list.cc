#include "projections/pattern_list.h"

#include <map>
#include <utility>

#include "projections/fleet.h"
#include "projections/keys.h"
#include "projections/page_fill.h"
#include "projections/row_filter.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

struct Coverage {
  std::uint64_t current = 0;
  std::uint64_t behind = 0;
  std::uint64_t unknown = 0;
};
using CoverageOf = std::map<std::pair<domain::ComponentName, domain::Platform>, Coverage>;

CoverageOf coverage_of(const Fleet& fleet) {
  CoverageOf coverage;
  for (const auto& bucket : fleet.buckets()) {
    const domain::BucketFacts& facts = bucket.row.facts;
    for (const auto* pattern : patterns_for(facts, fleet.expectations())) {
      Coverage& counts = coverage[{pattern->component, pattern->platform}];
      if (!facts.reported) {
        counts.unknown += bucket.computers;
      } else if (behind_since(*pattern, facts.components)) {
        counts.behind += bucket.computers;
      } else {
        counts.current += bucket.computers;
      }
    }
  }
  return coverage;
}

PatternItem item_of(const CoverageOf& coverage, PatternRow row) {
  PatternItem item;
  if (const auto counts = coverage.find({row.component, row.platform}); counts != coverage.end()) {
    item.current = counts->second.current;
    item.behind = counts->second.behind;
    item.unknown = counts->second.unknown;
  }
  if (!row.versions.empty()) {
    item.released_at = row.versions.front().released_at;
    item.available_since = row.versions.front().available_since;
  }
  item.component = std::move(row.component);
  item.platform = std::move(row.platform);
  item.product = std::move(row.product);
  item.version = std::move(row.version);
  item.versions = std::move(row.versions);
  return item;
}

}  // namespace

Result<Page<PatternItem>> list_patterns(const Snapshot& snapshot, const ListQuery& query) {
  const auto filter = RowFilter<PatternItem>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  const CoverageOf coverage = coverage_of(*fleet);
  const auto cursor = snapshot.scan(View::patterns, "", query.after);
  return fill_page<PatternItem>(
      *cursor, query, [&](const RowCursor::Entry& entry) -> Result<std::optional<PatternItem>> {
        auto row = decode_row<PatternRow>(entry.row);
        if (!row) return fail(row.error());
        auto item = item_of(coverage, std::move(*row));
        if (!filter->matches(item)) return std::optional<PatternItem>();
        return std::optional<PatternItem>(std::move(item));
      });
}

Result<PatternItem> find_pattern(const Snapshot& snapshot, const domain::ComponentName& component,
                                 const domain::Platform& platform) {
  auto row = snapshot.row<PatternRow>(View::patterns, joined_key(component.value, platform.value));
  if (!row) return fail(row.error());
  if (!*row) {
    return fail(ledger::ErrorKind::not_found, "pattern-unknown",
                "There is no pattern " + component.value + " for " + platform.value + ".");
  }
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  return item_of(coverage_of(*fleet), std::move(**row));
}

}  // namespace projections

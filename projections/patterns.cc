#include "projections/patterns.h"

#include "ledger/limits.h"
#include "projections/keys.h"

namespace projections {

using domain::Event;
using domain::World;

void project(const Event& event, const domain::PatternReleased& released, const World&,
             Rows& rows) {
  const auto key = joined_key(released.component.value, released.platform.value);
  auto row = rows.row<PatternRow>(View::patterns, key).value_or(PatternRow{});
  row.component = released.component;
  row.platform = released.platform;
  row.product = released.product;
  row.version = released.version;
  row.versions.insert(row.versions.begin(),
                      PatternVersionRow{released.version, released.released_at, event.recorded_at,
                                        event.position, released.digest, released.bytes, false});
  if (row.versions.size() > ledger::limits::pattern_versions_max) row.versions.pop_back();
  row.changed = mark_of(event);
  rows.set(View::patterns, key, row);
}

void project(const Event& event, const domain::PatternRetired& retired, const World&, Rows& rows) {
  const auto key = joined_key(retired.component.value, retired.platform.value);
  auto row = rows.row<PatternRow>(View::patterns, key);
  if (!row) return;
  for (auto& version : row->versions) {
    if (version.version == retired.version) version.retired = true;
  }
  row->changed = mark_of(event);
  rows.set(View::patterns, key, *row);
}

}  // namespace projections

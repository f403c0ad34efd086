// Pages of the rows of one view as they stand, filtered by any of their fields: "role = admin",
// "definition.enabled = true", "changed.by:alice". Lists that derive something have a query of
// their own.
#pragma once

#include <string_view>

#include "ledger/result.h"
#include "projections/page.h"
#include "projections/snapshot.h"

namespace projections {

// Rows of views as their headers say, made for those in tables.cc.
template <class Row>
struct Table {
  static ledger::Result<Page<Row>> list(const Snapshot& snapshot, View view, const ListQuery& query,
                                        std::string_view prefix);
  static ledger::Result<Page<Row>> list_backward(const Snapshot& snapshot, View view,
                                                 const ListQuery& query, std::string_view prefix);
};

// Rows whose keys begin with `prefix` (task_runs of one task: "nightly/"), by key.
// Errors: invalid ("filter-..."), corrupt, io. Thread: any.
template <class Row>
ledger::Result<Page<Row>> list_rows(const Snapshot& snapshot, View view, const ListQuery& query,
                                    std::string_view prefix = {}) {
  return Table<Row>::list(snapshot, view, query, prefix);
}

// The same, last key first; for views of at most limits::backward_rows_max rows, of which it reads
// all up to there: instructions, runs of a task, alerts.
// Errors: as list_rows; unavailable ("view-too-large").
template <class Row>
ledger::Result<Page<Row>> list_rows_backward(const Snapshot& snapshot, View view,
                                             const ListQuery& query, std::string_view prefix = {}) {
  return Table<Row>::list_backward(snapshot, view, query, prefix);
}

}  // namespace projections

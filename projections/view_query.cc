#include "projections/view_query.h"

#include <utility>

#include "ledger/codec/json_out.h"
#include "projections/computer_list.h"
#include "projections/history.h"
#include "projections/page_fill.h"
#include "projections/row_filter.h"
#include "projections/row_types.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

template <class Row>
Result<Page<ViewRow>> list_rows_of(const Snapshot& snapshot, View view, const ListQuery& query) {
  const auto filter = RowFilter<Row>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto cursor = snapshot.scan(view, "", query.after);
  return fill_page<ViewRow>(
      *cursor, query, [&](const RowCursor::Entry& entry) -> Result<std::optional<ViewRow>> {
        const auto row = decode_row<Row>(entry.row);
        if (!row) return fail(row.error());
        if (!filter->matches(*row)) return std::optional<ViewRow>();
        return std::optional<ViewRow>(
            ViewRow{shown_key(view, entry.key), JsonText{ledger::codec::to_json(*row)}});
      });
}

template <class Row>
Result<ViewCount> count_rows_of(const Snapshot& snapshot, View view, std::string_view text) {
  const auto filter = RowFilter<Row>::parse(text);
  if (!filter) return fail(filter.error());
  const auto cursor = snapshot.scan(view, "", "");
  ViewCount count;
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return count;
    const auto row = decode_row<Row>((*entry)->row);
    if (!row) return fail(row.error());
    if (filter->matches(*row)) ++count.rows;
    ++count.passed;
  }
}

}  // namespace

Result<Page<ViewRow>> list_view(const Snapshot& snapshot, View view, const ListQuery& query) {
  return with_row_type(view, [&]<class Row>() { return list_rows_of<Row>(snapshot, view, query); });
}

Result<void> check_view_filter(View view, std::string_view filter) {
  if (view == View::computers) return check_computer_filter(filter);
  return with_row_type(view, [&]<class Row>() -> Result<void> {
    const auto parsed = RowFilter<Row>::parse(filter);
    if (!parsed) return fail(parsed.error());
    return {};
  });
}

Result<ViewCount> count_view(const Snapshot& snapshot, View view, std::string_view filter) {
  if (view == View::computers) {
    const auto counted = count_computers(snapshot, filter);
    if (!counted) return fail(counted.error());
    return ViewCount{counted->computers, counted->passed};
  }
  return with_row_type(view,
                       [&]<class Row>() { return count_rows_of<Row>(snapshot, view, filter); });
}

}  // namespace projections

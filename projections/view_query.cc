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
Result<std::uint64_t> count_rows_of(const Snapshot& snapshot, View view, std::string_view text) {
  const auto filter = RowFilter<Row>::parse(text);
  if (!filter) return fail(filter.error());
  const auto cursor = snapshot.scan(view, "", "");
  std::uint64_t count = 0;
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return count;
    const auto row = decode_row<Row>((*entry)->row);
    if (!row) return fail(row.error());
    if (filter->matches(*row)) ++count;
  }
}

Result<std::uint64_t> count_computers(const Snapshot& snapshot, std::string_view filter) {
  const auto facets = computer_facets(snapshot, filter);
  if (facets) return facets->total;
  if (facets.error().reason != "filter-field-not-counted") return fail(facets.error());
  ListQuery query{std::string(filter), "", ledger::limits::page_rows_max};
  std::uint64_t count = 0;
  do {
    auto page = list_computers(snapshot, query, {});
    if (!page) return fail(page.error());
    count += page->items.size();
    query.after = std::move(page->next);
  } while (!query.after.empty());
  return count;
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

Result<std::uint64_t> count_view(const Snapshot& snapshot, View view, std::string_view filter) {
  if (view == View::computers) return count_computers(snapshot, filter);
  return with_row_type(view,
                       [&]<class Row>() { return count_rows_of<Row>(snapshot, view, filter); });
}

}  // namespace projections

#include "projections/tables.h"

#include <algorithm>

#include "projections/access.h"
#include "projections/alerts.h"
#include "projections/computers.h"
#include "projections/instructions.h"
#include "projections/page_fill.h"
#include "projections/policies.h"
#include "projections/relays.h"
#include "projections/row_filter.h"
#include "projections/rule_updates.h"
#include "projections/schedules.h"
#include "projections/service.h"
#include "projections/settings.h"
#include "projections/sources.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// A row, if it passes.
template <class Row>
Result<std::optional<Row>> passed(const RowFilter<Row>& filter, std::string_view bytes) {
  auto row = decode_row<Row>(bytes);
  if (!row) return fail(row.error());
  if (!filter.matches(*row)) return std::optional<Row>();
  return std::optional<Row>(std::move(*row));
}

}  // namespace

template <class Row>
Result<Page<Row>> Table<Row>::list(const Snapshot& snapshot, View view, const ListQuery& query,
                                   std::string_view prefix) {
  const auto filter = RowFilter<Row>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto cursor = snapshot.scan(view, prefix, query.after);
  return fill_page<Row>(*cursor, query, [&](const RowCursor::Entry& entry) {
    return passed<Row>(*filter, entry.row);
  });
}

template <class Row>
Result<Page<Row>> Table<Row>::list_backward(const Snapshot& snapshot, View view,
                                            const ListQuery& query, std::string_view prefix) {
  const auto filter = RowFilter<Row>::parse(query.filter);
  if (!filter) return fail(filter.error());
  std::vector<Keyed<std::string>> rows;
  const auto cursor = snapshot.scan(view, prefix, "");
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry || (!query.after.empty() && (*entry)->key >= query.after)) break;
    if (rows.size() == ledger::limits::backward_rows_max) {
      return fail(ledger::ErrorKind::unavailable, "view-too-large",
                  "There are more than " + std::to_string(rows.size()) +
                      " rows, too many to show the last ones first.");
    }
    rows.push_back(Keyed<std::string>{std::string((*entry)->key), std::string((*entry)->row)});
  }
  Page<Row> page;
  for (auto each = rows.rbegin(); each != rows.rend(); ++each) {
    if (page.items.size() == rows_asked(query)) {
      page.next = std::prev(each)->key;
      break;
    }
    auto row = passed<Row>(*filter, each->row);
    if (!row) return fail(row.error());
    if (*row) page.items.push_back(std::move(**row));
  }
  return page;
}

template struct Table<AlertRow>;
template struct Table<AlertTypeRow>;
template struct Table<BookmarkRow>;
template struct Table<EnrolmentTokenRow>;
template struct Table<GroupRow>;
template struct Table<HoldRow>;
template struct Table<InstructionRow>;
template struct Table<PolicyRow>;
template struct Table<PolicySettingRow>;
template struct Table<RelayGroupRow>;
template struct Table<SearchRow>;
template struct Table<SigningKeyRow>;
template struct Table<SourceRow>;
template struct Table<TaskRow>;
template struct Table<TaskRunRow>;
template struct Table<TokenRow>;
template struct Table<UserRow>;

}  // namespace projections

// Rows of any view by any of their fields: for those who ask what no page of the product shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/result.h"
#include "projections/json_text.h"
#include "projections/page.h"
#include "projections/snapshot.h"
#include "projections/views.h"

namespace projections {

struct ViewRow {
  std::string key;  // As shown_key().
  JsonText row;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("key", &ViewRow::key), field("row", &ViewRow::row));
  }
  bool operator==(const ViewRow&) const = default;
};

// In the order of keys. Errors: invalid ("filter-..."), corrupt, io.
ledger::Result<Page<ViewRow>> list_view(const Snapshot& snapshot, View view,
                                        const ListQuery& query);

// What a count is taken of: computers are asked for as people see them, with the status that
// follows from all else; every other view by the fields of its rows. Errors: invalid
// ("filter-...").
ledger::Result<void> check_view_filter(View view, std::string_view filter);

struct ViewCount {
  std::uint64_t rows = 0;    // That match.
  std::uint64_t passed = 0;  // Rows that were looked at for it; of buckets, none.
};
// How many rows match. Cost: computers that a filter tells apart by what they run are counted by
// their buckets; else the rows are passed over. Errors: as list_view().
ledger::Result<ViewCount> count_view(const Snapshot& snapshot, View view, std::string_view filter);

}  // namespace projections

// What takes more rows of a list than those of one page: their number, another order, and a page
// that does not begin where another ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/routes.h"
#include "api/row_order.h"

namespace api {

// How many rows a question has. Problems: "too-many-to-count", those of the list.
Answered<std::uint64_t> count_rows(const Routes::List& list, const Reading& reading,
                                   projections::ListQuery query);

// The same, but of a list that is long only so many as are among the rows of its first
// limits::list_pages_estimated pages. Problems: those of the list.
Answered<std::uint64_t> count_first_rows(const Routes::List& list, const Reading& reading,
                                         projections::ListQuery query);

// What a page is asked for beside what stands in its query.
struct PageWish {
  projections::ListQuery query;
  RowOrder order;          // Empty: the list's own.
  std::uint64_t skip = 0;  // Rows that are passed over first.
};

// The page in the list's own order. Cost: the rows that are passed over.
// Problems: "too-many-to-skip", those of the list.
Answered<Listed> own_page(const Routes::List& list, const Reading& reading, PageWish wish);

// The page in another order than the list's own, which of `own` is the first.
// Cost: the rows of all pages, each time: limits::list_rows_ordered_max at most.
// Problems: "too-many-to-order", "order-field-unknown", those of the list.
Answered<Listed> ordered_page(const Routes::List& list, const Reading& reading,
                              const PageWish& wish, const std::vector<std::string>& own);

}  // namespace api

// What takes all rows of a list, not only those of one page: their number, and another order.
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

// The page of `query` in another order than the list's own, which of `own` is the first.
// Cost: the rows of all pages, each time: limits::list_rows_ordered_max at most.
// Problems: "too-many-to-order", "order-field-unknown", those of the list.
Answered<Listed> ordered_page(const Routes::List& list, const Reading& reading,
                              const projections::ListQuery& query, const RowOrder& order,
                              const std::vector<std::string>& own);

}  // namespace api

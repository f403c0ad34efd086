// `order_by=severity desc,name`: the order in which a list gives its rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "api/refusal.h"
#include "api/render.h"

namespace api {

struct OrderTerm {
  std::string field;  // As filters name it: "changed.time".
  bool is_descending = false;
};
using RowOrder = std::vector<OrderTerm>;

// What the request's `order_by` asks for: fields with commas between them, each alone, with " asc"
// or with " desc" after it; "-field" is "field desc". Nothing: the list's own order.
// Problems: "order-invalid".
Answered<RowOrder> order_asked(const Request& request);

// "-severity,name".
std::string order_text(const RowOrder& order);

// Puts all rows of a list in order: numbers, times and durations by what they are, words that are
// one of a few by their rank (low, medium, high), other texts by their bytes. Rows without a value
// come last; those that are alike stay as they were.
// Problems: "order-field-unknown" (with those that there are).
Answered<void> sort_rows(const RowOrder& order, Listed& rows);

}  // namespace api

// A row of any view, field by field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "projections/history.h"
#include "projections/json_text.h"
#include "projections/views.h"

namespace projections {

struct RowField {
  std::string name;  // "definition.enabled"
  JsonText value;
};

// Without what a row says about its own making, in the order of its fields. Errors: corrupt.
ledger::Result<std::vector<RowField>> row_fields(View view, std::string_view row);

}  // namespace projections

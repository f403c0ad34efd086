// Rows of every view as JSON and field by field.
#include <utility>

#include "ledger/codec/json_out.h"
#include "projections/row_fields.h"
#include "projections/row_types.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

template <class T>
void append_fields(const T& object, const std::string& prefix, std::vector<RowField>& fields) {
  domain::for_each_field(object, [&](std::string_view name, const auto& member) {
    using Member = std::decay_t<decltype(member)>;
    const std::string path = prefix + std::string(name);
    if constexpr (std::is_same_v<Member, Mark>) {
      return;  // It says of the whole row what blame says of each field.
    } else if constexpr (domain::HasFields<Member>) {
      append_fields(member, path + ".", fields);
    } else {
      fields.push_back(RowField{path, JsonText{ledger::codec::to_json(member)}});
    }
  });
}

}  // namespace

Result<JsonText> row_json(View view, std::string_view bytes) {
  return with_row_type(view, [&]<class Row>() -> Result<JsonText> {
    const auto row = decode_row<Row>(bytes);
    if (!row) return fail(row.error());
    return JsonText{ledger::codec::to_json(*row)};
  });
}

Result<std::vector<RowField>> row_fields(View view, std::string_view bytes) {
  return with_row_type(view, [&]<class Row>() -> Result<std::vector<RowField>> {
    const auto row = decode_row<Row>(bytes);
    if (!row) return fail(row.error());
    std::vector<RowField> fields;
    append_fields(*row, "", fields);
    return fields;
  });
}

}  // namespace projections

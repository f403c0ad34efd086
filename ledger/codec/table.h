// Structs with fields() as tables: their columns, their cells as people read them, and CSV.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/codec/json_value.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::codec {

enum class ColumnKind { text, number, time, duration };
constexpr auto enum_names(ColumnKind) {
  return std::array<std::string_view, 4>{"text", "number", "time", "duration"};
}

struct Column {
  std::string name;  // "given.time" for what is nested.
  ColumnKind kind{};

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(field("name", &Column::name), field("kind", &Column::kind));
  }
  bool operator==(const Column&) const = default;
};

namespace internal {

template <class T>
struct Unwrapped {
  using Type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using Type = T;
};

template <class T>
constexpr ColumnKind kind_of() {
  if constexpr (std::is_same_v<T, domain::Time>) return ColumnKind::time;
  if constexpr (std::is_same_v<T, domain::Duration>) return ColumnKind::duration;
  if constexpr (std::is_same_v<T, domain::Position>) return ColumnKind::number;
  const bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool>;
  return is_number ? ColumnKind::number : ColumnKind::text;
}

template <domain::HasFields Row>
void add_columns(std::vector<Column>& columns, const std::string& prefix) {
  const auto add = [&]<class Member>(const domain::Field<Row, Member>& each) {
    using Inner = typename Unwrapped<Member>::Type;
    if constexpr (domain::HasFields<Inner>) {
      add_columns<Inner>(columns, prefix + std::string(each.name) + ".");
    } else {
      columns.push_back(Column{prefix + std::string(each.name), kind_of<Inner>()});
    }
  };
  Row::fields()([&](const auto&... each) { (add(each), ...); });
}

}  // namespace internal

template <domain::HasFields Row>
std::vector<Column> columns_of() {
  std::vector<Column> columns;
  internal::add_columns<Row>(columns, "");
  return columns;
}

// The member of a row that a column names; null: it has none.
const JsonValue* value_at(const JsonValue& row, std::string_view column);

// A value as one cell shows it: parts of arrays and objects are joined by spaces.
std::string cell_text(const JsonValue& value);

// Appends `items`, one JSON object each, as text/csv under a line of `columns`: cells that a
// spreadsheet would take for formulas begin with a "'".
void write_csv(std::string& out, const std::vector<std::string>& columns,
               const std::vector<std::string>& items);
// A line of texts, kept from spreadsheets in the same way.
void write_csv_line(std::string& out, const std::vector<std::string>& cells);

}  // namespace ledger::codec

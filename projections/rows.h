// Where projections put their rows. A row is a struct with fields(); its key orders it within its
// view. What one event writes becomes visible together.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/row_codec.h"
#include "projections/views.h"

namespace projections {

namespace domain = ledger::domain;

class Rows {
 public:
  virtual ~Rows() = default;
  virtual void put(View view, std::string_view key, std::string row) = 0;
  virtual void erase(View view, std::string_view key) = 0;
  // The newest row, with what was put before. Costs a read: not for events that come by the
  // million.
  virtual std::optional<std::string> get(View view, std::string_view key) = 0;

  template <class Row>
  void set(View view, std::string_view key, const Row& row) {
    put(view, key, encode_row(row));
  }
  template <class Row>
  std::optional<Row> row(View view, std::string_view key) {
    const auto bytes = get(view, key);
    if (!bytes) return std::nullopt;
    auto decoded = decode_row<Row>(*bytes);
    CHECK(decoded.has_value(), "a row reads back as it was written");
    return std::move(*decoded);
  }
};

}  // namespace projections

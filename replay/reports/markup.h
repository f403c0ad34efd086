// What pages and drawings are written with: escaped text, cells as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/json_value.h"
#include "replay/reports/report.h"

namespace replay::reports {

// For text and for values in double quotes. What XML has no place for, and what would turn the
// direction of the text around it, is shown as U+FFFD.
std::string escaped(std::string_view text);

// A section with its rows read. The section outlives it.
struct Table {
  explicit Table(const Section& of);

  const Section& section;
  std::vector<ledger::codec::JsonDocument> rows;

  // As numbers, times and durations in milliseconds; nothing: the cell is empty or has none.
  std::optional<std::int64_t> number(std::size_t row, std::string_view column) const;
  std::string text(std::size_t row, std::string_view column) const;
};

// A cell as people read it, not escaped; empty: there is nothing to say.
std::string shown_cell(const Table& table, std::size_t row, const ledger::codec::Column& column);

// "2026-11-03 10:00:00", of UTC.
std::string shown_time(domain::Time time);

// "12 345"
std::string grouped_digits(std::string digits);

}  // namespace replay::reports

#include "replay/reports/markup.h"

#include <algorithm>
#include <charconv>

#include "ledger/codec/table.h"
#include "ledger/steering_text.h"
#include "replay/reports/period.h"

namespace replay::reports {

using ledger::codec::Column;
using ledger::codec::ColumnKind;
using ledger::codec::JsonValue;

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char c = text[0];
    const auto steering = c == '\n' || c == '\t' ? 0 : ledger::steering_bytes(text);
    if (steering > 0) {
      out += "\ufffd";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
    text.remove_prefix(std::max(steering, std::size_t{1}));
  }
  return out;
}

Table::Table(const Section& of) : section(of) {
  rows.reserve(section.rows.size());
  for (const auto& row : section.rows) {
    rows.push_back(ledger::codec::parse_json_document(row.text));
  }
}

namespace {

ColumnKind kind_of(const Section& section, std::string_view column) {
  for (const auto& each : section.columns) {
    if (each.name == column) return each.kind;
  }
  return ColumnKind::text;
}

}  // namespace

std::optional<std::int64_t> Table::number(std::size_t row, std::string_view column) const {
  const auto said = text(row, column);
  if (said.empty()) return std::nullopt;
  const auto kind = kind_of(section, column);
  if (kind == ColumnKind::time) {
    const auto time = domain::time_from_rfc3339(said);
    if (!time) return std::nullopt;
    return time->micros / 1'000;
  }
  if (kind == ColumnKind::duration) {
    const auto duration = domain::duration_from_iso8601(said);
    if (!duration) return std::nullopt;
    return duration->micros / 1'000;
  }
  std::int64_t number = 0;
  const auto read = std::from_chars(said.data(), said.data() + said.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

std::string Table::text(std::size_t row, std::string_view column) const {
  const JsonValue* value = ledger::codec::value_at(rows[row].root, column);
  return value == nullptr ? std::string() : ledger::codec::cell_text(*value);
}

std::string shown_time(domain::Time time) {
  std::string text = rfc3339(time).substr(0, 19);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string grouped_digits(std::string digits) {
  for (std::size_t at = digits.size(); at > 3 && digits.size() > 4;) {
    at -= 3;
    digits.insert(at, "\u202f");
  }
  return digits;
}

std::string shown_cell(const Table& table, std::size_t row, const Column& column) {
  auto said = table.text(row, column.name);
  if (said.empty()) return said;
  if (column.kind == ColumnKind::time) {
    const auto time = domain::time_from_rfc3339(said);
    return time ? shown_time(*time) : said;
  }
  if (column.kind == ColumnKind::duration) {
    const auto duration = domain::duration_from_iso8601(said);
    return duration ? spoken(*duration) : said;
  }
  if (column.kind == ColumnKind::number) {
    return column.name == "position" ? said : grouped_digits(std::move(said));
  }
  // Names of the domain: "up_to_date".
  if (column.name == "status" || column.name == "state") {
    std::replace(said.begin(), said.end(), '_', ' ');
  }
  return said;
}

}  // namespace replay::reports

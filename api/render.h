// Rows as answers: a page of JSON, CSV or one JSON object a line, as the Accept header asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/reads.h"
#include "ledger/codec/json_out.h"
#include "ledger/codec/table.h"
#include "ledger/domain/fields.h"
#include "projections/row_filter.h"

namespace api {

// A page of rows, already JSON.
struct Listed {
  std::vector<std::string> items;    // One JSON object each.
  std::vector<std::string> columns;  // Of CSV: "given.time" for what is nested.
  std::vector<domain::FilterField> (*fields)() = nullptr;  // That rows are compared by.
  std::optional<std::string> next;   // Where it ends, if there are more rows.
  std::optional<std::uint64_t> total_size;
};

namespace internal {

template <domain::HasFields T>
constexpr bool has_position() {
  return T::fields()([](const auto&... each) { return ((each.name == "position") || ...); });
}

}  // namespace internal

template <domain::HasFields Row>
std::vector<domain::FilterField> compared_fields() {
  std::vector<domain::FilterField> fields;
  projections::append_fields<Row>("", fields);
  return fields;
}

template <domain::HasFields Row>
Listed listed(const std::vector<Row>& rows, std::optional<std::string> next = {}) {
  Listed page;
  for (auto& column : ledger::codec::columns_of<Row>()) {
    page.columns.push_back(std::move(column.name));
  }
  page.fields = compared_fields<Row>;
  page.items.reserve(rows.size());
  for (const Row& row : rows) page.items.push_back(ledger::codec::to_json(row));
  page.next = std::move(next);
  return page;
}

// The page after `after` of what is all at hand: its own numbers are where pages end.
Listed sliced(Listed all, std::string_view after, std::size_t max);

// {"items": [...], "next_page_token": "...", "position": N}; or the rows alone as CSV or NDJSON,
// where the token and the address of the next page stand in headers; of each the `fields` that were
// asked for. Problems: 406, "field-unknown".
Answered<Response> list_answer(const Reading& reading, Listed page);

// One object: its members, and the position that is shown as "position" unless it has one itself.
template <domain::HasFields T>
Response object_answer(const Reading& reading, const T& object,
                       std::optional<std::uint64_t> version = {}) {
  Response response;
  response.body = "{";
  if constexpr (!internal::has_position<T>()) {
    response.body += "\"position\":" + std::to_string(reading.at.value) + ',';
  }
  ledger::codec::write_json_members(response.body, object);
  response.body += '}';
  return finished(reading, std::move(response), version);
}

// Which of `offered` an Accept header prefers; empty: none. An absent header takes the first.
std::string_view preferred(std::optional<std::string_view> accept,
                           const std::vector<std::string_view>& offered);

}  // namespace api

#include "api/row_order.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include "ledger/codec/json_value.h"
#include "ledger/limits.h"

namespace api {
namespace {

using domain::FilterField;
using domain::FilterKind;
using ledger::codec::JsonNumber;
using ledger::codec::JsonValue;

tl::unexpected<Refusal> order_invalid() {
  return refused("order-invalid",
                 "order_by is up to " + std::to_string(ledger::limits::order_terms_max) +
                     " fields with commas between them, each once and followed by \" desc\" if it "
                     "is to go down: severity desc,name.");
}

std::optional<OrderTerm> term_of(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  OrderTerm term;
  if (text.starts_with('-')) {
    term.is_descending = true;
    text.remove_prefix(1);
  } else if (text.ends_with(" desc")) {
    term.is_descending = true;
    text.remove_suffix(5);
  } else if (text.ends_with(" asc")) {
    text.remove_suffix(4);
  }
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty() || text.find(' ') != std::string_view::npos) return std::nullopt;
  term.field = text;
  return term;
}

Answered<const FilterField*> field_named(const std::string& name,
                                         const std::vector<FilterField>& fields) {
  std::string known;
  for (const auto& field : fields) {
    if (field.is_list) continue;
    if (field.name == name) return &field;
    known += (known.empty() ? "" : ", ") + field.name;
  }
  return refused("order-field-unknown", "Rows of this list are not ordered by \"" + name +
                                            "\"; they are by " + known + ".");
}

// What two rows are compared by: nothing, a number or a text.
using Key = std::variant<std::monostate, std::int64_t, std::string>;

Key key_of_number(const JsonNumber& number) {
  std::int64_t value = 0;
  std::from_chars(number.text.data(), number.text.data() + number.text.size(), value);
  return value;
}

Key key_of_text(const std::string& text, const FilterField& field) {
  if (field.kind == FilterKind::time) {
    const auto time = domain::time_from_rfc3339(text);
    return time ? Key(time->micros) : Key();
  }
  if (field.kind == FilterKind::duration) {
    const auto duration = domain::duration_from_iso8601(text);
    return duration ? Key(duration->micros) : Key();
  }
  if (field.words.empty()) return text;
  return std::find(field.words.begin(), field.words.end(), text) - field.words.begin();
}

Key key_of(const JsonValue* value, const FilterField& field) {
  if (value == nullptr) return {};
  if (const auto* number = std::get_if<JsonNumber>(&value->value)) return key_of_number(*number);
  if (const auto* flag = std::get_if<bool>(&value->value)) return std::int64_t{*flag};
  if (const auto* text = std::get_if<std::string>(&value->value)) return key_of_text(*text, field);
  return {};
}

bool comes_before(const std::vector<Key>& a, const std::vector<Key>& b, const RowOrder& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (a[i] == b[i]) continue;
    const bool is_missing = std::holds_alternative<std::monostate>(a[i]);
    if (is_missing || std::holds_alternative<std::monostate>(b[i])) return !is_missing;
    return order[i].is_descending ? b[i] < a[i] : a[i] < b[i];
  }
  return false;
}

}  // namespace

Answered<RowOrder> order_asked(const Request& request) {
  RowOrder order;
  const auto asked = request.query_value("order_by");
  if (!asked) return order;
  std::string_view rest = *asked;
  for (bool is_more = true; is_more;) {
    const auto comma = rest.find(',');
    auto term = term_of(rest.substr(0, comma));
    const bool is_twice = term && std::any_of(order.begin(), order.end(), [&](const auto& each) {
                            return each.field == term->field;
                          });
    if (!term || is_twice || order.size() == ledger::limits::order_terms_max) {
      return order_invalid();
    }
    order.push_back(std::move(*term));
    is_more = comma != std::string_view::npos;
    if (is_more) rest.remove_prefix(comma + 1);
  }
  return order;
}

std::string order_text(const RowOrder& order) {
  std::string text;
  for (const auto& term : order) {
    text += text.empty() ? "" : ",";
    text += (term.is_descending ? "-" : "") + term.field;
  }
  return text;
}

Answered<void> sort_rows(const RowOrder& order, Listed& rows) {
  const auto fields = rows.fields();
  std::vector<const FilterField*> by;
  for (const auto& term : order) {
    const auto field = field_named(term.field, fields);
    if (!field) return refused(field.error());
    by.push_back(*field);
  }
  std::vector<std::vector<Key>> keys;
  keys.reserve(rows.items.size());
  for (const auto& item : rows.items) {
    const auto document = ledger::codec::parse_json_document(item);
    auto& key = keys.emplace_back();
    for (const auto* field : by) {
      key.push_back(key_of(ledger::codec::value_at(document.root, field->name), *field));
    }
  }
  std::vector<std::size_t> places(rows.items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return comes_before(keys[a], keys[b], order);
  });
  std::vector<std::string> sorted;
  sorted.reserve(places.size());
  for (const auto place : places) sorted.push_back(std::move(rows.items[place]));
  rows.items = std::move(sorted);
  return {};
}

}  // namespace api

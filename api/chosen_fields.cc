#include "api/chosen_fields.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "ledger/codec/json_value.h"

namespace api {
namespace {

using ledger::codec::JsonArray;
using ledger::codec::JsonNumber;
using ledger::codec::JsonObject;
using ledger::codec::JsonValue;
using Names = std::set<std::string, std::less<>>;

bool is_within(std::string_view column, std::string_view name) {
  return column == name ||
         (column.size() > name.size() && column.starts_with(name) && column[name.size()] == '.');
}

bool has_within(const Names& names, std::string_view member) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return is_within(name, member); });
}

void write_value(std::string& out, const JsonValue& value);

void write_array(std::string& out, const JsonArray& array) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out += ',';
    write_value(out, array[i]);
  }
  out += ']';
}

// Of an object at `path`: all of it without names, else what they name.
void write_object(std::string& out, const JsonObject& object, const std::string& path,
                  const Names* names) {
  out += '{';
  bool is_first = true;
  for (const auto& [name, value] : object) {
    const std::string at = path + name;
    if (names != nullptr && !has_within(*names, at)) continue;
    if (!std::exchange(is_first, false)) out += ',';
    ledger::codec::write_json(out, name);
    out += ':';
    const auto* inner = std::get_if<JsonObject>(&value.value);
    if (inner != nullptr && names != nullptr && !names->contains(at)) {
      write_object(out, *inner, at + '.', names);
    } else {
      write_value(out, value);
    }
  }
  out += '}';
}

void write_value(std::string& out, const JsonValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    ledger::codec::write_json(out, *text);
  } else if (const auto* number = std::get_if<JsonNumber>(&value.value)) {
    out += number->text;
  } else if (const auto* flag = std::get_if<bool>(&value.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* array = std::get_if<JsonArray>(&value.value)) {
    write_array(out, *array);
  } else if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    write_object(out, *object, {}, nullptr);
  } else {
    out += "null";
  }
}

Refusal field_unknown(const std::string& name, const std::vector<std::string>& columns) {
  std::string known;
  for (const auto& column : columns) known += (known.empty() ? "" : ", ") + column;
  return Refusal(
      ledger::Error{ledger::ErrorKind::invalid, "field-unknown",
                    "Rows of this list have no \"" + name + "\"; they have " + known + "."});
}

}  // namespace

Answered<void> choose_fields(const Request& request, Listed& page) {
  const auto asked = list_parameter(request, "fields");
  if (asked.empty()) return {};
  std::vector<std::string> columns;
  for (const auto& name : asked) {
    const auto before = columns.size();
    for (const auto& column : page.columns) {
      const bool is_new = std::find(columns.begin(), columns.end(), column) == columns.end();
      if (is_within(column, name) && is_new) columns.push_back(column);
    }
    const bool is_known = std::any_of(page.columns.begin(), page.columns.end(),
                                      [&](const auto& column) { return is_within(column, name); });
    if (columns.size() == before && !is_known) return refused(field_unknown(name, page.columns));
  }
  const Names names(asked.begin(), asked.end());
  for (auto& item : page.items) {
    const auto document = ledger::codec::parse_json_document(item);
    std::string chosen;
    write_object(chosen, std::get<JsonObject>(document.root.value), {}, &names);
    item = std::move(chosen);
  }
  page.columns = std::move(columns);
  return {};
}

}  // namespace api

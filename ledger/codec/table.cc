#include "ledger/codec/table.h"

namespace ledger::codec {

namespace {

void add_text(std::string& cell, const JsonValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    cell += *text;
  } else if (const auto* number = std::get_if<JsonNumber>(&value.value)) {
    cell += number->text;
  } else if (const auto* flag = std::get_if<bool>(&value.value)) {
    cell += *flag ? "true" : "false";
  } else if (const auto* array = std::get_if<JsonArray>(&value.value)) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) cell += ' ';
      add_text(cell, (*array)[i]);
    }
  } else if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    for (std::size_t i = 0; i < object->size(); ++i) {
      if (i > 0) cell += ' ';
      cell += (*object)[i].name;
      cell += '=';
      add_text(cell, (*object)[i].value);
    }
  }
}

void write_quoted(std::string& out, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Texts that a spreadsheet would run get a quote in front.
void write_text_cell(std::string& out, std::string cell) {
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos) {
    cell.insert(cell.begin(), '\'');
  }
  write_quoted(out, cell);
}

// Numbers below zero stay numbers.
void write_cell(std::string& out, const JsonValue* value) {
  if (value == nullptr) return;
  const bool is_number = std::holds_alternative<JsonNumber>(value->value);
  if (is_number) return write_quoted(out, cell_text(*value));
  write_text_cell(out, cell_text(*value));
}

}  // namespace

const JsonValue* value_at(const JsonValue& row, std::string_view column) {
  const JsonValue* value = &row;
  while (value != nullptr && !column.empty()) {
    const auto dot = column.find('.');
    value = value->member(column.substr(0, dot));
    column = dot == std::string_view::npos ? std::string_view() : column.substr(dot + 1);
  }
  return value;
}

std::string cell_text(const JsonValue& value) {
  std::string cell;
  add_text(cell, value);
  return cell;
}

void write_csv(std::string& out, const std::vector<std::string>& columns,
               const std::vector<std::string>& items) {
  write_csv_line(out, columns);
  for (const auto& item : items) {
    const auto document = parse_json_document(item);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      write_cell(out, value_at(document.root, columns[i]));
    }
    out += "\r\n";
  }
}

void write_csv_line(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    write_text_cell(out, cells[i]);
  }
  out += "\r\n";
}

}  // namespace ledger::codec

#include "tools/ledgerctl/output.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "ledger/steering_text.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

const json& at_path(const json& row, std::string_view path) {
  static const json none;
  const json* value = value_at(row, path);
  return value == nullptr ? none : *value;
}

// How many columns a terminal uses for UTF-8 text, near enough.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::vector<std::string> columns_of(const json& rows, const Look& look) {
  std::vector<std::string> columns = look.columns;
  if (!columns.empty() && !look.all_columns) return columns;
  if (rows.empty() || !rows.front().is_object()) return columns;
  for (const auto& each : rows.front().items()) {
    const auto& shown = look.columns;
    const bool is_shown = std::any_of(shown.begin(), shown.end(), [&](const std::string& column) {
      return column.substr(0, column.find('.')) == each.key();
    });
    if (!is_shown) columns.push_back(each.key());
  }
  return columns;
}

// The last part of a column's path, where that says which it is.
std::string heading_of(std::string column, const std::vector<std::string>& columns) {
  const auto part = column.substr(column.rfind('.') + 1);
  const auto alike = std::count_if(columns.begin(), columns.end(), [&](const std::string& each) {
    return each.substr(each.rfind('.') + 1) == part;
  });
  if (alike == 1) column = part;
  std::transform(column.begin(), column.end(), column.begin(), [](unsigned char c) {
    return c == '_' || c == '.' ? ' ' : static_cast<char>(std::toupper(c));
  });
  return column;
}

void show_table(std::ostream& out, const json& rows, const Look& look) {
  const auto columns = columns_of(rows, look);
  std::vector<std::vector<std::string>> cells;
  if (look.headers) {
    cells.emplace_back();
    for (const auto& column : columns) {
      cells.back().push_back(heading_of(column, columns));
    }
  }
  for (const auto& row : rows) {
    cells.emplace_back();
    for (const auto& column : columns) {
      cells.back().push_back(printable(cell_of(at_path(row, column))));
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  for (const auto& line : cells) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - width_of(line[i]) + 2, ' ');
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out << text << '\n';
  }
}

// All members of an object, or the columns that were asked for. Views of `object`.
std::vector<std::pair<std::string, const json*>> members_of(const json& object, const Look& look) {
  std::vector<std::pair<std::string, const json*>> members;
  for (const auto& column : look.columns) members.emplace_back(column, &at_path(object, column));
  if (!look.columns.empty()) return members;
  for (const auto& [name, value] : object.items()) members.emplace_back(name, &value);
  return members;
}

std::string csv_cell(std::string text) {
  // A spreadsheet would take these for formulas.
  if (!text.empty() && std::string_view("=+-@").find(text[0]) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void show_csv(std::ostream& out, const json& rows, const Look& look) {
  const auto columns = columns_of(rows, look);
  const auto line = [&](const auto& cell) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      out << (i == 0 ? "" : ",") << csv_cell(cell(columns[i]));
    }
    out << "\r\n";
  };
  if (look.headers) line([](const std::string& column) { return column; });
  for (const auto& row : rows) {
    line([&](const std::string& column) { return cell_of(at_path(row, column)); });
  }
}

// JSON's form is YAML's too, but for some control characters that JSON takes as they are.
std::string yaml_scalar(const json& value) {
  std::string text = value.dump();
  const bool has_delete = text.find('\x7f') != std::string::npos;
  bool has_control = false;  // U+0080 to U+009F.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    has_control |= text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0;
  }
  return has_delete || has_control ? value.dump(-1, ' ', true) : text;
}

void show_yaml(std::ostream& out, const json& value, std::size_t indent) {
  const std::string pad(indent, ' ');
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, member] : value.items()) {
      out << pad << name << ":";
      if ((member.is_object() || member.is_array()) && !member.empty()) {
        out << '\n';
        show_yaml(out, member, indent + 2);
      } else {
        out << ' ' << yaml_scalar(member) << '\n';
      }
    }
  } else if (value.is_array() && !value.empty()) {
    for (const auto& element : value) {
      if ((element.is_object() || element.is_array()) && !element.empty()) {
        out << pad << "-\n";
        show_yaml(out, element, indent + 2);
      } else {
        out << pad << "- " << yaml_scalar(element) << '\n';
      }
    }
  } else {
    out << pad << yaml_scalar(value) << '\n';
  }
}

}  // namespace

const json* value_at(const json& row, std::string_view path) {
  const json* value = &row;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (!value->is_object() || !value->contains(name)) return nullptr;
    value = &(*value)[name];
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return value;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto steering = ledger::steering_bytes(text);
    shown += steering == 0 ? text[0] : ' ';
    text = text.substr(std::max(steering, std::size_t{1}));
  }
  return shown;
}

std::optional<Look> look_named(std::string_view name) {
  if (name == "table") return Look{.format = Format::table};
  if (name == "wide") return Look{.format = Format::table, .all_columns = true};
  if (name == "json") return Look{.format = Format::json};
  if (name == "jsonl") return Look{.format = Format::jsonl};
  if (name == "yaml") return Look{.format = Format::yaml};
  if (name == "csv") return Look{.format = Format::csv};
  if (name == "name") return Look{.format = Format::table, .headers = false, .only_names = true};
  return std::nullopt;
}

std::string cell_of(const json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  std::string text;
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      const auto said = cell_of(member);
      if (said.empty()) continue;
      if (!text.empty()) text += ' ';
      text += name;
      text += '=';
      text += said;
    }
    return text;
  }
  if (!value.is_array()) return value.dump();
  for (const auto& element : value) {
    if (!text.empty()) text += ", ";
    text += cell_of(element);
  }
  return text;
}

std::string plain(const json& value) { return printable(cell_of(value)); }

std::string plain_json(const json& value) { return printable(value.dump()); }

void show_rows(std::ostream& out, const json& rows, const Look& look) {
  switch (look.format) {
    case Format::table:
      return show_table(out, rows, look);
    case Format::csv:
      return show_csv(out, rows, look);
    case Format::json:
      out << rows.dump(2) << '\n';
      return;
    case Format::jsonl:
      for (const auto& row : rows) out << row.dump() << '\n';
      return;
    case Format::yaml:
      return show_yaml(out, rows, 0);
  }
}

void show_object(std::ostream& out, const json& object, const Look& look) {
  switch (look.format) {
    case Format::table: {
      const auto members = members_of(object, look);
      std::size_t width = 0;
      for (const auto& [name, value] : members) width = std::max(width, name.size());
      for (const auto& [name, value] : members) {
        out << name << std::string(width - name.size() + 2, ' ') << plain(*value) << '\n';
      }
      return;
    }
    case Format::csv:
      return show_csv(out, json::array({object}), look);
    case Format::json:
      out << object.dump(2) << '\n';
      return;
    case Format::jsonl:
      out << object.dump() << '\n';
      return;
    case Format::yaml:
      return show_yaml(out, object, 0);
  }
}

}  // namespace ledgerctl

// Shows answers: a table for people, JSON, JSON lines, CSV or YAML for programs.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ledgerctl {

enum class Format { table, json, jsonl, csv, yaml };

struct Look {
  Format format = Format::table;
  std::vector<std::string> columns = {};  // Of tables and CSV: paths like "facts.policy".
  bool headers = true;
  bool all_columns = false;  // After those, whatever else the rows have.
  bool only_names = false;   // Of a list, its first column.
};

// What `-o` can be, and how it looks: "wide" is a table with all columns, "name" one of names.
inline constexpr std::array<std::string_view, 7> output_names = {"table", "wide", "json", "jsonl",
                                                                 "yaml",  "csv",  "name"};
std::optional<Look> look_named(std::string_view name);

// Rows, or one object as a column of names and values.
void show_rows(std::ostream& out, const nlohmann::json& rows, const Look& look);
void show_object(std::ostream& out, const nlohmann::json& object, const Look& look);

// A value as one cell shows it.
std::string cell_of(const nlohmann::json& value);

// The text without what ends a line, steers a terminal or turns the direction of what follows.
std::string printable(std::string_view text);

// A value as a line for people shows it: whatever others wrote, it says and does nothing else.
std::string plain(const nlohmann::json& value);
std::string plain_json(const nlohmann::json& value);  // The same, as JSON.

// The value at a path such as "changed.time"; null: there is none.
const nlohmann::json* value_at(const nlohmann::json& row, std::string_view path);

}  // namespace ledgerctl

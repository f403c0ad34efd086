// What ledgerctl can be asked: one table, from which the command line, its help, its completion and
// the requests are made.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ledgerctl {

// How a verb's answer is had and shown.
enum class Way {
  list,     // GET; pages of rows.
  object,   // GET; one object.
  command,  // Changes something at once.
  plan,     // Shows what it would change, asks, and applies it.
};

// Where an option goes, and as what. `follow` goes nowhere: the check that the change began is
// followed to its end.
enum class Into { query, text, number, flag, list, numbers, json, follow };

struct Option {
  std::string_view name;  // As a flag: "--hold-until".
  Into into;
  std::string_view field;  // Of the body or the query.
  std::string_view help;
  bool required = false;
};

struct Verb {
  std::string_view noun;
  std::string_view name;
  std::string_view help;
  Way way;
  std::string_view method;
  std::string_view path;     // "/v1/policies/{policy}": an argument for each name in braces.
  std::string_view columns;  // Of a table; empty: all.
  std::span<const Option> options;
};

// Of lists of events.
inline constexpr std::string_view event_columns =
    "position,recorded_at,type,stream,actor.kind,actor.id,outcome,reason";

// How the table is written.
constexpr Verb list(std::string_view noun, std::string_view name, std::string_view help,
                    std::string_view path, std::string_view columns,
                    std::span<const Option> options = {}) {
  return {noun, name, help, Way::list, "GET", path, columns, options};
}
constexpr Verb object(std::string_view noun, std::string_view name, std::string_view help,
                      std::string_view path) {
  return {noun, name, help, Way::object, "GET", path, "", {}};
}
constexpr Verb command(std::string_view noun, std::string_view name, std::string_view help,
                       std::string_view method, std::string_view path,
                       std::span<const Option> options = {}) {
  return {noun, name, help, Way::command, method, path, "", options};
}
constexpr Verb plan(std::string_view noun, std::string_view name, std::string_view help,
                    std::string_view path, std::span<const Option> options = {}) {
  return {noun, name, help, Way::plan, "POST", path, "", options};
}

// All of them; by topic, as they stand in files.
std::span<const Verb> verbs();
std::span<const Verb> verbs_of_content();
std::span<const Verb> verbs_of_fleet();
std::span<const Verb> verbs_of_service();

// The names in braces of a verb's path, in order.
std::vector<std::string> arguments_of(const Verb& verb);

// What the nouns are, for help: {"updates", "Rule updates: ..."}.
struct Noun {
  std::string_view name;
  std::string_view help;
};
std::span<const Noun> nouns();

}  // namespace ledgerctl

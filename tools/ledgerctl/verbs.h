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

// Where an option goes, and as what.
enum class Into { query, text, number, flag, list, numbers, json };

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

std::span<const Verb> verbs();

// The names in braces of a verb's path, in order.
std::vector<std::string> arguments_of(const Verb& verb);

// What the nouns are, for help: {"updates", "Rule updates: ..."}.
struct Noun {
  std::string_view name;
  std::string_view help;
};
std::span<const Noun> nouns();

}  // namespace ledgerctl

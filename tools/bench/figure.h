// One measured figure beside the raw limit of the same run. A bench prints what it measured, never
// a verdict.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double raw = 0;      // What the machine can do at best, in the same unit.
  std::string raw_of;  // What that is.
  std::vector<std::pair<std::string, std::string>> parameters = {};  // Name and JSON.

  // The same with one parameter more.
  Figure with(std::string parameter, std::uint64_t number) &&;
  Figure with(std::string parameter, std::string_view text) &&;
};

enum class Form { table, json };

// One line: an object of name, parameters, value, unit, raw, raw_of and ratio, or the same for
// people.
void print(std::ostream& out, const Figure& figure, Form form);

}  // namespace bench

// One measured figure beside its raw limit of the same run. A bench prints what it measured, never
// a verdict.
#pragma once

#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/codec/json_out.h"

namespace bench {

struct Figure {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
  double value = 0;
  std::string unit;
  double raw = 0;  // 0: there is no raw limit to compare with.
  std::string raw_of;
};

enum class Form { table, json };

inline std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 100 ? "%.2f" : "%.0f", value);
  return text;
}

inline void print(std::ostream& out, const Figure& figure, Form form) {
  using ledger::codec::to_json;
  if (form == Form::json) {
    out << R"({"name":)" << to_json(figure.name) << R"(,"parameters":{)";
    const char* joint = "";
    for (const auto& [name, value] : figure.parameters) {
      out << joint << to_json(name) << ':' << to_json(value);
      joint = ",";
    }
    out << R"(},"value":)" << rounded(figure.value) << R"(,"unit":)" << to_json(figure.unit);
    if (figure.raw > 0) {
      out << R"(,"raw":)" << rounded(figure.raw) << R"(,"raw_of":)" << to_json(figure.raw_of)
          << R"(,"ratio":)" << rounded(figure.value / figure.raw);
    }
    out << '}' << std::endl;
    return;
  }
  out << figure.name;
  for (const auto& [name, value] : figure.parameters) out << ' ' << name << '=' << value;
  out << "  " << rounded(figure.value) << ' ' << figure.unit;
  if (figure.raw > 0) {
    out << "  (" << figure.raw_of << ": " << rounded(figure.raw) << ", ratio "
        << rounded(figure.value / figure.raw) << ')';
  }
  out << std::endl;
}

}  // namespace bench

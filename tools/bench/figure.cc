#include "tools/bench/figure.h"

#include <cstdio>

#include "ledger/codec/json_out.h"

namespace bench {

using ledger::codec::to_json;

namespace {

// Three or four digits that say something.
std::string rounded(double value) {
  char text[32];
  const char* format = value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.3g";
  std::snprintf(text, sizeof text, format, value);
  return text;
}

double ratio_of(const Figure& figure) { return figure.raw > 0 ? figure.value / figure.raw : 0; }

void print_json(std::ostream& out, const Figure& figure) {
  out << R"({"name":)" << to_json(figure.name) << R"(,"parameters":{)";
  const char* joint = "";
  for (const auto& [name, value] : figure.parameters) {
    out << joint << to_json(name) << ':' << value;
    joint = ",";
  }
  out << R"(},"value":)" << rounded(figure.value) << R"(,"unit":)" << to_json(figure.unit)
      << R"(,"raw":)" << rounded(figure.raw) << R"(,"raw_of":)" << to_json(figure.raw_of)
      << R"(,"ratio":)" << rounded(ratio_of(figure)) << '}' << std::endl;
}

}  // namespace

Figure Figure::with(std::string parameter, std::uint64_t number) && {
  parameters.emplace_back(std::move(parameter), std::to_string(number));
  return std::move(*this);
}

Figure Figure::with(std::string parameter, std::string_view text) && {
  parameters.emplace_back(std::move(parameter), to_json(std::string(text)));
  return std::move(*this);
}

void print(std::ostream& out, const Figure& figure, Form form) {
  if (form == Form::json) return print_json(out, figure);
  out << figure.name;
  for (const auto& [name, value] : figure.parameters) out << ' ' << name << '=' << value;
  out << "  " << rounded(figure.value) << ' ' << figure.unit << "  (" << figure.raw_of << ": "
      << rounded(figure.raw) << ", ratio " << rounded(ratio_of(figure)) << ')' << std::endl;
}

}  // namespace bench

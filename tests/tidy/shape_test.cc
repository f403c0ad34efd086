// How long lines, functions and files are, and how a header begins.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tidy/rules.h"
#include "tests/tidy/tree.h"

namespace tidy {
namespace {

// Characters, not bytes.
std::size_t length_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

// A function begins on a line that ends with ") {" or ") const {" and ends with a brace below its
// beginning; the formatter sees to that. Only the outermost two levels have functions, and a line
// with a bracket begins a lambda.
bool begins_function(const std::string& line) {
  static const std::vector<std::string_view> statements = {"if ", "for ", "while ", "switch ",
                                                           "} ",  "else", "do ",    "return "};
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if ((indent != 0 && indent != 2) || !line.ends_with(" {")) return false;
  if (line.find_first_of("[=") != std::string::npos) return false;
  const auto parenthesis = line.rfind(')');
  if (parenthesis == std::string::npos) return false;
  const auto text = std::string_view(line).substr(indent);
  return !begins_with_one_of(text, statements);
}

void check_functions(const std::string& path, std::string_view text, Complaints& complaints) {
  const auto code = code_of(text);
  for (std::size_t begin = 0; begin < code.size(); ++begin) {
    const std::string& line = code[begin];
    if (!begins_function(line)) continue;
    const std::string closing = std::string(line.find_first_not_of(' '), ' ') + "}";
    const auto end =
        std::find(code.begin() + static_cast<std::ptrdiff_t>(begin), code.end(), closing);
    if (end == code.end()) continue;
    const auto lines = static_cast<std::size_t>(end - code.begin()) - begin + 1;
    if (lines <= function_lines_max) continue;
    complaints.push_back({path, begin + 1,
                          "a function of " + std::to_string(lines) + " lines; at most " +
                              std::to_string(function_lines_max) + " fit a screen"});
  }
}

void check_header(const std::string& path, const std::vector<std::string_view>& lines,
                  Complaints& complaints) {
  if (lines.empty() || !lines[0].starts_with("// ")) {
    complaints.push_back({path, 1, "a header begins by saying why it exists"});
  }
  if (std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
    complaints.push_back({path, 0, "a header says #pragma once"});
  }
}

Complaints check_shape(const Tree& tree) {
  Complaints complaints;
  for (const auto& [path, text] : tree) {
    if (path.ends_with("CMakeLists.txt")) continue;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (length_of(lines[i]) > line_characters_max) {
        complaints.push_back(
            {path, i + 1, "a line of " + std::to_string(length_of(lines[i])) + " characters"});
      }
      if (lines[i].ends_with(' ') || lines[i].ends_with('\r')) {
        complaints.push_back({path, i + 1, "a line ends with a space"});
      }
    }
    if (lines.size() > file_lines_max) {
      complaints.push_back({path, 0, "a file of " + std::to_string(lines.size()) + " lines"});
    }
    if (is_header(path)) check_header(path, lines, complaints);
    if (is_cpp(path)) check_functions(path, text, complaints);
  }
  return complaints;
}

std::string repeated(std::size_t times, const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += line;
  return text;
}

TEST(Shape, IsAsAgreed) { EXPECT_EQ(listed(check_shape(read_tree("."))), ""); }

TEST(Shape, IsFoundWhenItIsNot) {
  const Tree planted = {
      {"api/long_file.cc", repeated(451, "int i;\n")},
      {"api/long_function.cc", "int f() {\n" + repeated(69, "  g();\n") + "}\n\nint g() {\n" +
                                   repeated(68, "  f();\n") + "}\n"},
      {"api/long_line.py", "\n# " + std::string(99, 'x') + "\n"},
      {"api/long_method.h", "// A class.\n#pragma once\nclass A {\n  int f() {\n" +
                                repeated(69, "    g();\n") + "  }\n};\n"},
      {"api/mute.h", "#pragma once\n"},
      {"api/twice.h", "// Why.\n"},
      {"api/umlauts.cc", "// " + repeated(97, "\xc3\xa4") + "\n"},
      {"api/wide.cc", "int i; \n"},
  };
  const Complaints expected = {
      {"api/long_file.cc", 0, "a file of 451 lines"},
      {"api/long_function.cc", 1, "a function of 71 lines; at most 70 fit a screen"},
      {"api/long_line.py", 2, "a line of 101 characters"},
      {"api/long_method.h", 4, "a function of 71 lines; at most 70 fit a screen"},
      {"api/mute.h", 1, "a header begins by saying why it exists"},
      {"api/twice.h", 0, "a header says #pragma once"},
      {"api/wide.cc", 1, "a line ends with a space"},
  };
  EXPECT_EQ(check_shape(planted), expected);
}

}  // namespace
}  // namespace tidy

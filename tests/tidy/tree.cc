#include "tests/tidy/tree.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/tidy/rules.h"

namespace tidy {
namespace {

bool is_read(const std::filesystem::path& path) {
  const auto extension = path.extension();
  return extension == ".h" || extension == ".cc" || extension == ".py" ||
         path.filename() == "CMakeLists.txt";
}

// Takes comments and texts out of one line; `in_comment` is carried from line to line.
std::string without_comments(std::string_view line, bool& in_comment) {
  std::string code;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (in_comment) {
      if (line.substr(i, 2) == "*/") {
        in_comment = false;
        ++i;
      }
      continue;
    }
    if (line.substr(i, 2) == "//") break;
    if (line.substr(i, 2) == "/*") {
      in_comment = true;
      ++i;
      continue;
    }
    // A quote between digits separates them: 1'000.
    const bool separator =
        line[i] == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
    if ((line[i] != '"' && line[i] != '\'') || separator) {
      code += line[i];
      continue;
    }
    const char quote = line[i];
    code += quote;
    for (++i; i < line.size() && line[i] != quote; ++i) {
      if (line[i] == '\\') ++i;
    }
    code += quote;
  }
  return code;
}

}  // namespace

Tree read_tree(const std::filesystem::path& root) {
  Tree tree;
  auto folders = product_folders;
  folders.push_back("tests");
  for (const auto folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || !is_read(entry.path())) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      tree[entry.path().lexically_relative(root).generic_string()] =
          std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  return tree;
}

std::ostream& operator<<(std::ostream& out, const Complaint& complaint) {
  return out << complaint.path << ':' << complaint.line << ": " << complaint.what;
}

std::string listed(const Complaints& complaints) {
  std::ostringstream lines;
  for (const auto& complaint : complaints) lines << '\n' << complaint;
  return lines.str();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_header(std::string_view path) { return path.ends_with(".h"); }
bool is_cpp(std::string_view path) { return is_header(path) || path.ends_with(".cc"); }

bool begins_with_one_of(std::string_view text, const std::vector<std::string_view>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

std::vector<std::string> code_of(std::string_view text) {
  std::vector<std::string> code;
  bool in_comment = false;
  for (const auto line : lines_of(text)) code.push_back(without_comments(line, in_comment));
  return code;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  std::size_t number = 0;
  for (const auto line : lines_of(text)) {
    ++number;
    constexpr std::string_view directive = "#include ";
    if (!line.starts_with(directive) || line.size() < directive.size() + 2) continue;
    const auto named = line.substr(directive.size());
    const char closing = named[0] == '<' ? '>' : '"';
    const auto end = named.find(closing, 1);
    if (end == std::string_view::npos) continue;
    found.push_back({number, std::string(named.substr(1, end - 1)), closing == '"'});
  }
  return found;
}

}  // namespace tidy

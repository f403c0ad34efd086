// The files of the project as text, and what rules say against them.
#pragma once

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

// By path from the root, with slashes: "ledger/result.h".
using Tree = std::map<std::string, std::string, std::less<>>;

// C++, Python and CMake lists of the product and its tests.
Tree read_tree(const std::filesystem::path& root);

struct Complaint {
  std::string path;
  std::size_t line = 0;  // From 1; 0: the file as a whole.
  std::string what;

  bool operator==(const Complaint&) const = default;
};
using Complaints = std::vector<Complaint>;
std::ostream& operator<<(std::ostream& out, const Complaint& complaint);
std::string listed(const Complaints& complaints);  // One a line.

std::vector<std::string_view> lines_of(std::string_view text);
bool is_cpp(std::string_view path);
bool is_header(std::string_view path);
bool begins_with_one_of(std::string_view text, const std::vector<std::string_view>& beginnings);

// The code of a C++ file, line for line, without comments and with empty texts.
std::vector<std::string> code_of(std::string_view text);

struct Include {
  std::size_t line = 0;
  std::string name;
  bool quoted = false;
};
std::vector<Include> includes_of(std::string_view text);

}  // namespace tidy

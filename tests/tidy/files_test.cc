// No file is dead, each is named as the others are, and every refusal of the domain has a test.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/rules.h"
#include "tests/tidy/tree.h"

namespace tidy {
namespace {

// Every path that a CMake list names, from the root.
std::set<std::string> built_files(const Tree& tree) {
  std::set<std::string> built;
  for (const auto& [path, text] : tree) {
    if (!path.ends_with("CMakeLists.txt")) continue;
    const auto folder = std::filesystem::path(path).parent_path();
    std::string words = text;
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '(' || c == ')' || c == '"'; }, ' ');
    std::istringstream in(words);
    for (std::string word; in >> word;) {
      constexpr std::string_view root = "${PROJECT_SOURCE_DIR}/";
      const bool from_root = word.starts_with(root);
      const auto named = from_root ? std::filesystem::path(word.substr(root.size()))
                                   : (folder / word).lexically_normal();
      built.insert(named.generic_string());
    }
  }
  return built;
}

Complaints check_files(const Tree& tree) {
  Complaints complaints;
  const auto built = built_files(tree);
  std::set<std::string> included;
  for (const auto& [path, text] : tree) {
    for (const auto& include : includes_of(text)) included.insert(include.name);
  }
  static const std::regex name(R"([a-z0-9_]+\.(h|cc))");
  for (const auto& [path, text] : tree) {
    if (!is_cpp(path)) continue;
    const std::string file = path.substr(path.rfind('/') + 1);
    if (!std::regex_match(file, name)) complaints.push_back({path, 0, "is not in snake_case"});
    if (is_header(path)) {
      if (!included.contains(path)) complaints.push_back({path, 0, "is included by no file"});
    } else if (!built.contains(path)) {
      complaints.push_back({path, 0, "stands in no CMake list"});
    }
  }
  return complaints;
}

// The reasons for which the domain says no.
std::map<std::string, std::string> refusals_of(const Tree& tree) {
  static const std::regex refusal(
      R"re((refuse|unknown|invalid|fail|wrong)\(\s*(?:ErrorKind::\w+,\s*)?"([a-z0-9-]+)",)re");
  std::map<std::string, std::string> found;
  for (const auto& [path, text] : tree) {
    if (!path.starts_with("ledger/domain/") || !path.ends_with(".cc")) continue;
    for (std::sregex_iterator it(text.begin(), text.end(), refusal), end; it != end; ++it) {
      const std::string prefix = (*it)[1] == "wrong" ? "recurrence-" : "";
      found.emplace(prefix + (*it)[2].str(), path);
    }
  }
  return found;
}

Complaints check_refusals(const Tree& tree) {
  Complaints complaints;
  for (const auto& refusal : refusals_of(tree)) {
    const auto& reason = refusal.first;
    const auto& path = refusal.second;
    const bool excused = std::any_of(untested_refusals.begin(), untested_refusals.end(),
                                     [&](const Untested& each) { return each.reason == reason; });
    const bool tested = std::any_of(tree.begin(), tree.end(), [&](const auto& file) {
      return file.first.starts_with("tests/unit/domain/") &&
             file.second.find('"' + reason + '"') != std::string::npos;
    });
    if (tested == excused) {
      complaints.push_back(
          {path, 0, reason + (tested ? " is tested and excused" : " is refused in no test")});
    }
  }
  return complaints;
}

TEST(Files, AreAllBuiltIncludedAndNamedAlike) {
  EXPECT_EQ(listed(check_files(read_tree("."))), "");
}

TEST(Files, AreFoundWhenTheyAreNot) {
  const Tree planted = {
      {"api/CMakeLists.txt", "ledger_library(api SOURCES server.cc sub/routes.cc not_dead.cc)"},
      {"api/dead.cc", ""},
      {"api/server.cc", "#include \"api/server.h\"\n"},
      {"api/server.h", ""},
      {"api/alone.h", ""},
      {"api/sub/routes.cc", ""},
      {"api/sub/Routes.cc", ""},
      {"tests/unit/CMakeLists.txt",
       "SOURCES ${PROJECT_SOURCE_DIR}/replay/far.cc\n ../support/s.cc)"},
      {"replay/far.cc", ""},
      {"tests/support/s.cc", ""},
  };
  const Complaints expected = {
      {"api/alone.h", 0, "is included by no file"},
      {"api/dead.cc", 0, "stands in no CMake list"},
      {"api/sub/Routes.cc", 0, "is not in snake_case"},
      {"api/sub/Routes.cc", 0, "stands in no CMake list"},
  };
  EXPECT_EQ(check_files(planted), expected);
}

TEST(Refusals, OfTheDomainHaveATestEach) {
  const Tree tree = read_tree(".");
  EXPECT_GT(refusals_of(tree).size(), 100U);
  EXPECT_EQ(listed(check_refusals(tree)), "");
}

TEST(Refusals, AreFoundWhenNoTestAsksForThem) {
  const Tree planted = {
      {"ledger/domain/x.cc",
       "return refuse(\n    \"not-today\", \"No.\");\nreturn fail(\n"
       "  ErrorKind::conflict, \"twice\", \"No.\");"},
      {"tests/unit/domain/x_test.cc", "EXPECT_EQ(reason, \"twice\");"},
  };
  EXPECT_EQ(check_refusals(planted),
            (Complaints{{"ledger/domain/x.cc", 0, "not-today is refused in no test"}}));
}

TEST(Trees, AreReadFromADisk) {
  std::string root = std::filesystem::temp_directory_path() / "tidy-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  std::filesystem::create_directories(std::filesystem::path(root) / "ledger/domain");
  std::filesystem::create_directories(std::filesystem::path(root) / "build");
  std::ofstream(root + "/ledger/domain/x.h") << "// x\n";
  std::ofstream(root + "/ledger/domain/notes.txt") << "not read\n";
  std::ofstream(root + "/build/y.h") << "not read\n";
  EXPECT_EQ(read_tree(root), (Tree{{"ledger/domain/x.h", "// x\n"}}));
  std::filesystem::remove_all(root);
}

TEST(Trees, HoldTheProject) {
  EXPECT_TRUE(read_tree(".").contains("ledger/result.h")) << "run from the root of the project";
}

}  // namespace
}  // namespace tidy

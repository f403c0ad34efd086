// Words and calls that stand only in their places.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tidy/rules.h"
#include "tests/tidy/tree.h"

namespace tidy {
namespace {

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_name_char(line[at - 1]) || !is_name_char(word.front());
    const bool ends = end == line.size() || word.back() == '_' || !is_name_char(word.back()) ||
                      !is_name_char(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

void check_word(const Word& word, const std::string& path, const std::vector<std::string>& code,
                const std::vector<std::string_view>& lines, Complaints& complaints) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view searched = word.where == Where::code ? code[i] : lines[i];
    if (std::none_of(word.found.begin(), word.found.end(),
                     [&](std::string_view each) { return has_word(searched, each); })) {
      continue;
    }
    if (!word.excuse.empty() && lines[i].find(word.excuse) != std::string_view::npos) continue;
    complaints.push_back({path, i + 1, std::string(word.name) + ": " + std::string(word.instead)});
  }
}

Complaints check_words(const Tree& tree) {
  Complaints complaints;
  for (const auto& [path, text] : tree) {
    if (path.starts_with("tests/tidy/")) continue;  // The words themselves.
    const auto code = code_of(text);
    const auto lines = lines_of(text);
    for (const Word& word : words) {
      const bool read = is_cpp(path) || (word.where == Where::everywhere && path.ends_with(".py"));
      if (!read || !begins_with_one_of(path, word.banned)) continue;
      if (begins_with_one_of(path, word.allowed)) continue;
      check_word(word, path, code, lines, complaints);
    }
  }
  return complaints;
}

std::vector<std::string> names_of(const Complaints& complaints) {
  std::vector<std::string> names;
  for (const auto& each : complaints) names.push_back(each.what.substr(0, each.what.find(':')));
  return names;
}

TEST(Words, StandOnlyInTheirPlaces) { EXPECT_EQ(listed(check_words(read_tree("."))), ""); }

TEST(Words, AreFoundWhereTheyAreBanned) {
  const auto found = [](const std::string& path, const std::string& line) {
    return names_of(check_words({{path, line}}));
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(found("ledger/domain/x.cc", "auto t = std::chrono::system_clock::now();"),
            Names{"clock"});
  EXPECT_EQ(found("projections/x.cc", "std::time(nullptr);"), Names{"clock"});
  EXPECT_EQ(found("ledger/x.cc", "std::random_device random;"), Names{"chance"});
  EXPECT_EQ(found("replay/x.cc", "int n = rand();"), Names{"chance"});
  EXPECT_EQ(found("ledger/domain/x.cc", "std::thread t;"), Names{"threads"});
  EXPECT_EQ(found("projections/x.cc", "std::mutex m;"), Names{"threads"});
  EXPECT_EQ(found("ledger/codec/x.cc", "std::ifstream file;"), Names{"files"});
  EXPECT_EQ(found("projections/x.cc", "std::unordered_map<int, int> m;"), Names{"order"});
  EXPECT_EQ(found("api/x.cc", "std::cerr << 1;"), Names{"printing"});
  EXPECT_EQ(found("updates/x.cc", "throw 1;"), Names{"exceptions"});
  EXPECT_EQ(found("ledger/x.cc", "assert(true);"), Names{"assertions"});
  EXPECT_EQ(found("tests/unit/x.cc", "std::this_thread::sleep_for(1s);"), Names{"sleeping"});
  EXPECT_EQ(found("tools/x.cc", "using namespace std;"), Names{"namespaces"});
  for (const std::string mark : {"TO"
                                 "DO",
                                 "FIX"
                                 "ME",
                                 "X"
                                 "XX"}) {
    EXPECT_EQ(found("tools/x.cc", "// " + mark + ": later"), Names{"leftovers"});
    EXPECT_EQ(found("tools/x.py", "# " + mark), Names{"leftovers"});
  }
}

TEST(Words, AreFreeWhereTheyBelongAndInCommentsAndTexts) {
  const Tree planted = {
      {"ledger/clock.cc", "auto t = std::chrono::system_clock::now();"},
      {"projections/projector.cc", "std::thread t;"},
      {"ledger/domain/a.cc",
       "// never throw\nconst char* s = \"throw\"; /* throw\nthrow */ int i;"},
      {"ledger/domain/b.h", "std::unordered_map<int, int> m;  // lookup only"},
      {"ledger/domain/c.h", "static_assert(true); int strand(); auto n = 1'000; int time;"},
      {"api/x.cc", "auto t = std::chrono::steady_clock::now();"},
  };
  EXPECT_EQ(listed(check_words(planted)), "");
}

}  // namespace
}  // namespace tidy

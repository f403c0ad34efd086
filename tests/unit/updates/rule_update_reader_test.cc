// Documents of rule updates: what becomes of good ones, and what is told of bad ones.
#include "updates/rule_update_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "tests/support/scratch_directory.h"

namespace ledger::updates {
namespace {

namespace fs = std::filesystem;
using domain::ImportOrigin;
using testing::ElementsAre;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string document(const std::string& rules) {
  return R"({"format":"update-ledger/rule-update/1","id":"25-031",)"
         R"("released_at":"2025-08-05T09:00:00Z","title":"August","rules":[)" +
         rules + "]}";
}

std::string rule(const std::string& id, const std::string& more = R"("body":"deny")") {
  return R"({"id":)" + id +
         R"(,"module":"log_inspection","name":"Sold","version":3,"severity":"high",)"
         R"("application_type":"log/shop","cves":["CVE-2021-44228"],"auto_assignable":true,)" +
         more + "}";
}

std::vector<std::string> codes(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& error : read_rule_update(text, ImportOrigin::file).errors) {
    found.push_back(error.code);
  }
  return found;
}

TEST(RuleUpdateReader, MakesTheCommandThatImportsTheDocument) {
  const std::string text = document(rule("4000001") + "," + rule("4000002", R"("body":"ü\n")"));
  const auto parsed = read_rule_update(text, ImportOrigin::bundle);
  ASSERT_TRUE(parsed.ok()) << summary(parsed.errors);
  domain::ImportRuleUpdate expected{{25, 31},
                                    "August",
                                    sha256(text),
                                    text.size(),
                                    *domain::time_from_rfc3339("2025-08-05T09:00:00Z"),
                                    ImportOrigin::bundle,
                                    std::nullopt,
                                    0,
                                    {}};
  expected.rules.push_back({{4000001},
                            domain::Module::log_inspection,
                            "Sold",
                            3,
                            domain::RuleSeverity::high,
                            "log/shop",
                            {"CVE-2021-44228"},
                            true,
                            sha256("deny"),
                            4});
  expected.rules.push_back(expected.rules.front());
  expected.rules.back().id = {4000002};
  expected.rules.back().body = sha256("ü\n");
  expected.rules.back().body_bytes = 3;
  EXPECT_EQ(parsed.value, expected);
}

// The content tool's validator is given the same documents by tests/unit/content.
TEST(RuleUpdateReader, TellsTheSamePointersAsTheContentTool) {
  const fs::path folder = "tests/golden/rule-updates";
  std::map<std::string, std::multiset<std::string>> expected;
  std::ifstream lines(folder / "expected.txt");
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    auto& pointers = expected[line.substr(0, colon)];
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) pointers.insert(word == "(document)" ? "" : word);
  }
  std::size_t documents = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++documents;
    const std::string name = entry.path().filename();
    ASSERT_TRUE(expected.contains(name)) << name;
    std::multiset<std::string> found;
    const auto parsed = read_rule_update(bytes_of(entry.path()), ImportOrigin::file);
    for (const auto& error : parsed.errors) found.insert(error.pointer);
    EXPECT_EQ(found, expected[name]) << name << ": " << summary(parsed.errors);
  }
  EXPECT_EQ(documents, expected.size());
  EXPECT_GT(documents, 40U);
}

TEST(RuleUpdateReader, GivesEachKindOfErrorAStableCode) {
  EXPECT_THAT(codes("{"), ElementsAre("json-syntax"));
  EXPECT_THAT(codes(document("7")), ElementsAre("json-type"));
  EXPECT_THAT(codes(document("")), ElementsAre("rule-update-empty"));
  EXPECT_THAT(codes(document(rule("12"))), ElementsAre("json-range"));
  EXPECT_THAT(codes(document(rule("4000001", R"("body":"")"))), ElementsAre("text-empty"));
  EXPECT_THAT(codes(document(rule("4000001", R"("corpse":"b")"))),
              ElementsAre("json-unknown-field", "json-missing"));
  EXPECT_THAT(codes(document(rule("4000001", R"("body":")" + std::string(32'769, 'b') + '"'))),
              ElementsAre("text-too-long"));
  EXPECT_THAT(codes(document(rule("4000001") + "," + rule("4000001"))),
              ElementsAre("rule-id-repeated"));
  EXPECT_THAT(codes(document(rule("4000002") + "," + rule("4000001"))),
              ElementsAre("rule-ids-not-ascending"));
  EXPECT_THAT(codes(document(rule("4000001", R"("body":"b","body":"b")"))),
              ElementsAre("json-duplicate-key"));
}

TEST(RuleUpdateReader, TellsAtMostAHundredErrors) {
  std::string rules = "{}";
  for (int i = 0; i < 200; ++i) rules += ",{}";
  EXPECT_EQ(codes(document(rules)).size(), limits::json_errors_max);
}

TEST(RuleUpdateReader, TakesAsManyRulesAsTheLimitAndNotOneMore) {
  // Rules without anything in them: what is told of them shows that they were looked at.
  std::string rules = "{}";
  for (std::size_t i = 1; i < limits::rules_per_update_max; ++i) rules += ",{}";
  EXPECT_EQ(codes(document(rules)).front(), "json-missing");
  EXPECT_THAT(codes(document(rules + ",{}")), ElementsAre("rule-update-too-large"));
}

TEST(RuleUpdateReader, ParsesNothingOfADocumentBeyondTheLimit) {
  const std::string huge(limits::http_import_bytes_max + 1, ' ');
  EXPECT_THAT(codes(huge), ElementsAre("rule-update-too-large"));
}

TEST(RuleUpdateReader, SumsErrorsUpInOneSentence) {
  EXPECT_EQ(summary({{"", "a", "Not JSON."}}), "In the document: Not JSON.");
  EXPECT_EQ(summary({{"/id", "a", "Bad."}, {"/x", "b", "Worse."}}),
            "At /id: Bad. (1 more errors.)");
}

TEST(RuleBody, IsFoundByTheRulesNumber) {
  const std::string text = document(rule("4000001") + "," + rule("4000002", R"("body":"ü\n")"));
  EXPECT_EQ(rule_body(text, {4000001}).value(), "deny");
  EXPECT_EQ(rule_body(text, {4000002}).value(), "ü\n");
}

TEST(RuleBody, OfAnotherRuleIsNotFoundAndOfAnotherDocumentIsCorrupt) {
  EXPECT_EQ(rule_body(document(rule("4000001")), {4000009}).error().reason, "rule-unknown");
  EXPECT_EQ(rule_body(document(rule("4000001")), {4000009}).error().kind, ErrorKind::not_found);
  for (const auto* text : {"", "[]", "{}", R"({"rules":{}})", R"({"rules":[{"id":4000001}]})",
                           R"({"rules":[{"id":4000001,"body":7}]})"}) {
    const auto body = rule_body(text, {4000001});
    ASSERT_FALSE(body) << text;
    EXPECT_EQ(body.error().reason, "rule-update-malformed") << text;
  }
}

TEST(DocumentFile, IsReadWhole) {
  const tests::ScratchDirectory folder;
  std::ofstream(folder / "a.json") << "{}";
  EXPECT_EQ(read_document_file(folder / "a.json").value(), "{}");
}

TEST(DocumentFile, WhatIsNoFileIsToldInsteadOfRead) {
  const tests::ScratchDirectory folder;
  EXPECT_EQ(read_document_file(folder.path()).error().reason, "not-a-file");
  EXPECT_NE(read_document_file(folder.path()).error().detail.find("directory"), std::string::npos);
  EXPECT_EQ(read_document_file("/dev/zero").error().reason, "not-a-file");
  EXPECT_EQ(read_document_file(folder / "missing.json").error().reason, "file-unknown");
  // Nobody writes to this pipe: waiting for a writer would never end.
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_document_file(folder / "pipe").error().reason, "not-a-file");
}

TEST(DocumentFile, OfAGibibyteIsRefusedWithoutReadingIt) {
  const tests::ScratchDirectory folder;
  std::ofstream(folder / "huge.json") << "{";
  fs::resize_file(folder / "huge.json", 1ULL << 30);
  const auto read = read_document_file(folder / "huge.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
  EXPECT_EQ(read.error().reason, "file-too-large");
}

TEST(DocumentFile, WithoutAnAnnouncedSizeIsReadToItsEnd) {
  const auto read = read_document_file("/proc/self/status");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_NE(read->find("Name:"), std::string::npos);
}

}  // namespace
}  // namespace ledger::updates

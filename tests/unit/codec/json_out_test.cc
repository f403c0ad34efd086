#include "ledger/codec/json_out.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;

TEST(JsonOut, ScalarsAreShownAsPeopleWriteThem) {
  EXPECT_EQ(codec::to_json(true), "true");
  EXPECT_EQ(codec::to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(codec::to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(codec::to_json(domain::Position{7}), "7");
  EXPECT_EQ(codec::to_json(domain::Time{1'500}), "\"1970-01-01T00:00:00.001Z\"");
  EXPECT_EQ(codec::to_json(domain::minutes(90)), "\"PT1H30M\"");
  EXPECT_EQ(codec::to_json(domain::RuleId{1'000'001}), "1000001");
  EXPECT_EQ(codec::to_json(domain::RuleUpdateId{25, 31}), "\"25-031\"");
  EXPECT_EQ(codec::to_json(domain::Module::log_inspection), "\"log_inspection\"");
  EXPECT_EQ(codec::to_json(domain::ComputerId{"db-1"}), "\"db-1\"");
  EXPECT_EQ(codec::to_json(domain::Digest{}), "\"" + std::string(64, '0') + "\"");
  EXPECT_EQ(codec::to_json(domain::CommandId{}), "\"" + std::string(32, '0') + "\"");
}

TEST(JsonOut, TextsAreEscaped) {
  EXPECT_EQ(codec::to_json("a\"\\/\n\r\t\b\x1F"), "\"a\\\"\\\\/\\n\\r\\t\\u0008\\u001f\"");
  EXPECT_EQ(codec::to_json(std::string(1, '\0')), "\"\\u0000\"");
  EXPECT_EQ(codec::to_json("ä€\U0001F600"), "\"ä€\U0001F600\"");
}

TEST(JsonOut, EachByteThatIsNotUtf8IsShownAsReplaced) {
  EXPECT_EQ(codec::to_json("a\xFF\xC3z"), "\"a\uFFFD\uFFFDz\"");
  EXPECT_EQ(codec::to_json("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(JsonOut, StructsShowTheirFieldsInOrder) {
  domain::Scope scope;
  scope.kind = domain::ScopeKind::computers;
  scope.computers = {{"a"}, {"b"}};
  EXPECT_EQ(codec::to_json(scope),
            R"({"kind":"computers","name":"","computers":["a","b"],"search":null})");
  scope.search = domain::SearchId{"s"};
  EXPECT_EQ(codec::to_json(std::vector{scope, domain::Scope{}}),
            R"([{"kind":"computers","name":"","computers":["a","b"],"search":"s"},)"
            R"({"kind":"all","name":"","computers":[],"search":null}])");
}

}  // namespace
}  // namespace tests

#include "ledger/codec/json_value.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "ledger/limits.h"

namespace tests {
namespace {

using namespace ledger::codec;

// The code of what is wrong; empty: nothing.
std::string code(std::string_view text) {
  const JsonDocument document = parse_json_document(text);
  return document.errors.empty() ? "" : document.errors.at(0).code;
}

std::string text_of(std::string_view json) {
  const JsonDocument document = parse_json_document(json);
  const auto* text = std::get_if<std::string>(&document.root.value);
  return text == nullptr ? "no text" : *text;
}

TEST(JsonValue, OfEachTypeIsRead) {
  EXPECT_EQ(parse_json_document("null").root.type_name(), "null");
  EXPECT_EQ(parse_json_document(" true ").root.type_name(), "a boolean");
  EXPECT_EQ(parse_json_document("-1.5e3").root.type_name(), "a number");
  EXPECT_EQ(parse_json_document("\"\"").root.type_name(), "a text");
  EXPECT_EQ(parse_json_document("[]").root.type_name(), "an array");
  EXPECT_EQ(parse_json_document("\r\n\t{}").root.type_name(), "an object");
  EXPECT_FALSE(std::get<bool>(parse_json_document("false").root.value));
}

TEST(JsonValue, NumbersKeepTheirText) {
  for (const std::string_view text : {"0", "-0", "10", "18446744073709551616", "0.10", "1E+5"}) {
    const JsonDocument document = parse_json_document(text);
    ASSERT_TRUE(document.errors.empty()) << text;
    EXPECT_EQ(std::get<JsonNumber>(document.root.value).text, text);
  }
}

TEST(JsonValue, MembersAreFoundByName) {
  const JsonDocument document = parse_json_document(R"({"a": 1, "b": [2, {"c": "x"}]})");
  ASSERT_TRUE(document.errors.empty());
  ASSERT_NE(document.root.member("b"), nullptr);
  const auto& array = std::get<JsonArray>(document.root.member("b")->value);
  ASSERT_EQ(array.size(), 2U);
  EXPECT_EQ(std::get<std::string>(array[1].member("c")->value), "x");
  EXPECT_EQ(document.root.member("c"), nullptr);
  EXPECT_EQ(array[0].member("a"), nullptr);
}

TEST(JsonValue, EscapesAreRead) {
  EXPECT_EQ(text_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(text_of(R"("\u0041\u00e4\u20AC\uD83D\uDE00")"), "Aä€\U0001F600");
  EXPECT_EQ(text_of(R"("\u0000")"), std::string(1, '\0'));
  EXPECT_EQ(text_of("\"ä€\U0001F600\""), "ä€\U0001F600");
}

TEST(JsonValue, WhatIsNoJsonIsRefused) {
  for (const std::string_view text : {"",
                                      " ",
                                      "nul",
                                      "True",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "0x1",
                                      "NaN",
                                      "'a'",
                                      "\"",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u12g4\"",
                                      "\"\\uD800\"",
                                      "\"\\uD800x\"",
                                      "\"\\uDC00\"",
                                      "\"\\uD800\\u0041\"",
                                      "\"\n\"",
                                      "\"\x01\"",
                                      "\"\xFF\"",
                                      "[",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,]",
                                      "{",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":1",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{1:1}",
                                      "1 2",
                                      "[] []",
                                      "//x\n1",
                                      "\xEF\xBB\xBF"
                                      "1"}) {
    EXPECT_EQ(code(text), "json-syntax") << testing::PrintToString(std::string(text));
    EXPECT_TRUE(parse_json_document(text).root.is_null());
  }
}

TEST(JsonValue, ASyntaxErrorSaysAtWhichByte) {
  EXPECT_EQ(parse_json_document("[1, x]").errors.at(0).detail, "At byte 4: expected a value.");
}

TEST(JsonValue, ANameThatComesTwiceIsRefused) {
  EXPECT_EQ(code(R"({"a":1,"a":1})"), "json-duplicate-key");
  EXPECT_EQ(code(R"({"a":1,"\u0061":1})"), "json-duplicate-key");
  EXPECT_EQ(code(R"([{"a":1},{"a":1}])"), "");
}

TEST(JsonValue, DepthHasALimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(code(nested(ledger::limits::json_depth_max + 1)), "");
  EXPECT_EQ(code(nested(ledger::limits::json_depth_max + 2)), "json-too-deep");
  EXPECT_EQ(code(std::string(1'000'000, '[')), "json-too-deep");
}

TEST(JsonValue, ANumberOfValuesIsTooLarge) {
  std::string text = "[0";
  for (std::size_t i = 0; i < ledger::limits::json_values_max; ++i) text += ",0";
  EXPECT_EQ(code(text + "]"), "json-too-large");
}

}  // namespace
}  // namespace tests

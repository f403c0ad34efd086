#include "ledger/codec/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tests {
namespace {

using ledger::codec::utf8_length;

TEST(Utf8, KnowsTheFirstAndLastCharacterOfEachLength) {
  const auto length = [](std::string_view text) { return utf8_length(text, 0); };
  EXPECT_EQ(length(std::string_view("\0", 1)), 1U);
  EXPECT_EQ(length("\x7F"), 1U);
  EXPECT_EQ(length("\xC2\x80"), 2U);
  EXPECT_EQ(length("\xDF\xBF"), 2U);
  EXPECT_EQ(length("\xE0\xA0\x80"), 3U);
  EXPECT_EQ(length("\xED\x9F\xBF"), 3U);
  EXPECT_EQ(length("\xEE\x80\x80"), 3U);
  EXPECT_EQ(length("\xEF\xBF\xBF"), 3U);
  EXPECT_EQ(length("\xF0\x90\x80\x80"), 4U);
  EXPECT_EQ(length("\xF4\x8F\xBF\xBF"), 4U);
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const std::string_view text : {"",
                                      "\x80",
                                      "\xBF",  // Nothing, or a tail alone.
                                      "\xC0\xAF",
                                      "\xC1\xBF",  // Too long for ASCII.
                                      "\xE0\x9F\xBF",
                                      "\xF0\x8F\xBF\xBF",  // Too long otherwise.
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",  // Surrogates.
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFF",  // Beyond Unicode.
                                      "\xC3",
                                      "\xE2\x82",
                                      "\xF0\x9F\x98",  // Cut off.
                                      "\xC3(",
                                      "\xE2(\xAC",
                                      "\xE2\x82(",
                                      "\xF0(\x98\x80",
                                      "\xF0\x9F(\x80",
                                      "\xF0\x9F\x98("}) {
    EXPECT_EQ(utf8_length(text, 0), 0U) << testing::PrintToString(std::string(text));
  }
}

// Against a decoder written the other way: every sequence of three bytes, by its code point.
TEST(Utf8, AgreesWithTheEncodingOfEveryCodePoint) {
  std::size_t accepted = 0;
  for (unsigned lead = 0x80; lead < 0x100; ++lead) {
    for (unsigned tail = 0; tail < 0x10000; ++tail) {
      const std::string text = {static_cast<char>(lead), static_cast<char>(tail >> 8),
                                static_cast<char>(tail & 0xFF)};
      if (utf8_length(text, 0) == 3) ++accepted;
    }
  }
  // U+0800 to U+FFFF without the surrogates.
  EXPECT_EQ(accepted, 0x10000U - 0x800U - 0x800U);
}

TEST(Utf8, BeginsWhereItIsTold) {
  EXPECT_EQ(utf8_length("a\xC3\xA4", 1), 2U);
  EXPECT_EQ(utf8_length("a\xC3\xA4", 2), 0U);
  EXPECT_EQ(utf8_length("a", 1), 0U);
}

}  // namespace
}  // namespace tests

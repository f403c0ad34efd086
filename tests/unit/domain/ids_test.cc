#include "ledger/domain/ids.h"

#include <gtest/gtest.h>

#include <limits>

namespace ledger::domain {
namespace {

constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

TEST(Hex, ShowsEveryByteAsTwoLowercaseDigits) {
  Digest digest;
  digest.bytes[0] = 0x0A;
  digest.bytes[31] = 0xF0;
  EXPECT_EQ(hex(digest), "0a" + std::string(60, '0') + "f0");
  CommandId id;
  id.bytes[15] = 0xBC;
  EXPECT_EQ(hex(id), std::string(30, '0') + "bc");
}

TEST(Hex, IsReadBackInEitherCase) {
  Digest digest;
  for (std::size_t i = 0; i < 32; ++i) digest.bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
  std::string text = hex(digest);
  EXPECT_EQ(digest_from_hex(text), digest);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(digest_from_hex(text), digest);
}

TEST(Hex, RefusesOtherLengthsAndOtherDigits) {
  EXPECT_EQ(digest_from_hex(""), std::nullopt);
  EXPECT_EQ(digest_from_hex(std::string(63, '0')), std::nullopt);
  EXPECT_EQ(digest_from_hex(std::string(65, '0')), std::nullopt);
  EXPECT_EQ(digest_from_hex(std::string(63, '0') + "g"), std::nullopt);
  EXPECT_EQ(digest_from_hex(" " + std::string(63, '0')), std::nullopt);
}

TEST(Names, AreShortAndPlain) {
  for (const char* good : {"a", "7", "web-1.eu_x", "25-031"}) EXPECT_TRUE(is_name(good)) << good;
  EXPECT_TRUE(is_name(std::string(63, 'a')));
  for (const char* bad : {"", "-a", ".a", "_a", "A", "a b", "a/b", "a\n", "\xc3\xa9"}) {
    EXPECT_FALSE(is_name(bad)) << bad;
  }
  EXPECT_FALSE(is_name(std::string(64, 'a')));
}

TEST(RuleUpdateIds, AreAYearAndANumber) {
  EXPECT_EQ(text(RuleUpdateId{25, 31}), "25-031");
  EXPECT_EQ(text(RuleUpdateId{0, 1}), "00-001");
  EXPECT_EQ(rule_update_id_from("25-031"), (RuleUpdateId{25, 31}));
  EXPECT_EQ(rule_update_id_from("99-999"), (RuleUpdateId{99, 999}));
  for (const char* bad : {"", "25-31", "25-000", "25031", "25-0311", "2x-031", "25-03x", " 25-031",
                          "25-031 ", "-5-031", "2025-031"}) {
    EXPECT_EQ(rule_update_id_from(bad), std::nullopt) << bad;
  }
}

TEST(Rfc3339, ShowsUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(Time{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(Time{-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(Time{-86'400'000'000}), "1969-12-31T00:00:00.000Z");
  EXPECT_EQ(rfc3339(Time{1'762'164'003'123'999}), "2025-11-03T10:00:03.123Z");
  EXPECT_EQ(rfc3339(Time{951'782'400'000'000}), "2000-02-29T00:00:00.000Z");
}

TEST(Rfc3339, ShowsWhatLiesOutsideItsYearsAsItsFirstAndLastMoment) {
  EXPECT_EQ(rfc3339(Time{smallest}), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(Time{largest}), "9999-12-31T23:59:59.999Z");
}

TEST(Rfc3339, IsReadWithAnyOffsetToTheMicrosecond) {
  const Time noon{1'762'171'200'000'000};
  EXPECT_EQ(time_from_rfc3339("2025-11-03T12:00:00Z"), noon);
  EXPECT_EQ(time_from_rfc3339("2025-11-03t12:00:00z"), noon);
  EXPECT_EQ(time_from_rfc3339("2025-11-03T13:30:00+01:30"), noon);
  EXPECT_EQ(time_from_rfc3339("2025-11-02T23:00:00-13:00"), noon);
  EXPECT_EQ(time_from_rfc3339("2025-11-03T12:00:00-00:00"), noon);
  EXPECT_EQ(time_from_rfc3339("2025-11-03T12:00:00.5Z"), noon + Duration{500'000});
  EXPECT_EQ(time_from_rfc3339("2025-11-03T12:00:00.123456Z"), noon + Duration{123'456});
  EXPECT_EQ(time_from_rfc3339("2025-11-03T12:00:00.1234569999Z"), noon + Duration{123'456});
}

TEST(Rfc3339, CountsALeapSecondOnlyWhereThereCanBeOne) {
  EXPECT_EQ(time_from_rfc3339("2016-12-31T23:59:60Z"), time_from_rfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(time_from_rfc3339("2017-01-01T00:59:60+01:00"),
            time_from_rfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(time_from_rfc3339("2016-12-31T22:59:60Z"), std::nullopt);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* bad :
       {"", "2025-11-03", "2025-11-03T12:00:00", "2025-11-03 12:00:00Z", "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-04-31T00:00:00Z",
        "2025-11-03T24:00:00Z", "2025-11-03T12:60:00Z", "2025-11-03T12:00:61Z",
        "2025-11-03T12:00:00.Z", "2025-11-03T12:00:00+1:00", "2025-11-03T12:00:00+0100",
        "2025-11-03T12:00:00+24:00", "2025-11-03T12:00:00Zx", "25-11-03T12:00:00Z",
        "+025-11-03T12:00:00Z", "2025-11-03T12:00Z"}) {
    EXPECT_EQ(time_from_rfc3339(bad), std::nullopt) << bad;
  }
}

TEST(Iso8601, ShowsTheFewestParts) {
  EXPECT_EQ(iso8601(Duration{}), "PT0S");
  EXPECT_EQ(iso8601(minutes(10)), "PT10M");
  EXPECT_EQ(iso8601(days(7)), "P7D");
  EXPECT_EQ(iso8601(Duration{days(1).micros + hours(2).micros + 3'500'000}), "P1DT2H3.5S");
  EXPECT_EQ(iso8601(Duration{1}), "PT0.000001S");
  EXPECT_EQ(iso8601(minutes(-90)), "-PT1H30M");
}

TEST(Iso8601, IsReadBack) {
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'500'000},
        days(400).micros, hours(-25).micros, smallest, smallest + 1, largest}) {
    EXPECT_EQ(duration_from_iso8601(iso8601(Duration{micros})), Duration{micros}) << micros;
  }
  EXPECT_EQ(duration_from_iso8601("PT90M"), minutes(90));
  EXPECT_EQ(duration_from_iso8601("P1DT12H"), hours(36));
  EXPECT_EQ(duration_from_iso8601("PT0.25S"), Duration{250'000});
}

TEST(Iso8601, RefusesEverythingElse) {
  for (const char* bad : {"",
                          "P",
                          "PT",
                          "P1DT",
                          "10M",
                          "PT10",
                          "P10M",
                          "PT1D",
                          "PT1M1H",
                          "PT1H1H",
                          "P1Y",
                          "P1W",
                          "PT1.5M",
                          "PT.5S",
                          "PT1.S",
                          "PT-1S",
                          "+PT1S",
                          "--PT1S",
                          "pt1s",
                          "PT1S ",
                          "P99999999999999999999D",
                          "P106751992D",
                          "P1DTT1H"}) {
    EXPECT_EQ(duration_from_iso8601(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace ledger::domain

#include "ledger/domain/filter.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace tests {
namespace {

using namespace ledger::domain;

std::string reason(const std::string& text) {
  const auto filter = Filter::parse(text);
  return filter ? std::string() : filter.error().reason;
}

std::string detail(const std::string& text) { return Filter::parse(text).error().detail; }

const std::array<std::string_view, 2> labels = {"door", "hall"};

// A computer as a filter sees it.
FilterValue lookup(std::string_view field) {
  if (field == "name") return std::string_view("Front Desk");
  if (field == "behind") return std::int64_t{3};
  if (field == "silent") return true;
  if (field == "seen") return *time_from_rfc3339("2027-01-01T12:00:00Z");
  if (field == "age") return minutes(90);
  if (field == "labels") return std::span<const std::string_view>(labels);
  return std::monostate{};
}

bool matches(const std::string& text) {
  const auto filter = Filter::parse(text);
  if (!filter) {
    ADD_FAILURE() << text << ": " << filter.error().detail;
    return false;
  }
  return filter->matches(lookup);
}

TEST(Filters, CompareEachTypeInItsOwnWay) {
  EXPECT_TRUE(matches(""));
  EXPECT_TRUE(matches("name = \"Front Desk\""));
  EXPECT_FALSE(matches("name = \"front desk\""));
  EXPECT_TRUE(matches("name:desk"));
  EXPECT_TRUE(matches("behind > 2 AND behind >= 3 AND behind < 10 AND behind <= 3"));
  EXPECT_FALSE(matches("behind = 10"));
  EXPECT_TRUE(matches("silent = true"));
  EXPECT_TRUE(matches("seen > \"2027-01-01T11:00:00Z\""));
  EXPECT_TRUE(matches("seen < 2027-01-01T13:30:00+01:00"));
  EXPECT_TRUE(matches("age > PT1H"));
  EXPECT_TRUE(matches("labels:hall"));
  EXPECT_TRUE(matches("labels = hall"));
  EXPECT_TRUE(matches("labels != roof"));
  EXPECT_FALSE(matches("labels:hal"));
}

TEST(Filters, FindNothingInWhatIsAbsentOrOfAnotherType) {
  EXPECT_FALSE(matches("nothing = x"));
  EXPECT_TRUE(matches("nothing != x"));
  EXPECT_FALSE(matches("nothing:*"));
  EXPECT_TRUE(matches("name:*"));
  EXPECT_FALSE(matches("behind = many"));
  EXPECT_TRUE(matches("behind != many"));
  EXPECT_FALSE(matches("behind < many"));
}

TEST(Filters, CombineWithAndOrNotAndParentheses) {
  EXPECT_TRUE(matches("NOT behind = 4"));
  EXPECT_TRUE(matches("NOT NOT behind = 3"));
  EXPECT_TRUE(matches("behind = 4 OR silent = true OR behind = 5"));
  EXPECT_FALSE(matches("(behind = 4 OR silent = true) AND name:roof"));
  EXPECT_TRUE(matches("NOT (behind = 4 AND silent = true)"));
}

TEST(Filters, RefuseToGuessHowAndAndOrBind) {
  EXPECT_EQ(reason("a = 1 AND b = 2 OR c = 3"), "filter-invalid");
  EXPECT_EQ(reason("a = 1 OR b = 2 AND c = 3"), "filter-invalid");
  EXPECT_EQ(reason("a = 1 AND (b = 2 OR c = 3)"), "");
}

TEST(Filters, NameTheByteThatIsWrong) {
  for (const auto* text : {"=", "a", "a =", "a = \"x", "a = 1 b", "(a = 1", "a = 1)", "NOT", "AND",
                           "a ~ 1", "a = 1 AND", "\x80 = 1"}) {
    EXPECT_EQ(reason(text), "filter-invalid") << text;
  }
  EXPECT_EQ(detail("a = 1 AND b"),
            "At byte 11 of the filter: expected one of = != < <= > >= :, "
            "found the end.");
}

TEST(Filters, AreBounded) {
  EXPECT_EQ(reason("a = " + std::string(4'000, 'x')), "filter-too-long");
  std::string deep = "a = 1";
  for (int i = 0; i < 17; ++i) deep = "(" + deep + ")";
  EXPECT_EQ(reason(deep), "filter-too-deep");
  std::string many = "a = 1";
  for (int i = 0; i < 64; ++i) many += " OR a = 1";
  EXPECT_EQ(reason(many), "filter-too-many-terms");
}

TEST(Filters, HaveOneWayToWriteThem) {
  const std::map<std::string, std::string> pairs = {
      {"  a=1 ", "a = 1"},
      {"a=x AND(b:y)", "a = \"x\" AND b:\"y\""},
      {"NOT (NOT a = true)", "NOT NOT a = true"},
      {"a = \"say \\\"hi\\\"\"", "a = \"say \\\"hi\\\"\""},
      {"(a = 1 OR b = 2) AND (c = 3 AND d = 4)", "(a = 1 OR b = 2) AND (c = 3 AND d = 4)"},
      {"((a = 1 AND b = 2) AND c = 3)", "a = 1 AND b = 2 AND c = 3"},
      {"a:*", "a:*"},
      {"a = 1 and not b = 2", "a = 1 AND NOT b = 2"},
      {"a = 1 or android = or", "a = 1 OR android = \"or\""},
  };
  for (const auto& [written, canonical] : pairs) {
    const auto filter = Filter::parse(written);
    ASSERT_TRUE(filter) << written;
    EXPECT_EQ(filter->canonical(), canonical);
    EXPECT_EQ(Filter::parse(canonical)->canonical(), canonical);
    EXPECT_EQ(*Filter::parse(canonical), *filter);
  }
}

TEST(Fields, ThatAreUnknownAreToldWithTheNearestThatThereIs) {
  const std::array<std::string_view, 3> fields = {"platform", "policy", "status"};
  const auto check = [&](const std::string& text) {
    return check_fields(*Filter::parse(text), fields);
  };
  EXPECT_TRUE(check("platform = linux AND status = failed"));
  const auto typo = check("platform = linux AND statsu = failed");
  ASSERT_FALSE(typo);
  EXPECT_EQ(typo.error().reason, "filter-field-unknown");
  EXPECT_EQ(typo.error().detail,
            "At byte 21 of the filter: there is no field statsu. Did you mean status?");
  EXPECT_EQ(check("weather = fine").error().detail,
            "At byte 0 of the filter: there is no field weather. There are: platform policy "
            "status.");
}

// A comparison that can never hold is told, since an empty list would say that there is nothing.
TEST(Fields, AreComparedWithWhatTheirValuesCanBe) {
  static constexpr std::array<std::string_view, 2> words = {"failed", "silent"};
  const std::array<FilterField, 6> fields = {{{"rules", FilterKind::number},
                                              {"at", FilterKind::time},
                                              {"every", FilterKind::duration},
                                              {"on", FilterKind::flag},
                                              {"status", FilterKind::text, words},
                                              {"all", FilterKind::text, words, true}}};
  const auto told = [&](const std::string& text) {
    const auto checked = check_fields(*Filter::parse(text), fields);
    return checked ? std::string() : checked.error().detail;
  };
  EXPECT_EQ(told("rules > 1 AND at < \"2026-11-03T10:00:00Z\" AND every = PT1H AND on = true"), "");
  EXPECT_EQ(told("status = failed AND status : fail AND status > a AND all : silent"), "");
  EXPECT_EQ(told("at : *"), "");
  EXPECT_EQ(told("at < 2026-11-03"),
            "At byte 0 of the filter: at is compared with \"2026-11-03\"; expected a time such as "
            "2026-11-03T10:00:00Z.");
  EXPECT_EQ(told("rules > 1.5"),
            "At byte 0 of the filter: rules is compared with \"1.5\"; expected a whole number.");
  EXPECT_NE(told("rules < 99999999999999999999"), "");
  EXPECT_NE(told("every > 60"), "");
  EXPECT_NE(told("on = yes"), "");
  EXPECT_EQ(told("status = faild"), "At byte 0 of the filter: status is compared with \"faild\"; "
                                    "expected one of failed silent.");
  EXPECT_NE(told("all : fail"), "");
}

}  // namespace
}  // namespace tests

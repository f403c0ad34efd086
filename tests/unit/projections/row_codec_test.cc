#include "projections/row_codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <vector>

#include "projections/computers.h"
#include "projections/mark.h"

namespace {

using namespace ledger::domain;
using projections::decode_row;
using projections::encode_row;

struct OfEverything {
  bool flag = false;
  std::uint32_t small = 0;
  std::uint64_t large = 0;
  std::int64_t negative = 0;
  Module module{};
  std::string text;
  PolicyId id;
  Digest digest;
  CommandId command;
  Position position;
  Time time;
  Duration duration;
  RuleId rule;
  RuleUpdateId update;
  std::optional<Time> absent;
  std::optional<std::string> empty;
  std::vector<ComponentVersion> components;
  projections::Mark mark;

  template <class = void>
  static constexpr auto fields() {
    using E = OfEverything;
    return field_list(
        field("flag", &E::flag), field("small", &E::small), field("large", &E::large),
        field("negative", &E::negative), field("module", &E::module), field("text", &E::text),
        field("id", &E::id), field("digest", &E::digest), field("command", &E::command),
        field("position", &E::position), field("time", &E::time), field("duration", &E::duration),
        field("rule", &E::rule), field("update", &E::update), field("absent", &E::absent),
        field("empty", &E::empty), field("components", &E::components), field("mark", &E::mark));
  }
  bool operator==(const OfEverything&) const = default;
};

OfEverything filled() {
  OfEverything row;
  row.flag = true;
  row.small = std::numeric_limits<std::uint32_t>::max();
  row.large = std::numeric_limits<std::uint64_t>::max();
  row.negative = std::numeric_limits<std::int64_t>::min();
  row.module = Module::log_inspection;
  row.text = std::string("a\0b", 3);
  row.id = {"web"};
  row.digest.bytes[31] = 0xff;
  row.command.bytes[0] = 7;
  row.position = {1ULL << 40};
  row.time = {-1};
  row.duration = {std::numeric_limits<std::int64_t>::max()};
  row.rule = {1'000'000};
  row.update = {25, 31};
  row.empty = "";
  row.components = {{{"engine"}, "1.0"}, {{"virus-pattern"}, ""}};
  row.mark = {{3}, {4}, "user:alice"};
  return row;
}

TEST(RowCodec, ReadsBackWhatItWrote) {
  EXPECT_EQ(decode_row<OfEverything>(encode_row(OfEverything{})).value(), OfEverything{});
  EXPECT_EQ(decode_row<OfEverything>(encode_row(filled())).value(), filled());
}

TEST(RowCodec, TakesAByteForASmallNumber) {
  projections::BucketMemberRow row;
  row.computer = {"web-1"};
  EXPECT_EQ(encode_row(row), std::string("\x05web-1"));
}

struct Grown {
  projections::BucketMemberRow before;
  std::uint64_t added = 42;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("before", &Grown::before), field("added", &Grown::added));
  }
  bool operator==(const Grown&) const = default;
};

TEST(RowCodec, LeavesAFieldThatWasAddedLaterAtItsDefault) {
  projections::BucketMemberRow row;
  row.computer = {"web-1"};
  EXPECT_EQ(decode_row<Grown>(encode_row(row)).value(), (Grown{row, 42}));
}

TEST(RowCodec, RefusesBytesThatAreNotARow) {
  const std::string row = encode_row(filled());
  const auto reason = [](std::string_view bytes) {
    const auto decoded = decode_row<OfEverything>(bytes);
    return decoded ? std::string() : decoded.error().reason;
  };
  EXPECT_EQ(reason(row + "x"), "row-malformed");
  std::string unknown_module = row;
  unknown_module[1 + 5 + 10 + 10] = 5;  // One more than there are.
  EXPECT_EQ(reason(unknown_module), "row-malformed");
  EXPECT_EQ(reason("\x02"), "row-malformed");                      // A flag of 2.
  EXPECT_EQ(reason("\x01\xff\xff\xff\xff\x1f"), "row-malformed");  // 33 bits of 32.
  EXPECT_EQ(decode_row<projections::BucketMemberRow>("\x05web").error().reason, "row-malformed");
  EXPECT_EQ(decode_row<projections::BucketMemberRow>("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")
                .error()
                .reason,
            "row-malformed");
}

TEST(RowCodec, NeverReadsBeyondARowThatIsCutOff) {
  const std::string row = encode_row(filled());
  for (std::size_t size = 0; size < row.size(); ++size) {
    // Whatever it answers, a sanitizer sees a read too far.
    const std::string cut = row.substr(0, size);
    const auto decoded = decode_row<OfEverything>(std::string(cut));
    if (decoded) {
      EXPECT_NE(*decoded, filled());
    }
  }
}

}  // namespace

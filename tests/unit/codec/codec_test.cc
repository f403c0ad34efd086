// Records that are as they must be, and every way in which bytes are not.
#include "ledger/codec/codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "ledger/limits.h"
#include "tests/support/any_event.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;
using ledger::ErrorKind;
using Words = std::vector<std::uint64_t>;

constexpr std::uint64_t magic_of(std::uint16_t format) {
  return 0x5245'4744'454CULL | static_cast<std::uint64_t>(format) << 48;  // "LEDGER"
}

// Pointers as the encoding specification of Cap'n Proto draws them. An offset counts words from the
// pointer's end.
constexpr std::uint64_t struct_at(std::int32_t offset, std::uint64_t data, std::uint64_t pointers) {
  return (static_cast<std::uint32_t>(offset) << 2U) | data << 32 | pointers << 48;
}
constexpr std::uint64_t list_at(std::int32_t offset, std::uint64_t size, std::uint64_t count) {
  return 1 | static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset) << 2U) | size << 32 |
         count << 35;
}
constexpr std::uint64_t bytes_size = 2;
constexpr std::uint64_t composite_size = 7;

std::string record_of(const Words& message, std::uint16_t format = 2) {
  Words words{magic_of(format)};
  words.insert(words.end(), message.begin(), message.end());
  std::string bytes(words.size() * 8, '\0');
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return bytes;
}

std::uint64_t text_word(std::string_view text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), text.size());
  return word;
}

// What is wrong with bytes; empty: nothing.
std::string problem(const std::string& bytes) {
  const auto event = codec::decode(bytes);
  if (event) return "";
  EXPECT_EQ(event.error().kind, ErrorKind::corrupt);
  return event.error().reason + ": " + event.error().detail;
}

std::string malformed(const std::string& what, std::size_t byte) {
  return "record-malformed: The bytes are no record of an event: " + what + ", at byte " +
         std::to_string(byte) + ".";
}

// The event with this type of payload and nothing else, as words: five words of zeros, the
// discriminant in the upper half of the sixth's lower half, and eight pointers to fill.
Words event_words(std::uint64_t type, std::uint64_t pointers) {
  return {struct_at(0, 6, pointers), 0, 0, 0, 0, 0, type << 16};
}

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

constexpr std::uint64_t bookmark_removed = 17;
constexpr std::uint64_t views_digested = 2;
constexpr std::uint64_t source_configured = 21;
constexpr std::uint64_t setting_changed = 19;
constexpr std::uint64_t rules_recorded = 43;

TEST(Codec, AnEventOfDefaultsTakesTwoWords) {
  EXPECT_EQ(codec::encode({}).value(), record_of({struct_at(-1, 0, 0)}));
  EXPECT_EQ(codec::decode(record_of({struct_at(-1, 0, 0)})).value(), domain::Event{});
}

TEST(Codec, ATextLiesWhereTheSpecificationSays) {
  domain::Event event;
  event.payload = domain::BookmarkRemoved{{"friday"}};
  const Words words = event_words(bookmark_removed, 8) +
                      Words{0, 0, 0, 0, 0, 0, 0, struct_at(0, 0, 1)} +
                      Words{list_at(0, bytes_size, 7), text_word("friday")};
  EXPECT_EQ(codec::encode(event).value(), record_of(words));
  EXPECT_EQ(codec::decode(record_of(words)).value(), event);
}

TEST(Codec, AnOptionalZeroIsNotAbsent) {
  domain::Event absent;
  domain::Event zero;
  zero.causation = domain::Position{0};
  zero.plan_digest = domain::Digest{};
  zero.payload = domain::PolicySettingChanged{{}, {}, "", std::nullopt};
  EXPECT_EQ(codec::decode(codec::encode(zero).value()).value(), zero);
  EXPECT_NE(codec::encode(zero).value(), codec::encode(absent).value());
}

TEST(Codec, TextsMayHoldAnyBytes) {
  domain::Event event;
  event.reason = std::string("a\0b\xFF\0", 5);
  EXPECT_EQ(codec::decode(codec::encode(event).value()).value(), event);
}

TEST(Codec, TheEnvelopeIsToldWithTheTypeAndWithoutThePayload) {
  const domain::Event event =
      sample_event(domain::index_of<domain::RuleUpdateRolledBack, domain::PayloadTypes>);
  const auto envelope = codec::decode_envelope(codec::encode(event).value());
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->type_name(), "rule_update.rolled_back");
  EXPECT_EQ(envelope->position, event.position);
  EXPECT_EQ(envelope->stream, event.stream);
  EXPECT_EQ(envelope->command, event.command);
  EXPECT_EQ(envelope->causation, event.causation);
  EXPECT_EQ(envelope->actor, event.actor);
  EXPECT_EQ(envelope->plan_digest, event.plan_digest);
}

// -- The size of a record ------------------------------------------------------------------------

TEST(Codec, ARecordMayTakeAllWordsThatFitAndNoMore) {
  domain::Event event;
  // Two words before the root, one of pointers to the reason, the reason's bytes and its end.
  const std::size_t words = ledger::limits::record_bytes_max / 8;
  const std::size_t overhead = codec::encode({}).value().size() / 8 + 5;  // Pointers 0 to 4.
  event.reason = std::string((words - overhead) * 8 - 1, 'x');
  const auto largest = codec::encode(event);
  ASSERT_TRUE(largest) << largest.error().detail;
  EXPECT_EQ(largest->size(), words * 8);
  EXPECT_EQ(codec::decode(*largest).value(), event);
  event.reason += 'x';
  const auto refused = codec::encode(event);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(refused.error().reason, "record-too-large");
  EXPECT_EQ(codec::encode({}).value().size(), 16U) << "the next record is not affected";
}

TEST(Codec, AListWithMoreElementsThanARecordHasBytesIsTooLarge) {
  domain::Event event;
  event.payload = domain::RulesRecorded{{}, 0, std::vector<domain::Rule>(65'535)};
  EXPECT_EQ(codec::decode(codec::encode(event).value()).value(), event);
  event.payload = domain::RulesRecorded{{}, 0, std::vector<domain::Rule>(65'536)};
  EXPECT_EQ(codec::encode(event).error().reason, "record-too-large");
}

TEST(Codec, BytesBeyondTheSizeOfARecordAreRefused) {
  const std::string bytes = record_of({struct_at(-1, 0, 0)}) + std::string(65'528, '\0');
  EXPECT_EQ(problem(bytes), malformed("longer than a record may be", 0));
}

// -- The first word ------------------------------------------------------------------------------

TEST(Codec, BytesThatAreNotTwoWholeWordsAreRefused) {
  for (const std::size_t size : {0U, 1U, 8U, 15U, 17U}) {
    const std::string bytes = record_of({struct_at(-1, 0, 0), 0}).substr(0, size);
    EXPECT_EQ(problem(bytes), malformed("not at least two whole words of eight bytes", 0)) << size;
    EXPECT_FALSE(codec::decode_envelope(bytes));
  }
}

TEST(Codec, BytesThatBeginOtherwiseAreRefused) {
  std::string bytes = record_of({struct_at(-1, 0, 0)});
  bytes[0] = 'l';
  EXPECT_EQ(problem(bytes), malformed("they begin otherwise", 0));
}

TEST(Codec, AFormatThatIsNotKnownIsToldByItsNumber) {
  for (const std::uint16_t format : std::initializer_list<std::uint16_t>{0, 3, 0x0102}) {
    const auto event = codec::decode(record_of({struct_at(-1, 0, 0)}, format));
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(event.error().reason, "record-version-unknown");
    EXPECT_NE(event.error().detail.find("format " + std::to_string(format)), std::string::npos);
    EXPECT_EQ(codec::decode_envelope(record_of({struct_at(-1, 0, 0)}, format)).error(),
              event.error());
  }
}

// -- What else may be wrong ----------------------------------------------------------------------

struct Wrong {
  std::string name;
  Words words;
  std::string what;
  std::size_t byte;
};

constexpr const char* elsewhere = "a pointer to another place than where its object belongs";
constexpr const char* beyond = "an object that goes beyond the record's end";
constexpr const char* not_trimmed = "zero words that are left away elsewhere";
constexpr const char* not_known = "a field that this version does not know";
constexpr const char* a_default = "a default that is left away elsewhere";

// The same with a payload of one pointer, which follows.
Words payload_of(std::uint64_t type) {
  return event_words(type, 8) + Words{0, 0, 0, 0, 0, 0, 0, struct_at(0, 0, 1)};
}

std::vector<Wrong> wrong_structs_and_texts() {
  const Words bookmark = payload_of(bookmark_removed);
  return {
      {"a null root", {0}, elsewhere, 8},
      {"a list as root", {list_at(0, bytes_size, 0)}, "no pointer to a struct", 8},
      {"a far pointer as root", {2}, "no pointer to a struct", 8},
      {"a root beyond the end", {struct_at(0, 1, 0)}, beyond, 8},
      {"a root with a gap before it", {struct_at(1, 1, 0), 0, 7}, elsewhere, 8},
      {"a root that is itself", {struct_at(-1, 1, 0)}, elsewhere, 8},
      {"a last word of zeros", {struct_at(0, 1, 0), 0}, not_trimmed, 8},
      {"a last pointer of zeros", {struct_at(0, 1, 1), 7, 0}, not_trimmed, 8},
      {"a seventh word", {struct_at(0, 7, 0), 0, 0, 0, 0, 0, 0, 7}, not_known, 8},
      {"a ninth pointer",
       Words{struct_at(0, 0, 9)} + Words{0, 0, 0, 0, 0, 0, 0, 0, struct_at(-1, 0, 0)}, not_known,
       8},
      {"bits of no field", {struct_at(0, 6, 0), 0, 0, 0, 0, 0, 1ULL << 40}, not_known, 56},
      {"an unknown outcome",
       {struct_at(0, 6, 0), 0, 0, 0, 0, 0, 3},
       "a value that its type does not have",
       56},
      {"an unknown type", event_words(domain::payload_names.size(), 0), "an event of unknown type",
       56},
      {"words after the end", {struct_at(0, 1, 0), 7, 0}, "bytes after the end of the event", 32},
      {"a struct instead of a text", bookmark + Words{struct_at(0, 1, 0), 7},
       "no pointer to a list of such elements", 128},
      {"a list of numbers instead of a text", bookmark + Words{list_at(0, 5, 1), 7},
       "no pointer to a list of such elements", 128},
      {"a text without its end", bookmark + Words{list_at(0, bytes_size, 1), text_word("x")},
       "a text without its end", 128},
      {"a text of no bytes", bookmark + Words{list_at(0, bytes_size, 0)}, "a text without its end",
       128},
      {"a text beyond the end", bookmark + Words{list_at(0, bytes_size, 9), text_word("x")}, beyond,
       128},
      {"an empty text", bookmark + Words{list_at(0, bytes_size, 1), 0}, a_default, 128},
      {"a digest of another length",
       event_words(source_configured, 8) +
           Words{0, 0, 0, 0, 0, 0, 0, struct_at(0, 0, 4), 0, 0, 0, list_at(0, bytes_size, 8), 7},
       "a digest or id of another length", 152},
      {"a command's id of zeros",
       {struct_at(0, 0, 2), 0, list_at(0, bytes_size, 16), 0, 0},
       a_default,
       24},
      {"an actor without anything",
       {struct_at(0, 0, 4), 0, 0, 0, struct_at(-1, 0, 0)},
       a_default,
       40},
      {"a payload without anything",
       event_words(bookmark_removed, 8) + Words{0, 0, 0, 0, 0, 0, 0, struct_at(-1, 0, 0)},
       a_default, 120},
      {"an unknown setting",
       event_words(setting_changed, 8) + Words{0, 0, 0, 0, 0, 0, 0, struct_at(0, 1, 0), 11},
       "a value that its type does not have", 128},
      {"a boxed zero that is written",
       {struct_at(0, 0, 3), 0, 0, struct_at(0, 1, 0), 0},
       not_trimmed,
       32},
  };
}

std::vector<Wrong> wrong_lists() {
  const Words rules = payload_of(rules_recorded);
  return {
      {"an empty list of structs", rules + Words{list_at(0, composite_size, 0), struct_at(0, 0, 0)},
       a_default, 128},
      {"a list of structs that says another length",
       rules + Words{list_at(0, composite_size, 1), struct_at(2, 1, 0), 7},
       "a list of another length than it says", 136},
      {"a list of more empty structs than any record",
       rules + Words{list_at(0, composite_size, 0), struct_at(65'536, 0, 0)},
       "a list of another length than it says", 136},
      {"a list whose tag is a list",
       rules + Words{list_at(0, composite_size, 1), struct_at(1, 1, 0) | 1, 7},
       "a list of another length than it says", 136},
      {"a list of structs wider than any of them",
       rules + Words{list_at(0, composite_size, 2), struct_at(1, 2, 0), 1'000'000, 0}, not_trimmed,
       136},
      {"a list of structs with more pointers than any of them",
       rules + Words{list_at(0, composite_size, 2), struct_at(1, 1, 1), 1'000'000, 0}, not_trimmed,
       136},
      {"a list of structs of a later version",
       rules + Words{list_at(0, composite_size, 9), struct_at(1, 9, 0), 0, 0, 0, 0, 0, 0, 0, 0, 7},
       not_known, 136},
      {"a pointer back, as loops would need",
       event_words(views_digested, 8) + Words{0, 0, 0, 0, 0, 0, 0, struct_at(-8, 1, 0)}, elsewhere,
       120},
  };
}

TEST(Codec, WhateverIsWrongIsToldWithItsPlace) {
  for (const auto& records : {wrong_structs_and_texts(), wrong_lists()}) {
    for (const Wrong& wrong : records) {
      EXPECT_EQ(problem(record_of(wrong.words)), malformed(wrong.what, wrong.byte)) << wrong.name;
    }
  }
}

TEST(Codec, PaddingThatIsNotZeroIsRefused) {
  domain::Event event;
  event.payload = domain::BookmarkRemoved{{"x"}};
  std::string bytes = codec::encode(event).value();
  bytes.back() = 1;
  EXPECT_EQ(problem(bytes), malformed("padding that is not zero", bytes.size() - 8));
}

TEST(Codec, ARecordCutAnywhereIsRefused) {
  for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
    const std::string bytes = codec::encode(sample_event(index)).value();
    for (std::size_t size = 0; size < bytes.size(); size += 8) {
      EXPECT_FALSE(codec::decode(bytes.substr(0, size))) << domain::payload_names[index] << size;
    }
  }
}

}  // namespace
}  // namespace tests

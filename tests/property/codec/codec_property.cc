// Laws of records, for events of every type.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "ledger/codec/codec.h"
#include "tests/property/codec/by_library.h"
#include "tests/support/any_event.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t first_word_bytes = 8;

// Short ones, which shrink well, and long ones, which fill every field.
rc::Gen<Bytes> any_choices() {
  const auto many = rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), [](std::uint32_t seed) {
    std::mt19937 random(seed);
    Bytes bytes(4'096);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  });
  return rc::gen::oneOf(rc::gen::scale(8.0, rc::gen::arbitrary<Bytes>()), many);
}

// With the same choices for every type, so that each of a hundred types is seen in each run.
template <class Check>
void for_each_type(const Check& check) {
  const Bytes bytes = *any_choices();
  for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
    Choices choices(bytes);
    const domain::Event event = make_event(choices, index);
    RC_LOG() << type_name(event.payload) << std::endl;
    const auto record = codec::encode(event);
    RC_ASSERT(record.has_value());
    check(event, *record);
  }
}

RC_GTEST_PROP(Records, GiveBackTheEventTheyWereMadeOf, ()) {
  for_each_type([](const domain::Event& event, const std::string& record) {
    const auto decoded = codec::decode(record);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == event);
  });
}

RC_GTEST_PROP(Records, AreReadTheSameIntoAnEventThatWasAnother, ()) {
  const Bytes others = *any_choices();
  domain::Event of_the_type_before;
  for_each_type([&](const domain::Event& event, const std::string& record) {
    Choices choices(others);
    domain::Event of_this_type = make_event(choices, event.payload.index());
    for (domain::Event* const used : {&of_the_type_before, &of_this_type}) {
      RC_ASSERT(codec::decode_into(record, *used).has_value());
      RC_ASSERT(*used == event);
    }
  });
}

RC_GTEST_PROP(Records, AreWhatTheLibraryMakesOfTheSameEvent, ()) {
  for_each_type([](const domain::Event& event, const std::string& record) {
    const std::string message = record.substr(first_word_bytes);
    RC_ASSERT(message == encode_by_library(event));
    RC_ASSERT(is_canonical_by_library(message));
  });
}

domain::Event some_event() {
  Choices choices(*any_choices());
  return any_event(choices);
}

RC_GTEST_PROP(Records, TellTheirEnvelopeWithoutThePayload, ()) {
  const domain::Event event = some_event();
  const auto record = codec::encode(event);
  RC_ASSERT(record.has_value());
  const auto envelope = codec::decode_envelope(*record);
  RC_ASSERT(envelope.has_value());
  RC_ASSERT(envelope->type_name() == type_name(event.payload));
  domain::Event rebuilt;
  rebuilt.payload = event.payload;
  const auto copy = [&](const auto& from, const auto& to) {
    rebuilt.*(to.member) = (*envelope).*(from.member);
  };
  codec::Envelope::fields()([&](const auto&... from) {
    codec::envelope_fields<domain::Event>()([&](const auto&... to) { (copy(from, to), ...); });
  });
  RC_ASSERT(rebuilt == event);
}

// Changes a record at a few places, cuts it or adds to it.
std::string damaged(std::string record) {
  const int changes = *rc::gen::inRange(1, 5);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, record.size());
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        record[at] = static_cast<char>(record[at] ^ (1 << *rc::gen::inRange(0, 8)));
        break;
      case 1:
        record[at] = *rc::gen::arbitrary<char>();
        break;
      case 2: {  // A whole word of another place, so that pointers meet pointers.
        const auto from = *rc::gen::inRange<std::size_t>(0, record.size() / 8) * 8;
        std::memmove(&record[at / 8 * 8], &record[from], 8);
        break;
      }
      case 3:
        record.resize(std::max<std::size_t>(at / 8 * 8, 8));
        break;
      case 4:
        record.resize(at + 1);
        record.resize((at + 8) / 8 * 8);
        break;
      default:
        record += std::string(8, *rc::gen::element('\0', '\1', '\xFF'));
    }
  }
  return record;
}

// Whatever is read would be written the same: no two records mean one event, so that a record's
// hash names its event.
RC_GTEST_PROP(Records, ThatAreDamagedAreRefusedOrMeanAnotherEvent, ()) {
  const auto record = codec::encode(some_event());
  RC_ASSERT(record.has_value());
  const std::string bytes = damaged(*record);
  const auto decoded = codec::decode(bytes);
  RC_CLASSIFY(decoded.has_value(), "still an event");
  if (!decoded) {
    RC_ASSERT(decoded.error().kind == ledger::ErrorKind::corrupt);
    return;
  }
  auto again = codec::encode(*decoded);
  RC_ASSERT(again.has_value());
  if (bytes[6] == 2) RC_ASSERT(*again == bytes);  // Format 1 is lifted.
}

RC_GTEST_PROP(Records, OfAnyBytesAreAnswered, (const Bytes& bytes)) {
  std::string record("LEDGER\2\0", 8);
  record.append(bytes.begin(), bytes.end());
  record.resize(record.size() / 8 * 8);
  const auto decoded = codec::decode(record);
  const auto envelope = codec::decode_envelope(record);
  if (decoded) {
    RC_ASSERT(codec::encode(*decoded).value() == record);
    RC_ASSERT(envelope.has_value());
  } else {
    RC_ASSERT(decoded.error().kind == ledger::ErrorKind::corrupt);
  }
}

}  // namespace
}  // namespace tests

#include "tests/support/any_event.h"

#include <array>
#include <limits>
#include <type_traits>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/domain/fields.h"

namespace tests {
namespace {

namespace domain = ledger::domain;

template <class T>
void fill(ValueSource& source, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    out = source.flag();
  } else if constexpr (domain::NamedEnum<T>) {
    constexpr std::uint64_t all = enum_names(T{}).size();
    constexpr bool has_grown = std::is_same_v<T, domain::AlertType>;
    out = static_cast<T>(source.choice(all, has_grown ? 18 : all));
  } else if constexpr (std::is_integral_v<T>) {
    out = static_cast<T>(source.number());
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = source.text();
  } else if constexpr (domain::IsId<T>::value) {
    out.value = source.name();
  } else if constexpr (std::is_same_v<T, domain::Digest> || std::is_same_v<T, domain::CommandId>) {
    for (auto& byte : out.bytes) byte = static_cast<std::uint8_t>(source.number());
  } else if constexpr (std::is_same_v<T, domain::Position>) {
    out.value = source.number();
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    out.micros = source.micros();
  } else if constexpr (std::is_same_v<T, domain::RuleId>) {
    out.value = static_cast<std::uint32_t>(1'000'000 + source.below(9'000'000));
  } else if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    out = {static_cast<std::uint32_t>(source.below(100)),
           static_cast<std::uint32_t>(1 + source.below(999))};
  } else if constexpr (domain::IsOptional<T>::value) {
    if (source.flag()) fill(source, out.emplace());
  } else if constexpr (domain::IsVector<T>::value) {
    out.resize(source.length());
    for (auto& each : out) fill(source, each);
  } else {
    domain::for_each_field(out, [&](std::string_view, auto& member) { fill(source, member); });
  }
}

// Counts, so that every value is set, known in advance, and unlike its neighbours.
class Counting final : public ValueSource {
 public:
  explicit Counting(std::uint64_t first) : next_(first) {}

  bool flag() override { return true; }
  std::uint64_t below(std::uint64_t count) override { return 1 + next_++ % (count - 1); }
  std::uint64_t number() override { return next_++; }
  std::size_t length() override { return 2; }
  std::string text() override { return "text " + std::to_string(next_++); }
  std::string name() override { return "name-" + std::to_string(next_++); }
  // Names that were added do not change the samples that are kept.
  std::uint64_t choice(std::uint64_t, std::uint64_t first) override { return below(first); }
  std::int64_t micros() override {
    return 1'790'000'000'000'000 + static_cast<std::int64_t>(next_++) * 1'000;
  }

 private:
  std::uint64_t next_;
};

}  // namespace

std::uint8_t Choices::next() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }

bool Choices::flag() { return next() % 2 == 1; }

std::uint64_t Choices::below(std::uint64_t count) { return number() % count; }

std::uint64_t Choices::number() {
  // Mostly small, often at the ends of a width, where carelessness shows.
  static constexpr std::array<std::uint64_t, 8> ends = {
      0xFF,        0xFFFF,        0x7FFF'FFFF,           0x8000'0000,
      0xFFFF'FFFF, 0x1'0000'0000, 0x8000'0000'0000'0000, std::numeric_limits<std::uint64_t>::max()};
  const std::uint8_t first = next();
  if (first < 192) return first;
  if (first < 224) return ends[first % ends.size()];
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | next();
  return value;
}

std::size_t Choices::length() { return next() % 4; }

std::string Choices::text() {
  static constexpr std::array<std::string_view, 8> characters = {"a", " ", "\"",         "\\",
                                                                 "ä", "€", "\U0001F600", "\n"};
  const std::uint8_t kind = next();
  const std::size_t size = kind < 250 ? kind % 20 : kind;
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t byte = next();
    if (values_ == Values::any) {
      out += static_cast<char>(byte);
    } else {
      out += characters[byte % characters.size()];
    }
  }
  return out;
}

std::string Choices::name() {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  std::string out(1, letters[next() % 36]);
  const std::size_t more = next() % 63;
  for (std::size_t i = 0; i < more; ++i) out += letters[next() % letters.size()];
  return out;
}

std::int64_t Choices::micros() {
  if (values_ == Values::any) return static_cast<std::int64_t>(number());
  constexpr std::uint64_t millis_until_10000 = 253'402'300'800'000;
  return static_cast<std::int64_t>(number() % millis_until_10000) * 1'000;
}

domain::Payload make_payload(ValueSource& source, std::size_t index) {
  domain::Payload payload = domain::Payload::of_index(index);
  visit([&](auto& each) { fill(source, each); }, payload);
  return payload;
}

domain::Event make_event(ValueSource& source, std::size_t index) {
  domain::Event event;
  event.payload = make_payload(source, index);
  ledger::codec::envelope_fields<domain::Event>()(
      [&](const auto&... each) { (fill(source, event.*(each.member)), ...); });
  return event;
}

domain::Event any_event(ValueSource& source) {
  const std::size_t index = source.below(domain::payload_names.size());
  return make_event(source, index);
}

domain::Event sample_event(std::size_t index) {
  Counting source(1'000 * (index + 1));
  return make_event(source, index);
}

}  // namespace tests

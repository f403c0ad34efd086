// Scalars as the bits that stand for them in a record, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ledger/codec/layout.h"

namespace ledger::codec {

// Zero for the default value of every scalar: what is not set takes no room.
template <Scalar T>
std::uint64_t to_bits(const T& value) {
  if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    CHECK(value.year < 100 && value.number < 1'000, "a rule update is named YY-NNN");
    return std::uint64_t{value.year} * 1'000 + value.number;
  } else if constexpr (std::is_same_v<T, domain::Position> || std::is_same_v<T, domain::RuleId>) {
    return value.value;
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    return static_cast<std::uint64_t>(value.micros);
  } else {
    return static_cast<std::uint64_t>(value) & low_bits(bits_of(wire_of<T>()));
  }
}

// False when no value of the type has these bits.
template <Scalar T>
bool from_bits(std::uint64_t bits, T& out) {
  if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    out.year = static_cast<std::uint32_t>(bits / 1'000);
    out.number = static_cast<std::uint32_t>(bits % 1'000);
    return out.year < 100;
  } else if constexpr (std::is_same_v<T, domain::RuleId>) {
    out.value = static_cast<std::uint32_t>(bits);
  } else if constexpr (std::is_same_v<T, domain::Position>) {
    out.value = bits;
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    out.micros = static_cast<std::int64_t>(bits);
  } else if constexpr (domain::NamedEnum<T>) {
    if (bits >= enum_names(T{}).size()) return false;
    out = static_cast<T>(bits);
  } else {
    out = static_cast<T>(bits);
  }
  return true;
}

}  // namespace ledger::codec

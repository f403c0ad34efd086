// SHA-256 over a struct's fields, in the order listed: lengths before contents, numbers in
// little-endian bytes, so that different values never give the same bytes. For plan digests and
// receipts' bodies.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "ledger/digest.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

inline void hash_number(Sha256& hash, std::uint64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  hash.update({bytes.data(), bytes.size()});
}

inline void hash_text(Sha256& hash, std::string_view text) {
  hash_number(hash, text.size());
  hash.update(text);
}

template <class T>
void hash_value(Sha256& hash, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    hash_text(hash, value);
  } else if constexpr (std::is_same_v<T, Digest> || std::is_same_v<T, CommandId>) {
    hash.update(bytes_of(value));
  } else if constexpr (std::is_same_v<T, Time> || std::is_same_v<T, Duration>) {
    hash_number(hash, static_cast<std::uint64_t>(value.micros));
  } else if constexpr (std::is_same_v<T, RuleUpdateId>) {
    hash_number(hash, std::uint64_t{value.year} * 1'000 + value.number);
  } else if constexpr (std::is_same_v<T, Position> || std::is_same_v<T, RuleId>) {
    hash_number(hash, value.value);
  } else if constexpr (IsId<T>::value) {
    hash_text(hash, value.value);
  } else if constexpr (IsOptional<T>::value) {
    hash_number(hash, value.has_value() ? 1 : 0);
    if (value) hash_value(hash, *value);
  } else if constexpr (IsVector<T>::value) {
    hash_number(hash, value.size());
    for (const auto& each : value) hash_value(hash, each);
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    hash_number(hash, static_cast<std::uint64_t>(value));
  } else {
    for_each_field(value, [&](std::string_view, const auto& each) { hash_value(hash, each); });
  }
}

}  // namespace ledger::domain

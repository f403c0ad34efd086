// Rows as bytes: compact, little-endian varints over fields(), since rows are small, many and
// disposable (ARCHITECTURE.md, D11). A row reads back whole or not at all; fields that a newer
// version added at the end of a row's list keep their defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ledger/codec/varints.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace projections {

namespace domain = ledger::domain;

namespace internal {

using ledger::codec::VarintReader;

tl::unexpected<ledger::Error> row_malformed();

template <class T>
inline constexpr bool is_bytes =
    std::is_same_v<T, domain::Digest> || std::is_same_v<T, domain::CommandId>;

template <class T>
void write_value(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    ledger::codec::add_text(out, value);
  } else if constexpr (domain::IsId<T>::value) {
    ledger::codec::add_text(out, value.value);
  } else if constexpr (is_bytes<T>) {
    out += bytes_of(value);
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    ledger::codec::add_varint(out, ledger::codec::zigzag(value.micros));
  } else if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    ledger::codec::add_varint(out, value.year);
    ledger::codec::add_varint(out, value.number);
  } else if constexpr (std::is_same_v<T, domain::Position> || std::is_same_v<T, domain::RuleId>) {
    ledger::codec::add_varint(out, value.value);
  } else if constexpr (domain::IsOptional<T>::value) {
    ledger::codec::add_varint(out, value ? 1 : 0);
    if (value) write_value(out, *value);
  } else if constexpr (domain::IsVector<T>::value) {
    ledger::codec::add_varint(out, value.size());
    for (const auto& each : value) write_value(out, each);
  } else if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) {
    ledger::codec::add_varint(out, static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_integral_v<T>) {
    ledger::codec::add_varint(out, ledger::codec::zigzag(value));
  } else {
    domain::for_each_field(value,
                           [&](std::string_view, const auto& each) { write_value(out, each); });
  }
}

template <class T>
constexpr std::uint64_t highest_of() {
  if constexpr (domain::NamedEnum<T>) {
    return enum_names(T{}).size() - 1;
  } else if constexpr (std::is_same_v<T, bool>) {
    return 1;
  } else {
    return static_cast<T>(~T{});
  }
}

template <class T>
void read_value(VarintReader& in, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = in.text();
  } else if constexpr (domain::IsId<T>::value) {
    value.value = in.text();
  } else if constexpr (is_bytes<T>) {
    const auto bytes = in.bytes(value.bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
    }
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    value.micros = ledger::codec::unzigzag(in.varint());
  } else if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    read_value(in, value.year);
    read_value(in, value.number);
  } else if constexpr (std::is_same_v<T, domain::Position> || std::is_same_v<T, domain::RuleId>) {
    read_value(in, value.value);
  } else if constexpr (domain::IsOptional<T>::value) {
    value.reset();
    if (in.varint_up_to(1) == 1) read_value(in, value.emplace());
  } else if constexpr (domain::IsVector<T>::value) {
    const std::size_t count = in.count();
    value.clear();
    value.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) read_value(in, value.emplace_back());
  } else if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) {
    value = static_cast<T>(in.varint_up_to(highest_of<T>()));
  } else if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(ledger::codec::unzigzag(in.varint()));
  } else {
    domain::for_each_field(value, [&](std::string_view, auto& each) { read_value(in, each); });
  }
}

}  // namespace internal

template <domain::HasFields Row>
std::string encode_row(const Row& row) {
  constexpr std::size_t usual_bytes = 192;  // Growing little by little costs more than writing.
  std::string out;
  out.reserve(usual_bytes);
  internal::write_value(out, row);
  return out;
}

// Errors: corrupt ("row-malformed").
template <domain::HasFields Row>
ledger::Result<Row> decode_row(std::string_view bytes) {
  internal::VarintReader in(bytes);
  Row row{};
  domain::for_each_field(row, [&](std::string_view, auto& each) {
    if (in.left() > 0) internal::read_value(in, each);
  });
  if (in.failed() || in.left() > 0) return internal::row_malformed();
  return row;
}

}  // namespace projections

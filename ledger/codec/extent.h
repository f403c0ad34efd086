// How much room a value takes in a record, before it is written: what is its type's default takes
// none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>

#include "ledger/codec/layout.h"
#include "ledger/codec/scalars.h"

namespace ledger::codec {

// How much of a struct's two sections is more than zeros.
struct Extent {
  std::size_t data = 0;
  std::size_t pointers = 0;

  std::size_t words() const { return data + pointers; }
  bool empty() const { return words() == 0; }
};

template <class T>
Extent measure(const T& value);

// Whether a value is written as a null pointer.
template <class T>
bool is_null(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value.empty();
  } else if constexpr (domain::IsId<T>::value) {
    return value.value.empty();
  } else if constexpr (FixedBytes<T>) {
    return value == T{};
  } else if constexpr (domain::IsVector<T>::value) {
    return value.empty();
  } else if constexpr (domain::IsOptional<T>::value) {
    return !value.has_value();
  } else {
    return measure(value).empty();
  }
}

template <class T>
void widen(Extent& extent, Slot slot, const T& member) {
  if constexpr (Scalar<T>) {
    if (to_bits(member) != 0) extent.data = std::max<std::size_t>(extent.data, slot.index + 1U);
  } else {
    if (!is_null(member)) extent.pointers = std::max<std::size_t>(extent.pointers, slot.index + 1U);
  }
}

template <class T>
Extent measure(const T& value) {
  Extent extent;
  std::size_t index = 0;
  FieldsOf<T>::list()([&](const auto&... each) {
    (widen(extent, Layout<T>::slots[index++], value.*(each.member)), ...);
  });
  return extent;
}

}  // namespace ledger::codec

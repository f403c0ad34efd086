// Writes structs with fields() as canonical Cap'n Proto: each object where a walk in the order of
// the pointers first meets it, structs without the zero words at the end of either section, and
// nothing at all for a value that is its type's default. Written by hand because the library's
// builder and canonicalisation take several times as long; the tests compare the two.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/extent.h"
#include "ledger/codec/layout.h"
#include "ledger/codec/scalars.h"
#include "ledger/codec/wire.h"

namespace ledger::codec {

// The words of one record. Every function is false as soon as the record is too large.
class RecordWriter {
 public:
  explicit RecordWriter(std::size_t words_max) : words_max_(words_max) {}

  void clear() { words_.clear(); }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words_.data()), words_.size() * sizeof(std::uint64_t)};
  }

  void set(std::size_t at, std::uint64_t bits) { words_[at] |= bits; }

  // `first` is the index of that many new words of zeros.
  bool allocate(std::size_t words, std::size_t& first);
  // Room for a struct to which the word `pointer` leads.
  bool begin_struct(std::size_t pointer, Extent extent, std::size_t& first);
  // Room for elements of equal size; `first` is the first one's.
  bool begin_struct_list(std::size_t pointer, std::size_t count, Extent extent, std::size_t& first);
  bool begin_list(std::size_t pointer, std::size_t count, ElementSize size, std::size_t& first);
  bool write_bytes(std::size_t pointer, std::string_view bytes, bool with_nul);

 private:
  std::vector<std::uint64_t> words_;
  std::size_t words_max_;
};

template <class T>
bool write_body(RecordWriter& writer, const T& value, std::size_t first, std::size_t data);

template <class T>
bool write_list(RecordWriter& writer, const std::vector<T>& values, std::size_t pointer);

// Writes what a pointer leads to; `value` is not null.
template <class T>
bool write_target(RecordWriter& writer, const T& value, std::size_t pointer) {
  std::size_t first = 0;
  if constexpr (domain::IsOptional<T>::value) {
    using Inner = typename T::value_type;
    if constexpr (Scalar<Inner>) {
      const std::uint64_t bits = to_bits(*value);
      if (!writer.begin_struct(pointer, {bits == 0 ? 0U : 1U, 0}, first)) return false;
      if (bits != 0) writer.set(first, bits);
      return true;
    } else {
      return write_target(writer, *value, pointer);
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    return writer.write_bytes(pointer, value, true);
  } else if constexpr (domain::IsId<T>::value) {
    return writer.write_bytes(pointer, value.value, true);
  } else if constexpr (FixedBytes<T>) {
    const auto* bytes = reinterpret_cast<const char*>(value.bytes.data());
    return writer.write_bytes(pointer, {bytes, value.bytes.size()}, false);
  } else if constexpr (domain::IsVector<T>::value) {
    return write_list(writer, value, pointer);
  } else {
    const Extent extent = measure(value);
    return writer.begin_struct(pointer, extent, first) &&
           write_body(writer, value, first, extent.data);
  }
}

template <class T>
bool write_member(RecordWriter& writer, const T& member, Slot slot, std::size_t first,
                  std::size_t data) {
  if constexpr (Scalar<T>) {
    const std::uint64_t bits = to_bits(member);
    if (bits != 0) writer.set(first + slot.index, bits << slot.shift);
    return true;
  } else {
    return is_null(member) || write_target(writer, member, first + data + slot.index);
  }
}

// The fields of a struct whose sections begin at `first`, and all that they lead to.
template <class T>
bool write_body(RecordWriter& writer, const T& value, std::size_t first, std::size_t data) {
  std::size_t index = 0;
  return FieldsOf<T>::list()([&](const auto&... each) {
    return (write_member(writer, value.*(each.member), Layout<T>::slots[index++], first, data) &&
            ...);
  });
}

template <class T>
bool write_list(RecordWriter& writer, const std::vector<T>& values, std::size_t pointer) {
  std::size_t first = 0;
  if constexpr (Scalar<T>) {
    constexpr ElementSize size = element_size(wire_of<T>());
    if (!writer.begin_list(pointer, values.size(), size, first)) return false;
    std::size_t at = 0;  // In bits.
    for (const T& value : values) {
      writer.set(first + at / 64, to_bits(value) << (at % 64));
      at += bits_of(size);
    }
    return true;
  } else if constexpr (Textual<T>) {
    if (!writer.begin_list(pointer, values.size(), ElementSize::pointer, first)) return false;
    for (const T& value : values) {
      if (!is_null(value) && !write_target(writer, value, first)) return false;
      ++first;
    }
    return true;
  } else {
    static_assert(wire_of<T>() == Wire::structure, "lists are of scalars, texts or structs");
    Extent widest;
    for (const T& value : values) {
      const Extent extent = measure(value);
      widest.data = std::max(widest.data, extent.data);
      widest.pointers = std::max(widest.pointers, extent.pointers);
    }
    if (!writer.begin_struct_list(pointer, values.size(), widest, first)) return false;
    for (const T& value : values) {
      if (!write_body(writer, value, first, widest.data)) return false;
      first += widest.words();
    }
    return true;
  }
}

}  // namespace ledger::codec

// Reads structs with fields() from canonical Cap'n Proto, and refuses all else: every object must
// lie where the one before it ended, every bit must belong to a field that we know, and nothing may
// be written that the writer leaves away. So bytes that can be read are those that the value would
// be written as, and hostile ones cannot make a reader wander.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/extent.h"
#include "ledger/codec/layout.h"
#include "ledger/codec/scalars.h"
#include "ledger/codec/wire.h"

namespace ledger::codec {

// Where a struct's two sections lie.
struct Body {
  std::size_t first = 0;
  std::size_t data = 0;
  std::size_t pointers = 0;
};

struct ListAt {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Every function that reads is false for bytes that are not as they must be, and then says why.
class RecordReader {
 public:
  // Of whole words, which need not be aligned and outlive the reader.
  explicit RecordReader(std::string_view bytes)
      : bytes_(bytes.data()), size_(bytes.size() / sizeof(std::uint64_t)) {}

  const char* problem() const { return problem_; }
  std::size_t problem_at() const { return problem_at_; }  // A word.
  bool refuse(const char* problem, std::size_t at) {
    problem_ = problem;
    problem_at_ = at;
    return false;
  }

  std::uint64_t word(std::size_t at) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes_ + at * sizeof(bits), sizeof(bits));
    return bits;
  }
  bool at_end() const { return next_ == size_; }

  bool enter_root(const Shape& shape, Body& body);
  bool enter_struct(std::size_t pointer, const Shape& shape, Body& body);
  bool enter_list(std::size_t pointer, ElementSize size, ListAt& list);
  // `first_body` is that of the first element; the others follow without gaps.
  bool enter_struct_list(std::size_t pointer, const Shape& shape, std::size_t& count,
                         Body& first_body);
  bool read_text(std::size_t pointer, std::string& out);
  bool read_bytes(std::size_t pointer, std::uint8_t* out, std::size_t size);

 private:
  bool take(std::size_t pointer, std::uint64_t bits, std::size_t words, std::size_t& first);
  bool check_padding(std::size_t first, std::size_t bits);
  bool check_sections(const Body& body, const Shape& shape, std::size_t pointer);
  bool check_bits(const Body& body, const Shape& shape);

  const char* bytes_;
  std::size_t size_;            // In words.
  std::size_t next_ = 0;        // Where the next object must lie.
  std::size_t zero_sized_ = 0;  // Elements of lists so far that take no room.
  const char* problem_ = nullptr;
  std::size_t problem_at_ = 0;
};

template <class T>
bool read_body(RecordReader& reader, const Body& body, T& out);

template <class T>
bool read_list(RecordReader& reader, std::size_t pointer, std::vector<T>& out);

// Reads what a pointer that is not null leads to.
template <class T>
bool read_target(RecordReader& reader, std::size_t pointer, T& out) {
  if constexpr (std::is_same_v<T, std::string>) {
    return reader.read_text(pointer, out);
  } else if constexpr (domain::IsId<T>::value) {
    return reader.read_text(pointer, out.value);
  } else if constexpr (FixedBytes<T>) {
    return reader.read_bytes(pointer, out.bytes.data(), out.bytes.size());
  } else if constexpr (domain::IsVector<T>::value) {
    return read_list(reader, pointer, out);
  } else {
    Body body;
    return reader.enter_struct(pointer, Layout<T>::shape, body) && read_body(reader, body, out);
  }
}

template <Scalar T>
bool read_scalar(RecordReader& reader, std::size_t at, unsigned shift, T& out) {
  const std::uint64_t bits = reader.word(at) >> shift & low_bits(bits_of(wire_of<T>()));
  return from_bits(bits, out) || reader.refuse("a value that its type does not have", at);
}

template <Scalar T>
bool read_boxed(RecordReader& reader, std::size_t pointer, T& out) {
  constexpr Shape box{1, 0, {low_bits(bits_of(wire_of<T>()))}};
  Body body;
  if (!reader.enter_struct(pointer, box, body)) return false;
  return body.data == 0 || read_scalar(reader, body.first, 0, out);
}

// A member that is not in the record keeps its default.
template <class T>
bool read_member(RecordReader& reader, const Body& body, Slot slot, T& out) {
  if constexpr (Scalar<T>) {
    return slot.index >= body.data || read_scalar(reader, body.first + slot.index, slot.shift, out);
  } else {
    const std::size_t pointer = body.first + body.data + slot.index;
    if (slot.index >= body.pointers || reader.word(pointer) == 0) return true;
    if constexpr (domain::IsOptional<T>::value) {
      if constexpr (Scalar<typename T::value_type>) {
        return read_boxed(reader, pointer, out.emplace());
      } else {
        return read_target(reader, pointer, out.emplace());
      }
    } else {
      if (!read_target(reader, pointer, out)) return false;
      return !is_null(out) || reader.refuse("a default that is left away elsewhere", pointer);
    }
  }
}

template <class T>
bool read_body(RecordReader& reader, const Body& body, T& out) {
  std::size_t index = 0;
  return FieldsOf<T>::list()([&](const auto&... each) {
    return (read_member(reader, body, Layout<T>::slots[index++], out.*(each.member)) && ...);
  });
}

template <class T>
bool read_list(RecordReader& reader, std::size_t pointer, std::vector<T>& out) {
  if constexpr (Scalar<T>) {
    constexpr ElementSize size = element_size(wire_of<T>());
    ListAt list;
    if (!reader.enter_list(pointer, size, list)) return false;
    out.resize(list.count);
    std::size_t at = 0;  // In bits.
    for (T& each : out) {
      if (!read_scalar(reader, list.first + at / 64, at % 64, each)) return false;
      at += bits_of(size);
    }
    return true;
  } else if constexpr (Textual<T>) {
    ListAt list;
    if (!reader.enter_list(pointer, ElementSize::pointer, list)) return false;
    out.resize(list.count);
    const Body body{list.first, 0, list.count};
    std::uint16_t index = 0;
    for (T& each : out) {
      if (!read_member(reader, body, Slot{index++, 0}, each)) return false;
    }
    return true;
  } else {
    std::size_t count = 0;
    Body body;
    if (!reader.enter_struct_list(pointer, Layout<T>::shape, count, body)) return false;
    out.resize(count);
    for (T& each : out) {
      if (!read_body(reader, body, each)) return false;
      body.first += body.data + body.pointers;
    }
    return true;
  }
}

}  // namespace ledger::codec

// Where the fields of a struct lie in its record, learned once from the compiled schema and kept
// beside the type. Binding checks that fields() and schema say the same, in names, order and types:
// a field that one of them lacks aborts at the first record.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/codec/schema.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::codec {

static_assert(std::endian::native == std::endian::little, "records are read as they lie");

// -- Which types are which on the wire -----------------------------------------------------------

// The list of fields of a struct; specialised for what has no fields() of its own.
template <class T>
struct FieldsOf {
  static constexpr auto list() { return T::fields(); }
};

template <class T>
concept Textual = std::same_as<T, std::string> || domain::IsId<T>::value;

template <class T>
concept FixedBytes = std::same_as<T, domain::Digest> || std::same_as<T, domain::CommandId>;

template <class T>
concept Scalar = std::same_as<T, bool> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint64_t> || domain::NamedEnum<T> || std::same_as<T, domain::Position> ||
    std::same_as<T, domain::Time> || std::same_as<T, domain::Duration> ||
    std::same_as<T, domain::RuleId> || std::same_as<T, domain::RuleUpdateId>;

template <class T>
struct Inside {
  using type = T;
};
template <class T>
struct Inside<std::optional<T>> {
  using type = T;
};
template <class T>
struct Inside<std::vector<T>> {
  using type = T;
};

template <class T>
constexpr Wire wire_of() {
  if constexpr (std::same_as<T, bool>) {
    return Wire::boolean;
  } else if constexpr (std::same_as<T, std::int32_t>) {
    return Wire::int32;
  } else if constexpr (std::same_as<T, std::uint32_t> || std::same_as<T, domain::RuleId> ||
                       std::same_as<T, domain::RuleUpdateId>) {
    return Wire::uint32;
  } else if constexpr (std::same_as<T, std::uint64_t> || std::same_as<T, domain::Position>) {
    return Wire::uint64;
  } else if constexpr (std::same_as<T, std::int64_t> || std::same_as<T, domain::Time> ||
                       std::same_as<T, domain::Duration>) {
    return Wire::int64;
  } else if constexpr (domain::NamedEnum<T>) {
    return Wire::enumeration;
  } else if constexpr (Textual<T>) {
    return Wire::text;
  } else if constexpr (FixedBytes<T>) {
    return Wire::data;
  } else if constexpr (domain::IsVector<T>::value) {
    return Wire::list;
  } else {
    return Wire::structure;
  }
}

// Bits that a scalar or pointer takes; all of them lie within one word.
constexpr unsigned bits_of(Wire wire) {
  switch (wire) {
    case Wire::boolean:
      return 1;
    case Wire::enumeration:
      return 16;
    case Wire::int32:
    case Wire::uint32:
      return 32;
    case Wire::int64:
    case Wire::uint64:
    case Wire::text:
    case Wire::data:
    case Wire::structure:
    case Wire::list:
      break;
  }
  return 64;
}

constexpr std::uint64_t low_bits(unsigned count) {
  return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// -- Where they lie ------------------------------------------------------------------------------

struct Slot {
  std::uint16_t index = 0;  // Of the word in the data section, or of the pointer.
  std::uint16_t shift = 0;  // Of a scalar within its word.
};

inline constexpr std::size_t data_words_max = 16;

// Of a struct as today's schema has it.
struct Shape {
  std::uint16_t data_words = 0;
  std::uint16_t pointers = 0;
  std::array<std::uint64_t, data_words_max> used{};  // Bits of each word that belong to a field.
};

template <class T>
inline constexpr std::size_t fields_in = FieldsOf<T>::list()([](const auto&... each) {
  return sizeof...(each);
});

// Written by bind() before the first record is read or written, and never again.
template <class T>
struct Layout {
  static inline Shape shape;
  static inline std::array<Slot, fields_in<T>> slots;
};

// What fields() says of one field, to be compared with the schema.
struct Expected {
  std::string_view name;  // snake_case
  Wire wire{};
  Wire element{};          // Of a vector.
  bool in_struct = false;  // An optional scalar: a struct with the one field `value`.
  const std::string_view* enumerants = nullptr;
  std::size_t enumerants_count = 0;
};

// The slot of the schema's field number `index`, which is as expected, or the program ends.
Slot bind_field(const SchemaStruct& schema, std::size_t index, const Expected& expected,
                Shape& shape);
// The slot of the number that tells the union's case.
Slot bind_discriminant(const SchemaStruct& schema, Shape& shape);
Shape bind_shape(const SchemaStruct& schema, std::size_t fields);
std::string camel_case(std::string_view snake_case);

template <class T>
void bind(const SchemaStruct& schema);

namespace internal {

template <domain::NamedEnum E>
inline constexpr auto names_of_enum = enum_names(E{});

template <class Member>
Expected expected_of(std::string_view name) {
  using Inner = typename Inside<Member>::type;
  Expected expected{name};
  if constexpr (domain::IsVector<Member>::value) {
    expected.wire = Wire::list;
    expected.element = wire_of<Inner>();
  } else {
    expected.wire = wire_of<Inner>();
    expected.in_struct = domain::IsOptional<Member>::value && Scalar<Inner>;
  }
  if constexpr (domain::NamedEnum<Inner>) {
    expected.enumerants = names_of_enum<Inner>.data();
    expected.enumerants_count = names_of_enum<Inner>.size();
  }
  return expected;
}

template <class T, class Member>
void bind_one(const SchemaStruct& schema, std::size_t index, std::string_view name) {
  using Inner = typename Inside<Member>::type;
  Layout<T>::slots[index] = bind_field(schema, index, expected_of<Member>(name), Layout<T>::shape);
  if constexpr (wire_of<Inner>() == Wire::structure) bind<Inner>(*schema.fields[index].type.inner);
}

}  // namespace internal

template <class T>
void bind(const SchemaStruct& schema) {
  Layout<T>::shape = bind_shape(schema, fields_in<T>);
  std::size_t index = 0;
  FieldsOf<T>::list()([&]<class... Members>(const domain::Field<T, Members>&... each) {
    (internal::bind_one<T, Members>(schema, index++, each.name), ...);
  });
}

}  // namespace ledger::codec

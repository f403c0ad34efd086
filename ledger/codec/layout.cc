#include "ledger/codec/layout.h"

#include <cctype>

namespace ledger::codec {
namespace {

void require(bool holds, const SchemaStruct& schema, std::string_view field, const char* what) {
  if (holds) return;
  const std::string why =
      "events.capnp, " + schema.name + "." + std::string(field) + ": " + std::string(what);
  CHECK(holds, why.c_str());
}

bool is_pointer(Wire wire) {
  return wire == Wire::text || wire == Wire::data || wire == Wire::structure || wire == Wire::list;
}

Slot scalar_slot(std::uint32_t offset, unsigned bits, Shape& shape) {
  const std::uint32_t at = offset * bits;
  const Slot slot{static_cast<std::uint16_t>(at / 64), static_cast<std::uint16_t>(at % 64)};
  shape.used.at(slot.index) |= low_bits(bits) << slot.shift;
  return slot;
}

}  // namespace

std::string camel_case(std::string_view snake_case) {
  std::string out;
  bool raise = false;
  for (const char c : snake_case) {
    if (c != '_') out += raise ? static_cast<char>(std::toupper(c)) : c;
    raise = c == '_';
  }
  return out;
}

Shape bind_shape(const SchemaStruct& schema, std::size_t fields) {
  require(schema.fields.size() == fields, schema, "*", "fields() lists another number of fields");
  require(schema.data_words <= data_words_max, schema, "*", "more data words than layout.h allows");
  Shape shape;
  shape.data_words = static_cast<std::uint16_t>(schema.data_words);
  shape.pointers = static_cast<std::uint16_t>(schema.pointers);
  return shape;
}

Slot bind_field(const SchemaStruct& schema, std::size_t index, const Expected& expected,
                Shape& shape) {
  const SchemaField& field = schema.fields.at(index);
  const SchemaType* type = &field.type;
  require(field.name == camel_case(expected.name), schema, expected.name,
          "fields() has this name in its place");
  if (expected.in_struct) {
    require(type->wire == Wire::structure && type->inner->fields.size() == 1, schema, expected.name,
            "an optional scalar is a struct around it");
    type = &type->inner->fields[0].type;
  }
  require(type->wire == expected.wire, schema, expected.name, "another type than in fields()");
  require(type->wire != Wire::list || type->element == expected.element, schema, expected.name,
          "elements of another type than in fields()");
  require(type->enumerants.size() == expected.enumerants_count, schema, expected.name,
          "another number of values than in enum_names()");
  for (std::size_t i = 0; i < expected.enumerants_count; ++i) {
    require(type->enumerants[i] == camel_case(expected.enumerants[i]), schema, expected.name,
            "other values than in enum_names()");
  }
  if (!is_pointer(field.type.wire)) {
    return scalar_slot(field.offset, bits_of(field.type.wire), shape);
  }
  // The canonical order of what pointers lead to is that of the slots; ours is that of fields().
  for (std::size_t i = 0; i < index; ++i) {
    const SchemaField& earlier = schema.fields[i];
    require(!is_pointer(earlier.type.wire) || earlier.offset < field.offset, schema, expected.name,
            "its pointer lies before that of an earlier field");
  }
  return {static_cast<std::uint16_t>(field.offset), 0};
}

Slot bind_discriminant(const SchemaStruct& schema, Shape& shape) {
  return scalar_slot(schema.discriminant, 16, shape);
}

}  // namespace ledger::codec

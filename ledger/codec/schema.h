// The compiled schema of events.capnp as plain data: where each field of a record lies, told
// without the headers of Cap'n Proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ledger::codec {

enum class Wire { boolean, int32, uint32, int64, uint64, enumeration, text, data, structure, list };

struct SchemaStruct;

struct SchemaType {
  Wire wire{};
  Wire element{};                       // Of a list.
  const SchemaStruct* inner = nullptr;  // Of a structure or a list of structures.
  std::vector<std::string> enumerants;  // Of an enumeration or a list of one.
};

struct SchemaField {
  std::string name;
  SchemaType type;
  std::uint32_t offset = 0;  // In units of its own size; of a pointer, its index.
};

struct SchemaStruct {
  std::string name;
  std::uint32_t data_words = 0;
  std::uint32_t pointers = 0;
  std::vector<SchemaField> fields;  // Without those of the union.
  std::vector<SchemaField> cases;   // Of the one union, by discriminant; they share one pointer.
  std::uint32_t discriminant = 0;   // Its offset in 16-bit units.
};

// The record's root. Thread: any; it is read once for the process.
const SchemaStruct& event_schema();

}  // namespace ledger::codec

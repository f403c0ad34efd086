// What the codec does with each type of payload, by its index. The functions are made from fields()
// in four files, because the compiler takes its time for a hundred types.
#pragma once

#include <array>
#include <cstddef>

#include "ledger/domain/event.h"

namespace ledger::codec {

class RecordReader;
class RecordWriter;
struct Extent;
struct SchemaStruct;

struct PayloadCodec {
  void (*bind)(const SchemaStruct& schema);
  Extent (*measure)(const void* payload);
  bool (*write)(RecordWriter& writer, const void* payload, std::size_t pointer);
  bool (*read)(RecordReader& reader, std::size_t pointer, void* payload);
};

inline constexpr std::size_t payload_types = domain::PayloadTypes::List::size;
// Where the files begin in the list of types, and where the last ends.
inline constexpr std::array<std::size_t, 5> payload_parts = {0, 31, 59, 82, payload_types};

// Each is the first of as many codecs as its part has types.
const PayloadCodec* payload_codecs_of_ledger_and_sources();
const PayloadCodec* payload_codecs_of_content_and_policies();
const PayloadCodec* payload_codecs_of_computers();
const PayloadCodec* payload_codecs_of_relays_and_people();

inline const PayloadCodec& payload_codec(std::size_t index) {
  static const std::array<const PayloadCodec*, 4> parts = {
      payload_codecs_of_ledger_and_sources(), payload_codecs_of_content_and_policies(),
      payload_codecs_of_computers(), payload_codecs_of_relays_and_people()};
  std::size_t part = 0;
  while (index >= payload_parts[part + 1]) ++part;
  return parts[part][index - payload_parts[part]];
}

}  // namespace ledger::codec

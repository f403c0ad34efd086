#include "ledger/codec/codec.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "ledger/codec/payload_codecs.h"
#include "ledger/codec/record_reader.h"
#include "ledger/codec/record_writer.h"
#include "ledger/codec/upcast.h"
#include "ledger/limits.h"

namespace ledger::codec {

template <>
struct FieldsOf<domain::Event> {
  static constexpr auto list() { return envelope_fields<domain::Event>(); }
};

namespace {

using domain::Event;
using domain::Payload;

constexpr std::string_view magic = "LEDGER";
constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t words_max = limits::record_bytes_max / word_bytes;

// Where the union of payloads lies; the fields beside it have their Layout.
struct Union {
  Slot discriminant;
  Slot pointer;
  Shape shape;  // Of the event with its union.
};

Union bind_event() {
  const SchemaStruct& schema = event_schema();
  CHECK(schema.cases.size() == payload_types, "events.capnp has every type of payload");
  bind<Event>(schema);
  bind<Envelope>(schema);
  Union out{{}, {}, Layout<Event>::shape};
  out.discriminant = bind_discriminant(schema, out.shape);
  out.pointer.index = static_cast<std::uint16_t>(schema.cases[0].offset);
  CHECK(out.pointer.index + 1U == schema.pointers, "what the payload leads to stands last");
  for (std::size_t i = 0; i < payload_types; ++i) {
    const SchemaStruct* inner = schema.cases[i].type.inner;
    CHECK(inner != nullptr, "a payload is a struct");
    payload_codec(i).bind(*inner);
  }
  return out;
}

const Union& payload_union() {
  static const Union bound = bind_event();
  return bound;
}

std::uint64_t first_word(std::uint16_t format) {
  std::uint64_t word = 0;
  std::memcpy(&word, magic.data(), magic.size());
  return word | static_cast<std::uint64_t>(format) << 48;
}

bool write_event(RecordWriter& writer, const Event& event) {
  const Union& at = payload_union();
  const std::size_t type = event.payload.index();
  const PayloadCodec& codec = payload_codec(type);
  Extent extent = measure(event);
  const bool has_payload = !codec.measure(event.payload.address()).empty();
  if (type != 0) extent.data = std::max<std::size_t>(extent.data, at.discriminant.index + 1U);
  if (has_payload) extent.pointers = at.pointer.index + 1U;
  std::size_t magic_at = 0;
  std::size_t root = 0;
  std::size_t first = 0;
  if (!writer.allocate(1, magic_at) || !writer.allocate(1, root)) return false;
  writer.set(magic_at, first_word(newest_format));
  if (!writer.begin_struct(root, extent, first)) return false;
  if (type != 0) writer.set(first + at.discriminant.index, type << at.discriminant.shift);
  if (!write_body(writer, event, first, extent.data)) return false;
  return !has_payload ||
         codec.write(writer, event.payload.address(), first + extent.data + at.pointer.index);
}

tl::unexpected<Error> malformed(const char* problem, std::size_t word) {
  return fail(ErrorKind::corrupt, "record-malformed",
              "The bytes are no record of an event: " + std::string(problem) + ", at byte " +
                  std::to_string(word * word_bytes) + ".");
}

// The format that the first word names.
Result<std::uint16_t> format_of(std::string_view bytes) {
  if (bytes.size() % word_bytes != 0 || bytes.size() < 2 * word_bytes) {
    return malformed("not at least two whole words of eight bytes", 0);
  }
  if (bytes.size() > limits::record_bytes_max) return malformed("longer than a record may be", 0);
  if (bytes.substr(0, magic.size()) != magic) return malformed("they begin otherwise", 0);
  std::uint16_t format = 0;
  std::memcpy(&format, bytes.data() + magic.size(), sizeof(format));
  if (format >= oldest_format && format <= newest_format) return format;
  return fail(ErrorKind::corrupt, "record-version-unknown",
              "The record has format " + std::to_string(format) + "; this program reads " +
                  std::to_string(oldest_format) + " to " + std::to_string(newest_format) +
                  ". A newer program may have written it.");
}

// Reads an Event or an Envelope, up to its payload.
template <class E>
bool read_envelope(RecordReader& reader, E& out, Body& body, std::size_t& type) {
  const Union& at = payload_union();
  if (!reader.enter_root(at.shape, body)) return false;
  if (at.discriminant.index < body.data) {
    const std::size_t word = body.first + at.discriminant.index;
    type = reader.word(word) >> at.discriminant.shift & low_bits(16);
    if (type >= payload_types) return reader.refuse("an event of unknown type", word);
  }
  return read_body(reader, body, out);
}

const Payload& blank_payload(std::size_t type) {
  static const auto blanks = [] {
    std::vector<Payload> all;
    for (std::size_t i = 0; i < payload_types; ++i) all.push_back(Payload::of_index(i));
    return all;
  }();
  return blanks[type];
}

// Makes what stands beside the payload what a new event has, and keeps its room.
void clear_envelope(Event& event) {
  static const Event blank;
  FieldsOf<Event>::list()(
      [&](const auto&... each) { ((event.*(each.member) = blank.*(each.member)), ...); });
}

bool read_payload(RecordReader& reader, const Body& body, std::size_t type, Payload& out) {
  out = blank_payload(type);
  const Slot slot = payload_union().pointer;
  if (slot.index >= body.pointers) return true;
  const std::size_t pointer = body.first + body.data + slot.index;
  const PayloadCodec& codec = payload_codec(type);
  if (!codec.read(reader, pointer, out.address())) return false;
  return !codec.measure(out.address()).empty() ||
         reader.refuse("a default that is left away elsewhere", pointer);
}

}  // namespace

Result<std::string> encode(const Event& event) {
  // Kept from record to record, because growing it anew costs as much as the writing.
  thread_local RecordWriter writer(words_max);
  payload_union();
  writer.clear();
  if (write_event(writer, event)) return std::string(writer.bytes());
  return fail(ErrorKind::invalid, "record-too-large",
              "An event of type " + std::string(type_name(event.payload)) +
                  " takes more than the " + std::to_string(limits::record_bytes_max) +
                  " bytes of a record.");
}

Result<Event> decode(std::string_view bytes) {
  Result<Event> event(tl::in_place);
  if (const auto read = decode_into(bytes, *event); !read) return fail(read.error());
  return event;
}

Result<void> decode_into(std::string_view bytes, Event& event) {
  const auto format = format_of(bytes);
  if (!format) return fail(format.error());
  RecordReader reader(bytes.substr(word_bytes));
  clear_envelope(event);
  Body body;
  std::size_t type = 0;
  const bool read =
      read_envelope(reader, event, body, type) && read_payload(reader, body, type, event.payload);
  if (!read) return malformed(reader.problem(), reader.problem_at() + 1);
  if (!reader.at_end()) return malformed("bytes after the end of the event", bytes.size() / 8);
  if (*format != newest_format) event = upcast(std::move(event), *format);
  return {};
}

Result<Envelope> decode_envelope(std::string_view bytes) {
  const auto format = format_of(bytes);
  if (!format) return fail(format.error());
  RecordReader reader(bytes.substr(word_bytes));
  Result<Envelope> envelope(tl::in_place);
  Body body;
  if (read_envelope(reader, *envelope, body, envelope->payload_index)) return envelope;
  return malformed(reader.problem(), reader.problem_at() + 1);
}

}  // namespace ledger::codec

// Any bytes: what the readers of records and of JSON do with them. With clang this is
// libFuzzer's target; with gcc, replay_corpus.cc calls it for each file of the corpus.
//
// The first byte chooses the reader, so that one corpus serves all.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "ledger/domain/task_definition.h"

namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;

// What is read as a record would be written as the same bytes, but for records of older formats.
void check_record(std::string_view bytes) {
  const auto event = codec::decode(bytes);
  const auto envelope = codec::decode_envelope(bytes);
  if (!event) return;
  CHECK(envelope.has_value(), "an event that can be read has an envelope");
  CHECK(envelope->payload_index == event->payload.index(), "the envelope tells the type");
  const auto again = codec::encode(*event);
  CHECK(again.has_value(), "an event that came from a record fits into one");
  CHECK(bytes[6] != 2 || *again == bytes, "one event has one record");
}

// What is read as JSON can be shown and read again.
void check_json(std::string_view text) {
  const auto parsed = codec::parse_json<domain::TaskDefinition>(text);
  if (!parsed.ok()) return;
  const std::string shown = codec::to_json(parsed.value);
  const auto again = codec::parse_json<domain::TaskDefinition>(shown);
  CHECK(codec::to_json(again.value) == shown, "what is shown reads back as what is shown");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    check_record(bytes);
  } else {
    check_json(bytes);
  }
  return 0;
}

#include "replay/record_chunk.h"

#include "ledger/codec/codec.h"

namespace replay {

void RecordChunk::clear(std::uint64_t position) {
  first = position;
  bytes.clear();
  records.clear();
  decoded = false;
  readings.clear();
}

void RecordChunk::decode() {
  if (decoded) return;
  decoded = true;
  if (events.size() < records.size()) events.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    readings.push_back(ledger::codec::decode_into(bytes_of(records[i]), events[i]));
  }
}

}  // namespace replay

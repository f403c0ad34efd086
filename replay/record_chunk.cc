#include "replay/record_chunk.h"

#include "ledger/codec/codec.h"

namespace replay {

void RecordChunk::clear(std::uint64_t position) {
  first = position;
  bytes.clear();
  records.clear();
  decoded = false;
  events.clear();
}

void RecordChunk::decode() {
  if (decoded) return;
  decoded = true;
  events.reserve(records.size());
  for (const Record& record : records) events.push_back(ledger::codec::decode(bytes_of(record)));
}

}  // namespace replay

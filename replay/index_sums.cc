#include "replay/index_sums.h"

#include <algorithm>

#include "ledger/domain/word_hash.h"

namespace replay {

using domain::mix;

// Two hashes that share nothing but the bytes, since 64 bits alone would be few for a billion
// entries.
void IndexSums::add(Sum& sum, std::string_view bytes, std::uint64_t one,
                    std::uint64_t other) const {
  std::uint64_t low = mix(secret_[0] ^ one, secret_[1] ^ other);
  std::uint64_t high = mix(secret_[2] ^ other, secret_[3] ^ one);
  low ^= bytes.size();
  high ^= bytes.size();
  while (!bytes.empty()) {
    const std::uint64_t word = domain::word_of(bytes);
    low = mix(low ^ word, secret_[1]);
    high = mix(high ^ word, secret_[3]);
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), sizeof word));
  }
  ++sum.entries;
  sum.low += mix(low, secret_[2]);
  sum.high += mix(high, secret_[0]);
}

void IndexSums::add_stream_entry(std::string_view stream, std::uint64_t version,
                                 domain::Position at) {
  add(streams_, stream, version, at.value);
}

void IndexSums::add_receipt(const domain::CommandId& id, domain::Position first,
                            std::uint32_t count) {
  add(receipts_, bytes_of(id), first.value, count);
}

ledger::Result<IndexSums> sums_of_indexes(const ledger::store::EventLog& log, domain::Position size,
                                          const IndexSums::Secret& secret) {
  IndexSums sums(secret);
  const auto streams =
      log.visit_streams([&](std::string_view stream, std::uint64_t version, domain::Position at) {
        if (at < size) sums.add_stream_entry(stream, version, at);
      });
  if (!streams) return ledger::fail(streams.error());
  const auto receipts = log.visit_receipts([&](const ledger::store::Receipt& receipt) {
    // One without events stands for a command that led to none.
    if (receipt.count > 0 && receipt.first < size) {
      sums.add_receipt(receipt.id, receipt.first, receipt.count);
    }
  });
  if (!receipts) return ledger::fail(receipts.error());
  return sums;
}

}  // namespace replay

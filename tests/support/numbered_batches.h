// Batches that depend on nothing but where they begin, so that another process knows them too.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/digest.h"
#include "ledger/store/event_log.h"

namespace tests {

inline std::string numbered_record(std::uint64_t at) {
  const std::string digits = hex(ledger::sha256("record " + std::to_string(at)));
  return digits.substr(0, 1 + at % digits.size());
}

inline ledger::store::Receipt numbered_receipt(std::uint64_t first, std::uint32_t count) {
  ledger::store::Receipt receipt;
  receipt.body = ledger::sha256("command " + std::to_string(first));
  for (std::size_t i = 0; i < receipt.id.bytes.size(); ++i) {
    receipt.id.bytes[i] = receipt.body.bytes[i];
  }
  receipt.first = {first};
  receipt.count = count;
  return receipt;
}

// The batch that is appended to a log of `first` records.
inline ledger::store::Batch numbered_batch(std::uint64_t first) {
  ledger::store::Batch batch;
  batch.expected = {first};
  const auto count = static_cast<std::uint32_t>(1 + first % 23);
  for (std::uint64_t at = first; at < first + count; ++at) {
    batch.records.push_back({numbered_record(at), "stream/" + std::to_string(at % 7), at / 7});
  }
  batch.receipts.push_back(numbered_receipt(first, count));
  return batch;
}

}  // namespace tests

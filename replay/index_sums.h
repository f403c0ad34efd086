// What the indexes of a log say, as sums that depend on no order: so an index is compared with the
// records by reading both once from end to end, where asking for each entry costs many times that.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

namespace domain = ledger::domain;

class IndexSums {
 public:
  // Numbers that nobody could know beforehand, so that no index can be made whose sums come out
  // the same although it is another.
  using Secret = std::array<std::uint64_t, 4>;
  explicit IndexSums(const Secret& secret) : secret_(secret) {}

  void add_stream_entry(std::string_view stream, std::uint64_t version, domain::Position at);
  // `count` events, at least one.
  void add_receipt(const domain::CommandId& id, domain::Position first, std::uint32_t count);

  struct Sum {
    std::uint64_t entries = 0;
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Sum&) const = default;
  };
  const Sum& streams() const { return streams_; }
  const Sum& receipts() const { return receipts_; }

 private:
  void add(Sum& sum, std::string_view bytes, std::uint64_t one, std::uint64_t other) const;

  Secret secret_;
  Sum streams_;
  Sum receipts_;
};

// Of the entries that a log's indexes have of its first `size` records. Errors: corrupt, io.
ledger::Result<IndexSums> sums_of_indexes(const ledger::store::EventLog& log, domain::Position size,
                                          const IndexSums::Secret& secret);

}  // namespace replay

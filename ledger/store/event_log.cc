#include "ledger/store/event_log.h"

namespace ledger::store {

Result<std::uint64_t> EventLog::stream_version(std::string_view stream, Position at) const {
  // The first version that stands after `at`: doubled until it is passed, then halved.
  const auto is_after = [&](std::uint64_t version) -> Result<bool> {
    const auto found = this->stream(stream, version, 1);
    if (!found) return fail(found.error());
    return found->empty() || at < found->front();
  };
  std::uint64_t low = 0;
  std::uint64_t high = 1;
  while (true) {
    const auto after = is_after(high - 1);
    if (!after) return fail(after.error());
    if (*after) break;
    low = high;
    high *= 2;
  }
  high -= 1;  // `low` records stand at or before `at`; the one of version `high` does not.
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto after = is_after(middle);
    if (!after) return fail(after.error());
    if (*after) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace ledger::store

#include "ledger/store/batch_check.h"

#include <string>

#include "ledger/limits.h"

namespace ledger::store {

Result<void> check(const Batch& batch, Position size) {
  if (batch.expected != size) {
    return fail(ErrorKind::conflict, "log-moved",
                "The batch was decided at position " + std::to_string(batch.expected.value) +
                    ", but the log is at " + std::to_string(size.value) + "; decide it again.");
  }
  for (const NewRecord& record : batch.records) {
    if (record.bytes.empty() || record.bytes.size() > limits::record_bytes_max) {
      return fail(ErrorKind::invalid, "record-size",
                  "A record has " + std::to_string(record.bytes.size()) + " bytes; 1 to " +
                      std::to_string(limits::record_bytes_max) + " are possible.");
    }
    // A zero byte would end the name too early in the key of the stream index.
    if (record.stream.empty() || record.stream.size() > limits::stream_bytes_max ||
        record.stream.find('\0') != std::string::npos) {
      return fail(ErrorKind::invalid, "stream-name",
                  "The name of a stream is 1 to " + std::to_string(limits::stream_bytes_max) +
                      " bytes without a zero byte.");
    }
  }
  return {};
}

}  // namespace ledger::store

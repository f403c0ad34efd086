#include "ledger/store/database_reads.h"

#include <memory>
#include <string>

#include "ledger/store/refusals.h"

namespace ledger::store {

Result<std::vector<Position>> stream_in(const Database& database, std::string_view stream,
                                        std::uint64_t from, std::size_t max, Position size) {
  std::vector<Position> positions;
  // Sorts behind every version of this stream and before every other stream.
  const std::string upper = std::string(stream) + '\1';
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      database.db().NewIterator(options, database.family(Family::streams)));
  for (iterator->Seek(stream_key(stream, from)); iterator->Valid() && positions.size() < max;
       iterator->Next()) {
    if (iterator->value().size() != 8) {
      return fail(ErrorKind::corrupt, "log-damaged",
                  "The index of streams is damaged; restore the log from a backup.");
    }
    const Position at{u64_in(view_of(iterator->value()))};
    if (at >= size) break;  // Being appended right now.
    positions.push_back(at);
  }
  if (!iterator->status().ok()) return fail(error_of(iterator->status()));
  return positions;
}

Result<std::optional<Receipt>> receipt_in(const Database& database, const CommandId& id) {
  const auto bytes = database.get(Family::receipts, receipt_key(id));
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::optional<Receipt>();
  const auto receipt = receipt_in(id, **bytes);
  if (!receipt) {
    return fail(ErrorKind::corrupt, "log-damaged",
                "The receipt of a command is damaged; restore the log from a backup.");
  }
  return receipt;
}

Result<std::string> record_in(const Database& database, Position at, Position size) {
  if (at >= size) return record_beyond_head(at, size);
  auto found = database.get(Family::records, record_key(at));
  if (!found) return fail(found.error());
  if (!*found) return record_missing(at);
  return **std::move(found);
}

}  // namespace ledger::store

#include "ledger/store/database_reads.h"

#include <rocksdb/perf_level.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "ledger/store/refusals.h"

namespace ledger::store {
namespace {

tl::unexpected<Error> streams_damaged() {
  return fail(ErrorKind::corrupt, "log-damaged",
              "The index of streams is damaged; restore the log from a backup.");
}

tl::unexpected<Error> receipt_damaged() {
  return fail(ErrorKind::corrupt, "log-damaged",
              "The receipt of a command is damaged; restore the log from a backup.");
}

// Everything in `family` but its batch's mark; `see` says whether an entry is well formed.
template <class See>
Result<bool> visit_all(const Database& database, Family family, See see) {
  rocksdb::SetPerfLevel(rocksdb::kDisable);  // Of this thread: nobody asks for its counts.
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // A scan would push out what is asked for again.
  const std::unique_ptr<rocksdb::Iterator> iterator(
      database.db().NewIterator(options, database.family(family)));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const std::string_view key = view_of(iterator->key());
    if (key != batch_key && !see(key, view_of(iterator->value()))) return false;
  }
  if (!iterator->status().ok()) return fail(error_of(iterator->status()));
  return true;
}

}  // namespace

Result<void> visit_streams_in(const Database& database, const EventLog::StreamVisit& visit) {
  constexpr std::size_t tail = 1 + sizeof(std::uint64_t);  // As stream_key() ends.
  const auto sound = visit_all(database, Family::streams, [&](auto key, auto value) {
    if (key.size() < tail || value.size() != sizeof(std::uint64_t)) return false;
    visit(key.substr(0, key.size() - tail), u64_in(key.substr(key.size() - tail + 1)),
          Position{u64_in(value)});
    return true;
  });
  if (!sound) return fail(sound.error());
  if (!*sound) return streams_damaged();
  return {};
}

Result<void> visit_receipts_in(const Database& database, const EventLog::ReceiptVisit& visit) {
  const auto sound = visit_all(database, Family::receipts, [&](auto key, auto value) {
    CommandId id;
    if (key.size() != id.bytes.size()) return false;
    std::copy(key.begin(), key.end(), id.bytes.begin());
    const auto receipt = receipt_in(id, value);
    if (receipt) visit(*receipt);
    return receipt.has_value();
  });
  if (!sound) return fail(sound.error());
  if (!*sound) return receipt_damaged();
  return {};
}

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
      return streams_damaged();
    }
    const Position at{u64_in(view_of(iterator->value()))};
    if (at >= size) break;  // Being appended right now.
    positions.push_back(at);
  }
  if (!iterator->status().ok()) return fail(error_of(iterator->status()));
  return positions;
}

Result<StreamEnd> stream_end_in(const Database& database, std::string_view stream) {
  const std::string first = stream_key(stream, 0);
  const rocksdb::Slice first_slice(first);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &first_slice;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      database.db().NewIterator(options, database.family(Family::streams)));
  iterator->SeekForPrev(stream_key(stream, std::numeric_limits<std::uint64_t>::max()));
  if (!iterator->status().ok()) return fail(error_of(iterator->status()));
  if (!iterator->Valid()) return StreamEnd{};
  const std::string_view key = view_of(iterator->key());
  if (key.size() != first.size() || iterator->value().size() != 8) return streams_damaged();
  return StreamEnd{u64_in(key.substr(first.size() - sizeof(std::uint64_t))) + 1,
                   Position{u64_in(view_of(iterator->value()))}};
}

Result<std::optional<Receipt>> receipt_in(const Database& database, const CommandId& id) {
  const auto bytes = database.get(Family::receipts, bytes_of(id));
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::optional<Receipt>();
  const auto receipt = receipt_in(id, **bytes);
  if (!receipt) return receipt_damaged();
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

#include "ledger/store/inspected_log.h"

#include <algorithm>
#include <utility>

#include "ledger/merkle/proof.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/database_reads.h"
#include "ledger/store/record_cursor.h"
#include "ledger/store/recovery.h"
#include "ledger/store/refusals.h"

namespace ledger::store {

Result<std::unique_ptr<InspectedLog>> InspectedLog::open(const std::filesystem::path& directory) {
  auto lock = DirectoryLock::acquire(directory);
  if (!lock) return fail(lock.error());
  auto database = Database::open(directory / log_name, nullptr, Database::Create::never);
  if (!database) return fail(database.error());
  const auto bytes = (*database)->get(Family::meta, batch_key);
  if (!bytes) return fail(bytes.error());
  const auto mark = *bytes ? batch_mark_in(**bytes) : std::nullopt;
  if (!mark) {
    return fail(ErrorKind::corrupt, "log-inconsistent",
                "Nothing in the log says how many records there were.");
  }
  return std::unique_ptr<InspectedLog>(
      new InspectedLog(*std::move(lock), *std::move(database), mark->head));
}

InspectedLog::InspectedLog(DirectoryLock lock, std::unique_ptr<Database> database, Head head)
    : lock_(std::move(lock)), database_(std::move(database)), head_(head) {}

InspectedLog::~InspectedLog() = default;

Result<Head> InspectedLog::append(const Batch&) {
  return fail(ErrorKind::refused, "log-inspected", "This log is only being looked at.");
}

Result<Digest> InspectedLog::root_at(Position size) const {
  if (size > head_.size) return size_beyond_head(size, head_.size);
  if (size == head_.size) return head_.root;
  return merkle::root_at(size.value, [this](const merkle::TileId& each) {
    return tile(each.level, each.index, each.width);
  });
}

std::unique_ptr<Cursor> InspectedLog::read(Position from, Position to) const {
  return std::make_unique<RecordCursor>(*database_, from, std::min(to, head_.size));
}

Result<std::string> InspectedLog::record(Position at) const {
  return record_in(*database_, at, head_.size);
}

Result<std::vector<Position>> InspectedLog::stream(std::string_view stream, std::uint64_t from,
                                                   std::size_t max) const {
  return stream_in(*database_, stream, from, max, head_.size);
}

Result<std::optional<Receipt>> InspectedLog::receipt(const CommandId& id) const {
  return receipt_in(*database_, id);
}

Result<void> InspectedLog::visit_streams(const StreamVisit& visit) const {
  return visit_streams_in(*database_, visit);
}

Result<void> InspectedLog::visit_receipts(const ReceiptVisit& visit) const {
  return visit_receipts_in(*database_, visit);
}

Result<std::string> InspectedLog::tile(std::uint32_t level, std::uint64_t index,
                                       std::uint32_t width) const {
  const merkle::TileId wanted{level, index, width};
  if (!merkle::exists(wanted, head_.size.value)) return no_such_tile(wanted);
  // The tiles of the edge are nowhere; they are made from what is below them.
  if (!merkle::exists({level, index, merkle::tile_width}, head_.size.value)) {
    return tile_from_below(*database_, wanted);
  }
  auto full = database_->full_tile(level, index);
  if (full) full->resize(std::size_t{width} * merkle::digest_bytes);
  return full;
}

}  // namespace ledger::store

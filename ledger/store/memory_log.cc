#include "ledger/store/memory_log.h"

#include <algorithm>
#include <utility>

#include "ledger/digest.h"
#include "ledger/merkle/proof.h"
#include "ledger/store/batch_check.h"
#include "ledger/store/refusals.h"

namespace ledger::store {

class MemoryLog::MemoryCursor final : public Cursor {
 public:
  MemoryCursor(const MemoryLog& log, std::uint64_t from, std::uint64_t to)
      : log_(log), next_(from), to_(to) {}

  Result<std::optional<Entry>> next() override {
    if (next_ >= to_) return std::optional<Entry>();
    const std::lock_guard lock(log_.mutex_);
    const std::uint64_t at = next_++;
    return std::optional<Entry>(Entry{{at}, log_.records_[at]});
  }

 private:
  const MemoryLog& log_;
  std::uint64_t next_;
  std::uint64_t to_;
};

Result<Head> MemoryLog::append(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  if (const auto checked = check(batch, {tree_.size()}); !checked) return fail(checked.error());
  std::vector<merkle::Tree::FullTile> completed;
  for (const NewRecord& record : batch.records) {
    streams_[record.stream][record.stream_version] = {tree_.size()};
    tree_.append(leaf_hash(record.bytes), completed);
    records_.push_back(record.bytes);
  }
  for (auto& tile : completed) full_tiles_.emplace(tile.id, std::move(tile.hashes));
  for (const Receipt& receipt : batch.receipts) receipts_.insert_or_assign(receipt.id, receipt);
  grown_.notify_all();
  return Head{{tree_.size()}, tree_.root()};
}

Head MemoryLog::head() const {
  const std::lock_guard lock(mutex_);
  return {{tree_.size()}, tree_.root()};
}

Result<Digest> MemoryLog::root_at(Position size) const {
  const std::lock_guard lock(mutex_);
  if (size.value > tree_.size()) return size_beyond_head(size, {tree_.size()});
  if (size.value == tree_.size()) return tree_.root();
  return merkle::root_at(size.value,
                         [this](const merkle::TileId& tile) { return tile_locked(tile); });
}

std::unique_ptr<Cursor> MemoryLog::read(Position from, Position to) const {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MemoryCursor>(*this, from.value,
                                        std::min<std::uint64_t>(to.value, tree_.size()));
}

Result<std::string> MemoryLog::record(Position at) const {
  const std::lock_guard lock(mutex_);
  if (at.value >= tree_.size()) return record_beyond_head(at, {tree_.size()});
  return records_[at.value];
}

Result<std::vector<Position>> MemoryLog::stream(std::string_view stream, std::uint64_t from,
                                                std::size_t max) const {
  const std::lock_guard lock(mutex_);
  std::vector<Position> positions;
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return positions;
  const auto& versions = found->second;
  for (auto at = versions.lower_bound(from); at != versions.end() && positions.size() < max; ++at) {
    positions.push_back(at->second);
  }
  return positions;
}

Result<std::optional<Receipt>> MemoryLog::receipt(const CommandId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = receipts_.find(id);
  return found == receipts_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryLog::visit_streams(const StreamVisit& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [stream, versions] : streams_) {
    for (const auto& [version, at] : versions) visit(stream, version, at);
  }
  return {};
}

Result<void> MemoryLog::visit_receipts(const ReceiptVisit& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, receipt] : receipts_) visit(receipt);
  return {};
}

Result<std::string> MemoryLog::tile(std::uint32_t level, std::uint64_t index,
                                    std::uint32_t width) const {
  const std::lock_guard lock(mutex_);
  return tile_locked({level, index, width});
}

Result<std::string> MemoryLog::tile_locked(const merkle::TileId& tile) const {
  if (!merkle::exists(tile, tree_.size())) return no_such_tile(tile);
  if (auto edge = tree_.edge_tile(tile)) return *std::move(edge);
  const auto full = full_tiles_.find({tile.level, tile.index, merkle::tile_width});
  CHECK(full != full_tiles_.end(), "a tile left of the edge is full");
  return full->second.substr(0, std::size_t{tile.width} * merkle::digest_bytes);
}

Position MemoryLog::wait_beyond(Position seen, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, at_most, [&] { return tree_.size() > seen.value; });
  return {tree_.size()};
}

}  // namespace ledger::store

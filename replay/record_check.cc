#include "replay/record_check.h"

#include <algorithm>
#include <vector>

#include "ledger/merkle/tile.h"
#include "ledger/tree_hashes.h"

namespace replay {
namespace {

using ledger::merkle::digest_bytes;
using ledger::merkle::tile_width;

// Of what cannot be read, any.
std::vector<domain::Digest> hashes_of(const RecordChunk& chunk) {
  std::vector<std::string_view> records;
  records.reserve(chunk.records.size());
  for (const auto& record : chunk.records) records.push_back(chunk.bytes_of(record));
  std::vector<domain::Digest> hashes(records.size());
  ledger::leaf_hashes(records, hashes);
  return hashes;
}

std::string name_of(const ledger::merkle::TileId& tile) {
  return ledger::merkle::path_of({ledger::merkle::TilePath::Kind::hashes, tile});
}

}  // namespace

RecordCheck::RecordCheck(const ledger::store::EventLog& log, domain::Position size,
                         std::optional<ledger::store::Head> checkpoint)
    : log_(log), size_(size), checkpoint_(checkpoint), cursor_(log.read({0}, size)) {
  check_checkpoint();  // It may be of the empty log.
}

bool RecordCheck::read(RecordChunk& chunk) {
  if (next_ == size_.value) return false;
  if (go_on_ && !go_on_()) {
    ended_early_ = true;
    return false;
  }
  chunk.clear(next_);
  const std::uint64_t end = std::min(next_ + tile_width, size_.value);
  while (next_ < end) {
    read_record(chunk);
    ++next_;
  }
  check_leaves(chunk);
  return true;
}

void RecordCheck::read_record(RecordChunk& chunk) {
  if (cursor_) {
    const auto entry = cursor_->next();
    if (entry && *entry) return add_record(chunk, (*entry)->bytes);
    cursor_.reset();
    if (entry) {
      return unreadable(chunk,
                        {ledger::ErrorKind::corrupt, "record-missing", "the log ended before it"});
    }
  }
  // Behind a damaged place each record is asked for alone, until one can be read.
  const auto record = log_.record({next_});
  if (!record) return unreadable(chunk, record.error());
  add_record(chunk, *record);
  cursor_ = log_.read({next_ + 1}, size_);
}

void RecordCheck::add_record(RecordChunk& chunk, std::string_view bytes) {
  chunk.records.push_back({chunk.bytes.size(), bytes.size(), true, false});
  chunk.bytes += bytes;
  bytes_ += bytes.size();
}

void RecordCheck::unreadable(RecordChunk& chunk, const ledger::Error& error) {
  chunk.records.push_back({chunk.bytes.size(), 0, false, false});
  faults_.add_to_range({next_}, "record-unreadable", "a record",
                       error.reason + " (" + error.detail + ")");
}

void RecordCheck::check_leaves(RecordChunk& chunk) {
  const std::uint64_t tile_index = chunk.first / tile_width;
  const auto width = static_cast<std::uint32_t>(chunk.records.size());
  const auto stored = log_.tile(0, tile_index, width);
  const bool comparable = stored && stored->size() == width * digest_bytes;
  const auto& records = chunk.records;
  const bool all_readable = std::all_of(records.begin(), records.end(),
                                        [](const auto& record) { return record.readable; });
  if (comparable) {
    ++tiles_checked_;
  } else if (width == tile_width || all_readable) {
    // The last tile is made from its records, so one of them that cannot be read explains it.
    faults_.add({chunk.first}, "tile-missing", name_of({0, tile_index, width}),
                stored ? "a tile of another size" : stored.error().reason);
  }
  std::string found;
  std::vector<std::uint32_t> differing;
  std::uint32_t i = 0;
  for (auto hash : hashes_of(chunk)) {
    if (!records[i].readable) {
      hash = comparable ? ledger::merkle::hash_in(*stored, i) : domain::Digest{};
    }
    found += bytes_of(hash);
    if (comparable && hash != ledger::merkle::hash_in(*stored, i)) differing.push_back(i);
    ++i;
  }
  if (differing.empty()) return grow(found);
  // Either the records or their tile are not what they were. What stands above in the tree tells
  // which: the tree goes on with the hashes that fit, so that one cause is one fault.
  if (parent_is_of(tile_index, found)) {
    faults_.add({chunk.first + differing.front()}, "tile-altered",
                "the hash of its record in " + name_of({0, tile_index, width}),
                hex(ledger::merkle::hash_in(*stored, differing.front())));
    return grow(found);
  }
  for (const std::uint32_t at : differing) {
    chunk.records[at].altered = true;
    faults_.add({chunk.first + at}, "record-altered",
                "the record with hash " + hex(ledger::merkle::hash_in(*stored, at)),
                "hash " + hex(ledger::merkle::hash_in(found, at)));
  }
  grow(*stored);
}

bool RecordCheck::parent_is_of(std::uint64_t tile_index, const std::string& hashes) const {
  if (hashes.size() != tile_width * digest_bytes) return false;
  const auto at = static_cast<std::uint32_t>(tile_index % tile_width);
  const auto parents = log_.tile(1, tile_index / tile_width, at + 1);
  return parents && parents->size() == (at + 1) * digest_bytes &&
         ledger::merkle::hash_in(*parents, at) ==
             ledger::merkle::subtree_root(hashes, 0, tile_width);
}

void RecordCheck::grow(const std::string& leaves) {
  std::vector<ledger::merkle::Tree::FullTile> completed;
  const std::uint64_t size = tree_.size() + leaves.size() / digest_bytes;
  const bool passes_checkpoint =
      checkpoint_ && checkpoint_->size.value > tree_.size() && checkpoint_->size.value < size;
  if (leaves.size() == tile_width * digest_bytes && !passes_checkpoint) {
    tree_.append_tile(leaves, completed);
    check_checkpoint();
  }
  while (tree_.size() < size) {
    tree_.append(ledger::merkle::hash_in(leaves, tree_.size() % tile_width), completed);
    check_checkpoint();
  }
  for (const auto& tile : completed) {
    if (tile.id.level == 0) continue;
    const auto stored = log_.tile(tile.id.level, tile.id.index, tile_width);
    ++tiles_checked_;
    if (stored && *stored == tile.hashes) continue;
    const domain::Position last{tree_.size() - 1};  // Whose hash completed it.
    faults_.add(last, stored ? "tile-altered" : "tile-missing", name_of(tile.id),
                stored ? "other hashes" : stored.error().reason);
  }
}

void RecordCheck::check_checkpoint() {
  if (!checkpoint_ || tree_.size() != checkpoint_->size.value) return;
  const auto root = tree_.root();
  if (root == checkpoint_->root) return;
  faults_.add({tree_.size()}, "checkpoint-wrong", "root " + hex(checkpoint_->root),
              "root " + hex(root) + " over the first " + std::to_string(tree_.size()) + " records");
}

// Where the cause of another root lies: tiles that are full were compared, so if nothing else is
// wrong it is in the last one, of which some logs keep no hashes.
std::pair<domain::Position, domain::Position> RecordCheck::suspects() const {
  const domain::Position last{size_.value == 0 ? 0 : size_.value - 1};
  const std::uint64_t edge = size_.value / tile_width * tile_width;
  const bool only_edge = faults_.total() == 0 && edge < size_.value;
  return {{only_edge ? edge : 0}, last};
}

void RecordCheck::finish() {
  const auto answered = log_.root_at(size_);
  if (!answered || *answered != tree_.root()) {
    faults_.add_range(suspects(), "root-wrong", "root " + hex(tree_.root()),
                      answered ? "root " + hex(*answered) : answered.error().reason);
  }
  if (checkpoint_ && checkpoint_->size > size_) {
    faults_.add(size_, "checkpoint-wrong", std::to_string(checkpoint_->size.value) + " records",
                std::to_string(size_.value));
  }
}

}  // namespace replay

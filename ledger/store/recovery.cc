#include "ledger/store/recovery.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "ledger/merkle/proof.h"
#include "ledger/store/record_cursor.h"

namespace ledger::store {
namespace {

using merkle::tile_width;

tl::unexpected<Error> inconsistent(const std::string& what) {
  return fail(
      ErrorKind::corrupt, "log-inconsistent",
      "Parts of the log are from different moments (" + what + "); restore it from a backup.");
}

// How many records there are, as the newest of them says.
Result<std::uint64_t> counted_records(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> last(
      database.db().NewIterator(rocksdb::ReadOptions(), database.family(Family::records)));
  last->SeekToLast();
  if (last->Valid() && last->key().size() == 8) return u64_in(view_of(last->key())) + 1;
  if (!last->status().ok()) return fail(error_of(last->status()));
  return std::uint64_t{0};
}

Result<BatchMark> newest_mark(const Database& database) {
  const auto bytes = database.get(Family::meta, batch_key);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return BatchMark{0, {{0}, sha256({})}};
  const auto mark = batch_mark_in(**bytes);
  if (!mark) return inconsistent("its newest mark cannot be read");
  return *mark;
}

// That all families end with the same batch.
Result<void> check_marks(const Database& database, const BatchMark& mark, std::uint64_t records) {
  if (records != mark.head.size.value) {
    return inconsistent("it has " + std::to_string(records) + " records instead of " +
                        std::to_string(mark.head.size.value));
  }
  for (const Family family : {Family::streams, Family::receipts}) {
    const auto bytes = database.get(family, batch_key);
    if (!bytes) return fail(bytes.error());
    const std::uint64_t batches = *bytes && (*bytes)->size() == 8 ? u64_in(**bytes) : 0;
    if (batches != mark.batches) {
      const char* const name = family == Family::streams ? "streams" : "receipts";
      return inconsistent(std::string(name) + " end with batch " + std::to_string(batches) +
                          " instead of " + std::to_string(mark.batches));
    }
  }
  return {};
}

// That the newest records have the hashes of their tiles. (Those of the last tile, which is made
// from the records, are compared by the root.)
Result<void> rehash_newest(const Database& database, std::uint64_t size) {
  const std::uint64_t newest = std::min(size, limits::reopen_rehash_max);
  const std::uint64_t from = (size - newest) / tile_width * tile_width;
  const std::uint64_t to = size / tile_width * tile_width;
  RecordCursor cursor(database, {from}, {to});
  std::string tile;
  while (true) {
    const auto entry = cursor.next();
    if (!entry) return fail(entry.error());
    if (!*entry) return {};
    const std::uint64_t at = (*entry)->position.value;
    if (at % tile_width == 0) {
      auto read = database.full_tile(0, at / tile_width);
      if (!read) return fail(read.error());
      tile = *std::move(read);
    }
    if (leaf_hash((*entry)->bytes) !=
        merkle::hash_in(tile, static_cast<std::uint32_t>(at % tile_width))) {
      return fail(ErrorKind::corrupt, "record-damaged",
                  "The record at position " + std::to_string(at) +
                      " is not the one whose hash is in the tree; restore it from a backup.");
    }
  }
}

Result<void> check_sealed(const Database& database, const merkle::Tree& tree, const Head& sealed) {
  const auto root = merkle::root_at(sealed.size.value, [&](const merkle::TileId& tile) {
    return tile.width == tile_width ? database.full_tile(tile.level, tile.index)
                                    : tile_from_below(database, tile);
  });
  if (!root) return fail(root.error());
  if (*root == sealed.root) return {};
  return fail(ErrorKind::corrupt, "log-differs-from-head",
              "The first " + std::to_string(sealed.size.value) + " of " +
                  std::to_string(tree.size()) +
                  " records are not those whose head was signed: their root is " + hex(*root) +
                  " instead of " + hex(sealed.root) + "; restore the log from a backup.");
}

tl::unexpected<Error> shorter(std::uint64_t present, const Head& sealed) {
  return fail(ErrorKind::corrupt, "log-shorter-than-head",
              "The log holds " + std::to_string(present) + " records, but a head over " +
                  std::to_string(sealed.size.value) + " was signed: positions " +
                  std::to_string(present) + " to " + std::to_string(sealed.size.value - 1) +
                  " are missing. Restore them from a backup.");
}

}  // namespace

Result<std::string> tile_from_below(const Database& database, const merkle::TileId& tile) {
  std::string hashes;
  const std::uint64_t first = tile.index * tile_width;
  if (tile.level == 0) {
    RecordCursor cursor(database, {first}, {first + tile.width});
    while (true) {
      const auto entry = cursor.next();
      if (!entry) return fail(entry.error());
      if (!*entry) return hashes;
      hashes += bytes_of(leaf_hash((*entry)->bytes));
    }
  }
  for (std::uint32_t i = 0; i < tile.width; ++i) {
    const auto below = database.full_tile(tile.level - 1, first + i);
    if (!below) return fail(below.error());
    hashes += bytes_of(merkle::subtree_root(*below, 0, tile_width));
  }
  return hashes;
}

Result<Recovered> recover(const Database& database, const Head& sealed) {
  const auto records = counted_records(database);
  if (!records) return fail(records.error());
  const auto mark = newest_mark(database);
  if (!mark) return fail(mark.error());
  const std::uint64_t size = mark->head.size.value;
  const std::uint64_t present = std::min(*records, size);
  if (present < sealed.size.value) return shorter(present, sealed);
  if (const auto checked = check_marks(database, *mark, *records); !checked) {
    return fail(checked.error());
  }
  auto tree = merkle::Tree::load(
      size, [&](const merkle::TileId& tile) { return tile_from_below(database, tile); });
  if (!tree) return fail(tree.error());
  if (tree->root() != mark->head.root) {
    return fail(ErrorKind::corrupt, "record-damaged",
                "The root over the log's records is not the one that was stored with them; restore "
                "the log from a backup.");
  }
  if (const auto hashed = rehash_newest(database, size); !hashed) return fail(hashed.error());
  if (const auto same = check_sealed(database, *tree, sealed); !same) return fail(same.error());
  return Recovered{*std::move(tree), mark->batches};
}

}  // namespace ledger::store

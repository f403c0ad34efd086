#include "ledger/store/record_cursor.h"

#include <rocksdb/perf_level.h>

#include "ledger/store/refusals.h"

namespace ledger::store {

RecordCursor::RecordCursor(const Database& database, Position from, Position to)
    : next_(from.value), to_(to.value), upper_bound_(record_key(to)), upper_slice_(upper_bound_) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // A scan would push out what is asked for again.
  options.iterate_upper_bound = &upper_slice_;
  if (next_ < to_) {
    iterator_.reset(database.db().NewIterator(options, database.family(Family::records)));
  }
}

Result<std::optional<Cursor::Entry>> RecordCursor::next() {
  if (next_ >= to_) return std::optional<Entry>();
  if (!started_) {
    rocksdb::SetPerfLevel(rocksdb::kDisable);  // Of this thread: nobody asks for its counts.
    iterator_->Seek(record_key({next_}));
    started_ = true;
  } else {
    iterator_->Next();  // Not sooner: what was handed out is valid until now.
  }
  if (!iterator_->Valid()) {
    if (!iterator_->status().ok()) return fail(error_of(iterator_->status()));
    return record_missing({next_});
  }
  const rocksdb::Slice key = iterator_->key();
  if (key.size() != 8 || u64_in(view_of(key)) != next_) return record_missing({next_});
  return std::optional<Entry>(Entry{{next_++}, view_of(iterator_->value())});
}

}  // namespace ledger::store

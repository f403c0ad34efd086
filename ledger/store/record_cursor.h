// Reads records of the database in order and notices when one is missing.
#pragma once

#include <rocksdb/iterator.h>

#include <memory>
#include <string>

#include "ledger/store/database.h"

namespace ledger::store {

class RecordCursor final : public Cursor {
 public:
  // Records at [from, to), all of which are there.
  RecordCursor(const Database& database, Position from, Position to);

  // Errors: corrupt ("record-missing", "log-damaged"), io.
  Result<std::optional<Entry>> next() override;

 private:
  std::uint64_t next_;
  std::uint64_t to_;
  std::string upper_bound_;
  rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool started_ = false;
};

}  // namespace ledger::store

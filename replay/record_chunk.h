// Records on their way through a verification: those of one full tile of the tree, or of what is
// left of the last one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/event.h"
#include "ledger/result.h"

namespace replay {

struct RecordChunk {
  struct Record {
    std::size_t offset = 0;  // Within `bytes`.
    std::size_t size = 0;
    bool readable = false;
    bool altered = false;
  };

  std::uint64_t first = 0;  // The position of the first record.
  std::string bytes;
  std::vector<Record> records;

  // Once it is decoded, the event of each record, or why its bytes are none.
  bool decoded = false;
  std::vector<ledger::domain::Event> events;  // At least as many: their room is used again.
  std::vector<ledger::Result<void>> readings;

  std::string_view bytes_of(const Record& record) const {
    return std::string_view(bytes).substr(record.offset, record.size);
  }
  void clear(std::uint64_t position);
  // Does nothing if it is decoded already.
  void decode();
};

}  // namespace replay

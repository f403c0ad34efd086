// The record: an ordered, append-only sequence of encoded events with a Merkle tree over it.
// Everything else is derived from what stands here, so this interface is as small as it can be:
// append a batch at an expected position, read, follow. Bytes go in once and come out the same for
// ever.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::store {

using domain::CommandId;
using domain::Digest;
using domain::Position;

struct NewRecord {
  std::string bytes;                 // As encoded; 1..limits::record_bytes_max.
  std::string stream;                // "policy/web": the subject whose history this continues.
  std::uint64_t stream_version = 0;  // Dense from 0 within its stream.
};

// What a command was answered, for ever: the events at [first, first + count).
struct Receipt {
  CommandId id;
  Digest body;     // SHA-256 of the command; the same id with another body is another command.
  Position first;  // Where its events begin; with count 0, the size of the log when it was decided.
  std::uint32_t count = 0;
  bool operator==(const Receipt&) const = default;
};

struct Batch {
  Position expected;  // The size of the log that the batch was decided against.
  std::vector<NewRecord> records;
  std::vector<Receipt> receipts;
};

// The log so far: `size` records and the RFC 6962 root over them.
struct Head {
  Position size;
  Digest root;
  bool operator==(const Head&) const = default;
};

// Reads records forward. Views stay valid until the next call of next().
class Cursor {
 public:
  virtual ~Cursor() = default;
  struct Entry {
    Position position;
    std::string_view bytes;
  };
  // The next record, or nothing at the end of the range. Errors: corrupt, io.
  virtual Result<std::optional<Entry>> next() = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Appends all of the batch or nothing; durable on return.
  // Shape:  any number of records and receipts; positions are expected, expected + 1, ...
  // Errors: conflict ("log-moved": the log is not at `expected`), unavailable ("disk-full": nothing
  // was
  //         written, later appends may succeed), io ("log-write-failed": the state of the disk is
  //         unknown; the process must stop and open the log again).
  // Thread: one appender at a time.
  virtual Result<Head> append(const Batch& batch) = 0;

  // The head of what is durable. Thread: any.
  virtual Head head() const = 0;
  // The root over the first `size` records. Errors: invalid (size beyond the head). Thread: any.
  virtual Result<Digest> root_at(Position size) const = 0;

  // Records at [from, to); `to` beyond the head means the head of now. Thread: any; a cursor: one.
  virtual std::unique_ptr<Cursor> read(Position from, Position to) const = 0;
  // One record. Errors: not_found (beyond the head), corrupt, io. Thread: any.
  virtual Result<std::string> record(Position at) const = 0;

  // Positions of a stream's records from version `from` on, at most `max`. Thread: any.
  virtual Result<std::vector<Position>> stream(std::string_view stream, std::uint64_t from,
                                               std::size_t max) const = 0;
  // How many of a stream's records stand at or before `at`: the version it had then.
  // Errors: corrupt, io. Thread: any. Cost: as many seeks as the version has bits, if a log knows
  // nothing better.
  virtual Result<std::uint64_t> stream_version(std::string_view stream, Position at) const;
  virtual Result<std::optional<Receipt>> receipt(const CommandId& id) const = 0;

  // Every entry of the index of streams, and every receipt, in any order: to look at all of them
  // costs a fraction of asking for each. What is appended meanwhile may be among them.
  // Errors: corrupt, io. Thread: any.
  using StreamVisit =
      std::function<void(std::string_view stream, std::uint64_t version, Position at)>;
  virtual Result<void> visit_streams(const StreamVisit& visit) const = 0;
  using ReceiptVisit = std::function<void(const Receipt& receipt)>;
  virtual Result<void> visit_receipts(const ReceiptVisit& visit) const = 0;

  // A tile of the tree as C2SP tlog-tiles says: `width` hashes of 32 bytes (256: a full tile).
  // Errors: not_found. Thread: any.
  virtual Result<std::string> tile(std::uint32_t level, std::uint64_t index,
                                   std::uint32_t width) const = 0;

  // Waits until the log holds more than `seen` records or the time is over; answers the head's
  // size. Thread: any.
  virtual Position wait_beyond(Position seen, std::chrono::milliseconds at_most) const = 0;
};

}  // namespace ledger::store

#include "projections/record_walk.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace projections {

using domain::Position;
using ledger::fail;
using ledger::Result;
using ledger::store::EventLog;

namespace {

constexpr std::uint64_t first_block = 128;   // Records read at once going backwards,
constexpr std::uint64_t last_block = 4'096;  // which grow up to this.
constexpr std::size_t stream_block = 512;

class Forward final : public RecordWalk {
 public:
  Forward(const EventLog& log, Position from, Position to) : cursor_(log.read(from, to)) {}

  Result<std::optional<Record>> next() override {
    const auto entry = cursor_->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return std::optional<Record>();
    return std::optional<Record>(Record{(*entry)->position, (*entry)->bytes});
  }

 private:
  std::unique_ptr<ledger::store::Cursor> cursor_;
};

// A log is only read forwards: blocks of it are read so, and shown from their ends.
class Backward final : public RecordWalk {
 public:
  Backward(const EventLog& log, Position from, Position to) : log_(log), from_(from), to_(to) {}

  Result<std::optional<Record>> next() override {
    if (shown_ == records_.size()) {
      if (const auto read = read_block(); !read) return fail(read.error());
    }
    if (records_.empty()) return std::optional<Record>();
    ++shown_;
    const auto& [position, bytes] = records_[records_.size() - shown_];
    return std::optional<Record>(Record{position, bytes});
  }

 private:
  Result<void> read_block() {
    records_.clear();
    shown_ = 0;
    if (to_ <= from_) return {};
    const Position begin{to_.value - std::min(block_, to_.value - from_.value)};
    const auto cursor = log_.read(begin, to_);
    while (true) {
      const auto entry = cursor->next();
      if (!entry) return fail(entry.error());
      if (!*entry) break;
      records_.emplace_back((*entry)->position, (*entry)->bytes);
    }
    to_ = begin;
    block_ = std::min(block_ * 2, last_block);
    return {};
  }

  const EventLog& log_;
  Position from_;
  Position to_;
  std::uint64_t block_ = first_block;
  std::vector<std::pair<Position, std::string>> records_;
  std::size_t shown_ = 0;
};

// Positions of a stream by versions: blocks of them from either end.
class OfStream final : public RecordWalk {
 public:
  OfStream(const EventLog& log, std::string stream, Position from, Position to, Direction direction)
      : log_(log), stream_(std::move(stream)), from_(from), to_(to), direction_(direction) {}

  Result<std::optional<Record>> next() override {
    while (true) {
      if (shown_ == positions_.size()) {
        if (const auto read = read_block(); !read) return fail(read.error());
        if (positions_.empty()) return std::optional<Record>();
      }
      const Position at = positions_[shown_++];
      if (at < from_ || to_ <= at) continue;
      auto record = log_.record(at);
      if (!record) return fail(record.error());
      bytes_ = std::move(*record);
      return std::optional<Record>(Record{at, bytes_});
    }
  }

 private:
  // Whether the stream has a record of this version, and it lies before the end asked for.
  Result<bool> is_wanted(std::uint64_t version) const {
    const auto found = log_.stream(stream_, version, 1);
    if (!found) return fail(found.error());
    return !found->empty() && found->front() < to_;
  }

  // The first version that lies beyond: versions and positions grow together.
  Result<std::uint64_t> find_end() const {
    std::uint64_t step = 1;
    while (true) {
      const auto wanted = is_wanted(step - 1);
      if (!wanted) return fail(wanted.error());
      if (!*wanted) break;
      step *= 2;
    }
    std::uint64_t low = step / 2;   // Versions below are wanted,
    std::uint64_t high = step - 1;  // this one is not.
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      const auto wanted = is_wanted(middle);
      if (!wanted) return fail(wanted.error());
      if (*wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Result<void> read_block() {
    positions_.clear();
    shown_ = 0;
    std::size_t count = stream_block;
    if (direction_ == Direction::newest_first) {
      if (!end_) {
        const auto end = find_end();
        if (!end) return fail(end.error());
        end_ = *end;
      }
      count = static_cast<std::size_t>(std::min<std::uint64_t>(count, *end_));
      version_ = *end_ - count;
      end_ = version_;
      if (count == 0) return {};
    }
    auto found = log_.stream(stream_, version_, count);
    if (!found) return fail(found.error());
    positions_ = std::move(*found);
    if (direction_ == Direction::newest_first) {
      std::reverse(positions_.begin(), positions_.end());
      // Everything older lies before the range.
      if (!positions_.empty() && positions_.back() < from_) end_ = 0;
    } else {
      version_ += positions_.size();
      if (!positions_.empty() && to_ <= positions_.front()) positions_.clear();
    }
    return {};
  }

  const EventLog& log_;
  std::string stream_;
  Position from_;
  Position to_;
  Direction direction_;
  std::uint64_t version_ = 0;         // Where the next block begins.
  std::optional<std::uint64_t> end_;  // Going backwards: where it ends.
  std::vector<Position> positions_;
  std::size_t shown_ = 0;
  std::string bytes_;
};

}  // namespace

std::unique_ptr<RecordWalk> walk_log(const EventLog& log, Position from, Position to,
                                     Direction direction) {
  if (direction == Direction::oldest_first) return std::make_unique<Forward>(log, from, to);
  return std::make_unique<Backward>(log, from, to);
}

std::unique_ptr<RecordWalk> walk_stream(const EventLog& log, std::string stream, Position from,
                                        Position to, Direction direction) {
  return std::make_unique<OfStream>(log, std::move(stream), from, to, direction);
}

Result<ledger::codec::Envelope> envelope_at(const EventLog& log, Position position) {
  const auto record = log.record(position);
  if (!record) return fail(record.error());
  return ledger::codec::decode_envelope(*record);
}

}  // namespace projections

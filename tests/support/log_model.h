// A log that is a vector: what the real ones are compared with, all of it, by every way to read.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ledger/digest.h"
#include "ledger/store/event_log.h"

namespace tests {

class LogModel {
 public:
  // A batch that fits behind the model: 1..`records_max` records of few streams, some receipts.
  // Fixed by `random`.
  ledger::store::Batch next_batch(std::mt19937_64& random, std::size_t records_max) const;
  void add(const ledger::store::Batch& batch);

  // What differs, in words, or nothing. Where the log says by itself that something is wrong, it
  // begins with "refused: "; anything else is a wrong answer.
  std::string difference(const ledger::store::EventLog& log) const;

  std::uint64_t size() const { return records_.size(); }
  ledger::store::Head head() const;
  const std::vector<std::string>& records() const { return records_; }

 private:
  std::string difference_of_records(const ledger::store::EventLog& log) const;
  std::string difference_of_streams(const ledger::store::EventLog& log) const;
  std::string difference_of_receipts(const ledger::store::EventLog& log) const;
  std::string difference_of_tree(const ledger::store::EventLog& log) const;

  std::vector<std::string> records_;
  std::vector<ledger::Digest> leaves_;
  std::map<std::string, std::vector<ledger::store::Position>> streams_;
  std::vector<ledger::store::Receipt> receipts_;
};

}  // namespace tests

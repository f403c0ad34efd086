// A RocksLog with its key, opened again as often as a test likes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/rocksdb_log.h"

namespace tests {

class OpenLog {
 public:
  explicit OpenLog(ledger::store::RocksLog::Options options) : options_(std::move(options)) {}

  static ledger::store::RocksLog::Options at(std::filesystem::path directory) {
    return {std::move(directory), "ledger.example/test", 0, nullptr};
  }

  // Closes and opens; an error leaves it closed.
  ledger::Result<void> open() {
    log_.reset();
    auto key = ledger::store::load_or_make_key(options_.directory);
    if (!key) return ledger::fail(key.error());
    key_.emplace(*std::move(key));
    auto log = ledger::store::RocksLog::open(options_, *key_);
    if (!log) return ledger::fail(log.error());
    log_ = *std::move(log);
    return {};
  }
  void close() { log_.reset(); }

  // Signs and writes the head of now.
  ledger::Result<void> seal() {
    const auto head = log_->head();
    auto note = ledger::merkle::signed_note({options_.origin, head.size.value, head.root}, *key_);
    if (!note) return ledger::fail(note.error());
    return log_->head_file().write({head, *std::move(note)});
  }

  ledger::store::RocksLog& operator*() { return *log_; }
  ledger::store::RocksLog* operator->() { return log_.get(); }
  const ledger::merkle::SigningKey& key() const { return *key_; }

 private:
  ledger::store::RocksLog::Options options_;
  std::optional<ledger::merkle::SigningKey> key_;
  std::unique_ptr<ledger::store::RocksLog> log_;
};

}  // namespace tests

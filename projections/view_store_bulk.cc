#include "projections/view_store_bulk.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <utility>

#include "projections/view_store_rocksdb.h"

namespace projections {
namespace {

// Sorting what fits the processor's cache costs a fraction; a hundred files merge as well as ten.
constexpr std::size_t file_bytes = 32U << 20U;

}  // namespace

BulkRows::BulkRows(rocksdb::DB& db, std::filesystem::path directory)
    : db_(db), directory_(std::move(directory)) {}

BulkRows::~BulkRows() {
  if (writing_.valid()) writing_.wait();
}

void BulkRows::put(std::string_view key, std::string_view value) {
  gathered_.entries.push_back({gathered_.bytes.size(), static_cast<std::uint32_t>(key.size()),
                               static_cast<std::uint32_t>(value.size())});
  gathered_.bytes += key;
  gathered_.bytes += value;
}

rocksdb::Status BulkRows::write_sorted(Gathered gathered, const rocksdb::Options& options,
                                       const std::string& path) {
  const std::string_view bytes = gathered.bytes;
  const auto key_of = [bytes](const Entry& entry) {
    return bytes.substr(entry.at, entry.key_bytes);
  };
  std::sort(gathered.entries.begin(), gathered.entries.end(),
            [&](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  auto status = writer.Open(path);
  for (const Entry& entry : gathered.entries) {
    if (!status.ok()) return status;
    status = writer.Put(slice_of(key_of(entry)),
                        slice_of(bytes.substr(entry.at + entry.key_bytes, entry.value_bytes)));
  }
  return status.ok() ? writer.Finish() : status;
}

ledger::Result<void> BulkRows::await_file() {
  if (!writing_.valid()) return {};
  const auto status = writing_.get();
  if (!status.ok()) return ledger::fail(views_error_of(status));
  return {};
}

void BulkRows::write_gathered() {
  files_.push_back((directory_ / ("bulk-" + std::to_string(files_.size()) + ".sst")).string());
  writing_ = std::async(std::launch::async, write_sorted, std::exchange(gathered_, {}),
                        db_.GetOptions(), files_.back());
}

ledger::Result<void> BulkRows::pass_on() {
  if (gathered_.bytes.size() < file_bytes) return {};
  if (const auto awaited = await_file(); !awaited) return awaited;
  write_gathered();
  return {};
}

ledger::Result<void> BulkRows::finish() {
  if (const auto awaited = await_file(); !awaited) return awaited;
  if (!gathered_.entries.empty()) write_gathered();
  if (const auto awaited = await_file(); !awaited) return awaited;
  if (files_.empty()) return {};
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.snapshot_consistency = false;
  const auto status = db_.IngestExternalFile(std::exchange(files_, {}), options);
  if (!status.ok()) return ledger::fail(views_error_of(status));
  return {};
}

}  // namespace projections

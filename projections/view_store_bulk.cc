#include "projections/view_store_bulk.h"

#include <rocksdb/sst_file_writer.h>

#include <functional>
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

rocksdb::Status BulkRows::write_sorted(GatheredRows& gathered, const rocksdb::Options& options,
                                       const std::string& path) {
  gathered.sort();
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  auto status = writer.Open(path);
  if (!status.ok()) return status;
  gathered.visit([&](std::string_view key, std::string_view value) {
    status = writer.Put(slice_of(key), slice_of(value));
    return status.ok();
  });
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
  std::swap(gathered_, handed_over_);
  gathered_.clear();
  writing_ = std::async(std::launch::async, write_sorted, std::ref(handed_over_), db_.GetOptions(),
                        files_.back());
}

ledger::Result<void> BulkRows::pass_on() {
  if (gathered_.bytes() < file_bytes) return {};
  if (const auto awaited = await_file(); !awaited) return awaited;
  write_gathered();
  return {};
}

ledger::Result<void> BulkRows::finish() {
  if (const auto awaited = await_file(); !awaited) return awaited;
  if (!gathered_.empty()) write_gathered();
  if (const auto awaited = await_file(); !awaited) return awaited;
  if (files_.empty()) return {};
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.snapshot_consistency = false;
  options.write_global_seqno = false;  // It would make the checksum of the properties wrong.
  const auto status = db_.IngestExternalFile(std::exchange(files_, {}), options);
  if (!status.ok()) return ledger::fail(views_error_of(status));
  return {};
}

}  // namespace projections

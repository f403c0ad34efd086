#include "tests/support/fault_fs.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace tests {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FaultFs::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(FaultFs& disk, std::shared_ptr<Extent> extent, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), extent_(std::move(extent)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    auto status = disk_.change();
    // A write that is cut short.
    const rocksdb::Slice part(data.data(), status.ok() ? data.size() : data.size() / 2);
    const auto written = target()->Append(part, options, debug);
    if (!written.ok()) return written;
    const std::lock_guard lock(disk_.mutex_);
    extent_->size += part.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    auto status = disk_.change();
    if (status.ok()) disk_.synced(*extent_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // A hint, and no promise.
  }
  IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    if (auto status = disk_.change(); !status.ok()) return status;
    {
      const std::lock_guard lock(disk_.mutex_);
      extent_->size = size;
      extent_->synced = std::min(extent_->synced, size);
    }
    return target()->Truncate(size, options, debug);
  }

 private:
  FaultFs& disk_;
  std::shared_ptr<Extent> extent_;
};

class FaultFs::Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(FaultFs& disk, fs::path path, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    auto status = disk_.change();
    if (status.ok()) disk_.directory_synced(path_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultFs& disk_;
  fs::path path_;
};

FaultFs::FaultFs(fs::path graveyard)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), graveyard_(std::move(graveyard)) {
  fs::create_directories(graveyard_);
}

void FaultFs::power_off_after(std::uint64_t changes) {
  const std::lock_guard lock(mutex_);
  until_off_ = changes;
}

void FaultFs::keep_power() {
  const std::lock_guard lock(mutex_);
  until_off_.reset();
}

bool FaultFs::is_off() const {
  const std::lock_guard lock(mutex_);
  return off_;
}

void FaultFs::lie_about_syncs() {
  const std::lock_guard lock(mutex_);
  lying_ = true;
}

void FaultFs::fail_after(std::uint64_t changes, IOStatus status, Lasts lasts) {
  const std::lock_guard lock(mutex_);
  until_failure_ = changes;
  failure_ = std::move(status);
  lasts_ = lasts;
  has_failed_ = false;
}

void FaultFs::stop_failing() {
  const std::lock_guard lock(mutex_);
  until_failure_.reset();
}

bool FaultFs::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

void FaultFs::set_free_bytes(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

IOStatus FaultFs::change() {
  const std::lock_guard lock(mutex_);
  if (off_) return IOStatus::IOError("the power is off");
  if (until_off_ && --*until_off_ == 0) {
    off_ = true;
    return IOStatus::IOError("the power goes off");
  }
  if (until_failure_ && (*until_failure_ == 0 || --*until_failure_ == 0)) {
    if (lasts_ == Lasts::once) until_failure_.reset();
    has_failed_ = true;
    return failure_;
  }
  return IOStatus::OK();
}

void FaultFs::synced(Extent& extent) {
  const std::lock_guard lock(mutex_);
  if (!lying_) extent.synced = extent.size;
}

void FaultFs::directory_synced(const fs::path& directory) {
  const std::lock_guard lock(mutex_);
  if (lying_) return;
  std::vector<Entry> others;
  for (auto& entry : unsynced_) {
    if (entry.directory != directory) {
      others.push_back(std::move(entry));
    } else if (!entry.buried.empty()) {
      fs::remove(entry.buried);
    }
  }
  unsynced_ = std::move(others);
}

fs::path FaultFs::bury(const std::string& path) {
  if (!fs::exists(path)) return {};
  const fs::path grave = graveyard_ / std::to_string(++buried_);
  fs::rename(path, grave);
  return grave;
}

std::shared_ptr<FaultFs::Extent> FaultFs::extent_of(const std::string& path) {
  auto& extent = extents_[path];
  if (!extent) {
    std::error_code none;
    const auto size = fs::exists(path, none) ? fs::file_size(path, none) : 0;
    extent = std::make_shared<Extent>(Extent{size, size});
  }
  return extent;
}

IOStatus FaultFs::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                  std::unique_ptr<rocksdb::FSWritableFile>* file,
                                  IODebugContext* debug) {
  if (auto status = change(); !status.ok()) return status;
  std::shared_ptr<Extent> extent;
  {
    const std::lock_guard lock(mutex_);
    const fs::path grave = bury(path);
    const auto before = grave.empty() ? nullptr : extents_[path];
    extent = extents_[path] = std::make_shared<Extent>();
    unsynced_.push_back({fs::path(path).parent_path(),
                         [this, path, grave, before] {
                           fs::remove(path);
                           extents_.erase(path);
                           if (grave.empty()) return;
                           fs::rename(grave, path);
                           if (before) extents_[path] = before;
                         },
                         grave});
  }
  std::unique_ptr<rocksdb::FSWritableFile> made;
  auto status = target()->NewWritableFile(path, options, &made, debug);
  if (status.ok()) *file = std::make_unique<File>(*this, std::move(extent), std::move(made));
  return status;
}

IOStatus FaultFs::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file,
                                     IODebugContext* debug) {
  if (auto status = change(); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> made;
  auto status = target()->ReopenWritableFile(path, options, &made, debug);
  const std::lock_guard lock(mutex_);
  if (status.ok()) *file = std::make_unique<File>(*this, extent_of(path), std::move(made));
  return status;
}

IOStatus FaultFs::NewDirectory(const std::string& path, const IOOptions& options,
                               std::unique_ptr<rocksdb::FSDirectory>* directory,
                               IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> made;
  auto status = target()->NewDirectory(path, options, &made, debug);
  if (status.ok()) {
    fs::path plain = path;
    if (!plain.has_filename()) plain = plain.parent_path();  // Without its last slash.
    *directory = std::make_unique<Directory>(*this, std::move(plain), std::move(made));
  }
  return status;
}

IOStatus FaultFs::RenameFile(const std::string& from, const std::string& to,
                             const IOOptions& options, IODebugContext* debug) {
  if (auto status = change(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  const auto moved = extent_of(from);
  const fs::path grave = bury(to);
  const auto replaced = grave.empty() ? nullptr : extents_[to];
  auto status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  extents_.erase(from);
  extents_[to] = moved;
  unsynced_.push_back({fs::path(to).parent_path(),
                       [this, from, to, grave, moved, replaced] {
                         if (!fs::exists(to)) return;  // Removed since, past this disk.
                         fs::rename(to, from);
                         extents_[from] = moved;
                         extents_.erase(to);
                         if (grave.empty()) return;
                         fs::rename(grave, to);
                         if (replaced) extents_[to] = replaced;
                       },
                       grave});
  return status;
}

IOStatus FaultFs::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  if (auto status = change(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  if (!fs::exists(path)) return IOStatus::PathNotFound(path);
  const auto extent = extent_of(path);
  const fs::path grave = bury(path);
  extents_.erase(path);
  unsynced_.push_back({fs::path(path).parent_path(),
                       [this, path, grave, extent] {
                         fs::rename(grave, path);
                         extents_[path] = extent;
                       },
                       grave});
  return IOStatus::OK();
}

IOStatus FaultFs::Truncate(const std::string& path, std::size_t size, const IOOptions& options,
                           IODebugContext* debug) {
  if (auto status = change(); !status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    const auto extent = extent_of(path);
    extent->size = size;
    extent->synced = std::min<std::uint64_t>(extent->synced, size);
  }
  return target()->Truncate(path, size, options, debug);
}

IOStatus FaultFs::GetFreeSpace(const std::string& path, const IOOptions& options,
                               std::uint64_t* bytes, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (!free_bytes_) return target()->GetFreeSpace(path, options, bytes, debug);
  *bytes = *free_bytes_;
  return IOStatus::OK();
}

void FaultFs::lose_unsynced(std::mt19937_64& random) {
  const std::lock_guard lock(mutex_);
  // A journal keeps the order: what is kept of the changes of names is their beginning.
  const std::size_t kept = random() % (unsynced_.size() + 1);
  while (unsynced_.size() > kept) {
    unsynced_.back().undo();
    unsynced_.pop_back();
  }
  for (const auto& entry : unsynced_) {
    if (!entry.buried.empty()) fs::remove(entry.buried);
  }
  unsynced_.clear();
  for (const auto& [path, extent] : extents_) {
    if (extent->size == extent->synced || !fs::exists(path)) continue;
    const std::uint64_t lost_from = extent->synced + random() % (extent->size - extent->synced + 1);
    fs::resize_file(path, lost_from);
    // Of what was never synced, any piece may have reached the disk and another not.
    if (lost_from > extent->synced && random() % 2 == 0) {
      const std::uint64_t at = extent->synced + random() % (lost_from - extent->synced);
      const std::uint64_t size = std::min<std::uint64_t>(lost_from - at, 1 + random() % 64);
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at));
      for (std::uint64_t i = 0; i < size; ++i) file.put(static_cast<char>(random() & 0xff));
    }
    extent->size = extent->synced = lost_from;
  }
  off_ = false;
  until_off_.reset();
}

}  // namespace tests

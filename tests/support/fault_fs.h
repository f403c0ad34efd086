// A disk for RocksDB that forgets what was not synced when its power goes, and fails when it is
// told to. Files stand in a real directory; what is durable of them is kept account of here.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tests {

// Thread: any, for all of it.
class FaultFs final : public rocksdb::FileSystemWrapper {
 public:
  // `graveyard`: where removed files wait until their removal is durable; on the same disk.
  explicit FaultFs(std::filesystem::path graveyard);
  const char* Name() const override { return "FaultFs"; }

  // The n-th change from now is the last thing that is tried; it and all later ones fail.
  void power_off_after(std::uint64_t changes);
  void keep_power();
  bool is_off() const;
  // To be called when nothing has a file open: unsynced bytes are lost from some point on or
  // garbled, unsynced creations, renames and removals are undone from some point on. Power is back.
  void lose_unsynced(std::mt19937_64& random);

  // A disk that says that it has synced and has not.
  void lie_about_syncs();

  // The n-th change from now fails with `status`; `for_ever`: and all later ones.
  enum class Lasts { once, for_ever };
  void fail_after(std::uint64_t changes, rocksdb::IOStatus status, Lasts lasts);
  void stop_failing();
  bool has_failed() const;

  void set_free_bytes(std::uint64_t bytes);

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Truncate(const std::string& path, std::size_t size,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* bytes, rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Directory;
  struct Extent {  // Of a file: bytes written, and how many of them are on the disk.
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
  };
  struct Entry {  // A change of a directory that is not synced yet, and how it is undone.
    std::filesystem::path directory;
    std::function<void()> undo;
    std::filesystem::path buried;  // What it removed; empty: nothing.
  };

  rocksdb::IOStatus change();
  void synced(Extent& extent);
  void directory_synced(const std::filesystem::path& directory);
  // Puts a file aside, if there is one.
  std::filesystem::path bury(const std::string& path);
  std::shared_ptr<Extent> extent_of(const std::string& path);

  const std::filesystem::path graveyard_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Extent>> extents_;
  std::vector<Entry> unsynced_;  // In the order they happened.
  std::uint64_t buried_ = 0;
  std::optional<std::uint64_t> until_off_;
  bool off_ = false;
  bool lying_ = false;
  std::optional<std::uint64_t> until_failure_;
  rocksdb::IOStatus failure_;
  Lasts lasts_ = Lasts::once;
  bool has_failed_ = false;
  std::optional<std::uint64_t> free_bytes_;
};

}  // namespace tests

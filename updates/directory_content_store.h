// The content store on disk: <directory>/ab/cdef..., written under a temporary name, synced,
// renamed, and the rename synced too, so that a name that is there has all its bytes after a power
// cut.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>

#include "updates/content_store.h"
#include "updates/content_watch.h"

namespace ledger::updates {

class DirectoryContentStore final : public ContentStore {
 public:
  // The system calls that a full or failing disk refuses; tests refuse them in its place.
  struct SystemCalls {
    std::function<ssize_t(int file, const void* bytes, std::size_t size)> write;
    std::function<int(int file)> sync;
  };
  static SystemCalls real_calls();

  // Makes the directory when it is missing, and removes what an earlier process left unfinished,
  // but for parts that can be taken up for limits::content_part_kept.
  // One store at a time may be open on a directory: the ledger's lock sees to that.
  // Errors: unavailable ("disk-full"), io.
  static Result<std::unique_ptr<DirectoryContentStore>> open(std::filesystem::path directory,
                                                             SystemCalls calls = real_calls());

  Result<std::unique_ptr<ContentWriter>> begin() override;
  Result<std::unique_ptr<ContentWriter>> take_up(const domain::Digest& digest) override;
  Result<std::string> get(const domain::Digest& digest) const override;
  Result<bool> has(const domain::Digest& digest) const override;
  Result<std::uint64_t> size(const domain::Digest& digest) const override;
  std::optional<std::filesystem::path> file_of(const domain::Digest& digest) const override;
  Result<std::vector<domain::Digest>> look_through(std::uint64_t bytes_max,
                                                   const std::stop_token& stop) override;
  void doubt(const domain::Digest& digest) override;
  bool is_damaged(const domain::Digest& digest) const override;
  Result<void> remove(const domain::Digest& digest) override;
  Result<std::vector<domain::Digest>> list() const override;

  std::filesystem::path path_of(const domain::Digest& digest) const;

 private:
  class Writer;
  class PartWriter;

  DirectoryContentStore(std::filesystem::path directory, SystemCalls calls);
  Result<void> prepare();
  Result<void> clear_unfinished() const;
  void remove_old_parts() const;
  bool claim(const domain::Digest& digest);
  void release(const domain::Digest& digest);
  Result<void> sync_directory(const std::filesystem::path& directory) const;

  std::filesystem::path directory_;
  std::filesystem::path temporary_;  // A folder of it, on the same file system.
  SystemCalls calls_;
  std::atomic<std::uint64_t> writers_{0};  // Names temporary files.
  ContentWatch watch_;
  std::mutex mutex_;
  std::set<domain::Digest> claimed_;  // Parts that some writer has.
};

}  // namespace ledger::updates

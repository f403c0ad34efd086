// Files of this machine: read with a bound, and errors that say which file and what to do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::updates {

// An open file, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int file = -1) : file_(file) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  int get() const { return file_; }
  bool is_open() const { return file_ >= 0; }

 private:
  int file_;
};

// A regular file that is read piece by piece.
class LocalFile {
 public:
  explicit LocalFile(std::filesystem::path path);
  // Fills the front of `piece`; answers how many bytes, 0 at the end.
  // Errors: not_found ("file-unknown"), invalid ("not-a-file"), io ("file-failed").
  Result<std::size_t> read(std::string& piece);

 private:
  std::filesystem::path path_;
  Descriptor file_;
  Error problem_{};  // Of opening.
};

// What the system refused (an errno), as an error about `path`: unavailable ("disk-full") when no
// space is left, not_found ("file-unknown"), or io ("file-failed").
Error file_error(const std::string& doing, const std::filesystem::path& path, int error_number);

// The bytes of a regular file. A directory, a pipe or a device is refused, and so is a longer
// file, without its being read.
// Errors: not_found ("file-unknown"), invalid ("not-a-file", "file-too-large"), io ("file-failed").
Result<std::string> read_local_file(const std::filesystem::path& path, std::size_t bytes_max);

// The SHA-256 of a regular file of any length. Errors: those of LocalFile::read().
Result<domain::Digest> digest_of_file(const std::filesystem::path& path);

}  // namespace ledger::updates

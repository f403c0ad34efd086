// Small files that must be there after a power cut: what beside the database makes a data
// directory. A file is written under another name, synced, renamed, and the directory synced; less
// is lost on some file system.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/result.h"

namespace ledger::store {

// Owns an open file.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// What the operating system said, as `errno` has it: io ("file-io"), or unavailable ("disk-full").
// `doing` begins a sentence: "Reading".
Error system_error(std::string_view doing, const std::filesystem::path& path, int number);

// Errors: not_found ("file-missing"), io.
Result<std::string> read_file(const std::filesystem::path& path);

enum class Access { owner, everybody };
// Afterwards the file has these bytes, or the ones from before, whatever happens to the machine.
Result<void> write_durably(const std::filesystem::path& path, std::string_view bytes,
                           Access access);
// The same of bytes that come piece by piece; `give` hands them to `take` in order.
using Take = std::function<Result<void>(std::string_view piece)>;
using Give = std::function<Result<void>(const Take& take)>;
Result<void> write_durably(const std::filesystem::path& path, const Give& give, Access access);

// Makes what was created, renamed or removed in a directory durable.
Result<void> sync_directory(const std::filesystem::path& directory);

// Makes the directory and those above it, for the owner only, durably.
Result<void> make_directory(const std::filesystem::path& directory);

}  // namespace ledger::store

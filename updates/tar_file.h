// A tar (POSIX ustar) of regular files with one spelling: any program unpacks it, and the same
// content gives the same bytes. It is read where it lies: nothing of it is unpacked, so no name of
// it can lead anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/local_file.h"

namespace ledger::updates {

// More members are refused, before any is looked at.
inline constexpr std::size_t tar_members_max = 200'000;

// Writes to a temporary name beside the file; destroyed before it is finished it leaves nothing.
// After an error it can only be destroyed. Thread: one at a time.
class TarWriter {
 public:
  // Errors: unavailable ("disk-full"), io ("file-failed").
  static Result<TarWriter> begin(std::filesystem::path file);
  ~TarWriter();
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) = delete;

  // Members in any order; a name has 1 to 100 bytes. Errors: as begin(), invalid ("tar-name").
  Result<void> add(const std::string& name, std::string_view bytes);
  // A file's bytes, not all of them in memory at once.
  // Errors: also those of reading it, corrupt ("file-changed": while it was read).
  Result<void> add_file(const std::string& name, const std::filesystem::path& from);

  struct Finished {
    domain::Digest digest;
    std::uint64_t bytes = 0;
  };
  // Durable on return, under its name.
  Result<Finished> finish();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class TarFile {
 public:
  // Looks at every header. Errors: not_found ("file-unknown"), invalid ("not-a-file",
  // "tar-malformed": also when it is cut off), io ("file-failed").
  static Result<TarFile> open(const std::filesystem::path& file);

  struct Member {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };
  const std::map<std::string, Member, std::less<>>& members() const { return members_; }
  std::uint64_t bytes() const { return bytes_; }

  // Gives the member's bytes piece by piece. Errors: not_found ("file-unknown"), io, the taker's.
  using Take = std::function<Result<void>(std::string_view piece)>;
  Result<void> read(std::string_view name, const Take& take) const;
  // SHA-256 of the whole file.
  Result<domain::Digest> digest() const;

 private:
  TarFile(std::filesystem::path path, Descriptor file, std::uint64_t bytes)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes) {}

  Result<void> scan();
  Result<void> read_range(std::uint64_t offset, std::uint64_t bytes, const Take& take) const;
  Error malformed(const std::string& what) const;

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t bytes_ = 0;
  std::map<std::string, Member, std::less<>> members_;
};

}  // namespace ledger::updates

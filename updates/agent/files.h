// The steps by which an agent changes its disk, one virtual call each: so that a test can end the
// process, or refuse the step, at every one of them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/result.h"

namespace ledger::updates::agent {

// A new file. Nothing of it is durable before sync().
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Result<void> append(std::string_view bytes) = 0;
  virtual Result<void> sync() = 0;
};

// Errors of all: unavailable ("disk-full"), not_found ("file-unknown"), io ("file-failed").
class Files {
 public:
  virtual ~Files() = default;
  virtual Result<void> make_directory(const std::filesystem::path& directory) = 0;  // May be there.
  virtual Result<std::unique_ptr<NewFile>> make(const std::filesystem::path& path) = 0;
  // The same of a file that may be there: what it has stays in front.
  virtual Result<std::unique_ptr<NewFile>> go_on(const std::filesystem::path& path) = 0;
  virtual Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Result<void> link_to(const std::string& target, const std::filesystem::path& link) = 0;
  virtual Result<void> rename(const std::filesystem::path& from,
                              const std::filesystem::path& to) = 0;
  virtual Result<void> remove(const std::filesystem::path& path) = 0;  // A file; may be missing.
  virtual Result<void> remove_directory(const std::filesystem::path& path) = 0;  // An empty one.
  // Makes the names in a directory durable.
  virtual Result<void> sync_directory(const std::filesystem::path& directory) = 0;
};

class SystemFiles final : public Files {
 public:
  Result<void> make_directory(const std::filesystem::path& directory) override;
  Result<std::unique_ptr<NewFile>> make(const std::filesystem::path& path) override;
  Result<std::unique_ptr<NewFile>> go_on(const std::filesystem::path& path) override;
  Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<void> link_to(const std::string& target, const std::filesystem::path& link) override;
  Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<void> remove(const std::filesystem::path& path) override;
  Result<void> remove_directory(const std::filesystem::path& path) override;
  Result<void> sync_directory(const std::filesystem::path& directory) override;
};

// -- Made of these steps
// ---------------------------------------------------------------------------

// A new file with these bytes, synced; its name is not durable yet.
Result<void> write_new(Files& files, const std::filesystem::path& path, std::string_view bytes);
// The file has these bytes or those from before, whatever happens; durable on return.
Result<void> replace(Files& files, const std::filesystem::path& path, std::string_view bytes);
// What is there, with all that it has.
Result<void> remove_tree(Files& files, const std::filesystem::path& path);
// The directory and those above it that are missing, durably.
Result<void> make_directories(Files& files, const std::filesystem::path& directory);

}  // namespace ledger::updates::agent

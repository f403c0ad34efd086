// What a client keeps between runs: each role's exact bytes, under its percent-encoded name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/result.h"

namespace ledger::updates::tuf {

// Durable on return, and whole or not at all, whatever happens meanwhile.
// Errors: unavailable ("disk-full"), io.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes);

// Names in this folder outlast a power cut from now on.
Result<void> sync_folder(const std::filesystem::path& folder);

class MetadataDirectory {
 public:
  explicit MetadataDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Nothing when there is none; also when it cannot be read, since all but the root comes again.
  std::optional<std::string> load(const std::string& role) const;
  Result<void> save(const std::string& role, std::string_view bytes) const;
  Result<void> remove(const std::string& role) const;

 private:
  std::filesystem::path path_of(const std::string& role) const;
  std::filesystem::path directory_;
};

}  // namespace ledger::updates::tuf

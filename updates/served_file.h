// A file that is given out as it lies on disk.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ledger::updates {

struct ServedFile {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  bool immutable = false;  // Its name says its version or digest.
};

}  // namespace ledger::updates

// A file that is given out as it lies on disk.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ledger::updates {

// What whoever asks thinks of the bytes: those that are kept will do, or something else than was
// signed came of them, and they are to be read through before they are given again.
enum class Belief { kept, doubted };

struct ServedFile {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  bool immutable = false;  // Its name says its version or digest.
};

}  // namespace ledger::updates

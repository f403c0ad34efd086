// Which files of a content store still are what their names say. A file that was read through is
// vouched for as long as it looks the same (inode, size, time of change of its bytes); what a disk
// damages without that is found as all are read through in turn. Nothing is kept: after a start no
// file was read yet.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "ledger/domain/ids.h"

namespace ledger::updates {

// Thread: any.
class ContentWatch {
 public:
  enum class State { unread, sound, damaged, changed };

  // Reads nothing of the file.
  State state(const domain::Digest& digest, const std::filesystem::path& file) const;
  // Whoever wrote it has read all of it just now.
  void vouch(const domain::Digest& digest, const std::filesystem::path& file);
  void forget(const domain::Digest& digest);
  // See ContentStore::doubt(). Many may doubt at once what one disk damaged.
  void doubt(const domain::Digest& digest, const std::filesystem::path& file);
  static constexpr std::chrono::seconds doubt_pause{10};

  // See ContentStore::look_through(); of `all`, which lie where `file_of` says.
  std::vector<domain::Digest> look_through(
      const std::vector<domain::Digest>& all,
      const std::function<std::filesystem::path(const domain::Digest&)>& file_of,
      std::uint64_t bytes_max, const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;
  struct Stamp {
    ino_t inode = 0;
    off_t bytes = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Known {
    Stamp stamp;
    bool is_sound = false;
    Clock::time_point read_at;
    Clock::time_point doubted_at = {};  // Read because somebody doubted it.
  };
  static std::optional<Stamp> stamp_of(const std::filesystem::path& file);
  std::optional<Known> known(const domain::Digest& digest) const;
  void note(const domain::Digest& digest, const Known& known);
  bool is_sound(const domain::Digest& digest, const std::filesystem::path& file,
                const Stamp& stamp);

  mutable std::mutex mutex_;
  std::map<domain::Digest, Known> known_;
  std::vector<domain::Digest> doubted_;  // Found damaged by doubt(), and not answered yet.
};

}  // namespace ledger::updates

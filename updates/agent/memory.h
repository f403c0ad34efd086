// The little that an agent remembers across restarts beside its sets: where it may download, how
// far it has counted, and for which change the site's command has run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "updates/agent/files.h"
#include "updates/agent/ways.h"

namespace ledger::updates::agent {

// Versions of the two sets.
struct Versions {
  std::uint64_t patterns = 0;
  std::uint64_t rules = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("patterns", &Versions::patterns), field("rules", &Versions::rules));
  }
  bool operator==(const Versions&) const = default;
};

// Thread: one at a time.
class Memory {
 public:
  // Errors: unavailable ("disk-full"), io.
  static Result<Memory> open(Files& files, std::filesystem::path directory);

  // Of the last orders; what cannot be read is as if it was never said.
  const std::optional<Places>& places() const { return places_; }
  Result<void> remember(const Places& places);

  const Versions& hooked() const { return hooked_; }
  Result<void> remember(const Versions& hooked);

  // Grows with each call, also across crashes, unless the disk takes nothing.
  std::uint64_t next_sequence();

 private:
  Memory(Files& files, std::filesystem::path directory)
      : files_(&files), directory_(std::move(directory)) {}

  Files* files_;
  std::filesystem::path directory_;
  std::optional<Places> places_;
  Versions hooked_;
  std::uint64_t sequence_ = 0;
  std::uint64_t reserved_ = 0;  // No number up to this is given twice.
};

}  // namespace ledger::updates::agent

// Keys and values on their way into the database, one after the other in one piece of memory: what
// would be two allocations for each is none, and sorting moves sixteen bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

// Thread: one.
class GatheredRows {
 public:
  // Shape: each key once.
  void put(std::string_view key, std::string_view value) {
    entries_.push_back({bytes_.size(), static_cast<std::uint32_t>(key.size()),
                        static_cast<std::uint32_t>(value.size())});
    bytes_ += key;
    bytes_ += value;
  }
  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return bytes_.size(); }
  // Keeps its memory for the next.
  void clear() {
    bytes_.clear();
    entries_.clear();
  }

  // In the order of their keys from now on.
  void sort() {
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
  }
  // Calls `each(key, value)` until it answers false.
  template <class Each>
  void visit(Each each) const {
    for (const Entry& entry : entries_) {
      const auto value = std::string_view(bytes_).substr(entry.at + entry.key_bytes);
      if (!each(key_of(entry), value.substr(0, entry.value_bytes))) return;
    }
  }

 private:
  struct Entry {
    std::size_t at = 0;
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
  };
  std::string_view key_of(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.at, entry.key_bytes);
  }

  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace projections

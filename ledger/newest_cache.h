// The newest value of each of many keys, kept in memory while it is the newest, so that what is
// asked again and again is not looked up on disk each time. Bounded: what was not asked for a while
// makes room.
//
// One thread changes values. It calls changed() when the new value can be read from disk, and only
// then lets anybody ask as of a moment that has it. Whoever reads a value to keep it takes the turn
// before he reads, and keeps nothing but the newest that is on disk: a value that was changed
// meanwhile is not kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ledger {

// Thread: any, for all of it.
template <class Value>
class NewestCache {
 public:
  explicit NewestCache(std::size_t bytes_max) : generation_bytes_max_(bytes_max / 2 / shards) {}

  std::optional<Value> find(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.young.find(key); found != shard.young.end()) {
      return found->second.value;
    }
    auto found = shard.old.extract_if_there(key);
    if (!found) return std::nullopt;
    Value value = found->value;
    add(shard, key, std::move(*found));
    return value;
  }

  std::uint64_t turn(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    return shard.turn;
  }

  // `bytes`: what the value takes beside the key.
  void keep(std::string_view key, std::uint64_t turn, Value value, std::size_t bytes) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    if (shard.turn == turn) add(shard, key, {std::move(value), bytes});
  }

  // Whoever asked for the key will ask again; of others nothing is kept, and `make` is not called.
  // It answers the value and the bytes that it takes.
  template <class Make>
  void changed(std::string_view key, Make make) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    ++shard.turn;
    if (shard.young.contains(key) || shard.old.extract_if_there(key)) {
      auto [value, bytes] = make();
      add(shard, key, {std::move(value), bytes});
    }
  }

  void clear() {
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      ++shard.turn;
      shard.young.clear();
      shard.old.clear();
      shard.young_bytes = 0;
    }
  }

 private:
  static constexpr std::size_t shards = 16;
  // What a table takes for an entry beside key and value, about.
  static constexpr std::size_t entry_bytes = 96;

  struct Entry {
    Value value;
    std::size_t bytes = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };
  class Table : public std::unordered_map<std::string, Entry, Hash, std::equal_to<>> {
   public:
    std::optional<Entry> extract_if_there(std::string_view key) {
      const auto found = this->find(key);
      if (found == this->end()) return std::nullopt;
      std::optional<Entry> entry = std::move(found->second);
      this->erase(found);
      return entry;
    }
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::uint64_t turn = 0;
    Table young;  // Asked for since the older generation was put aside.
    Table old;
    std::size_t young_bytes = 0;  // At least what the young take.
  };

  Shard& shard_of(std::string_view key) { return shards_[(Hash()(key) >> 7U) % shards]; }

  void add(Shard& shard, std::string_view key, Entry entry) {
    shard.young_bytes += entry.bytes + key.size() + entry_bytes;
    shard.young.insert_or_assign(std::string(key), std::move(entry));
    if (shard.young_bytes <= generation_bytes_max_) return;
    shard.old = std::move(shard.young);
    shard.young.clear();
    shard.young_bytes = 0;
  }

  const std::size_t generation_bytes_max_;
  std::array<Shard, shards> shards_;
};

}  // namespace ledger

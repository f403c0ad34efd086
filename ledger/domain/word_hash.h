// A hash of texts that takes eight bytes at a time, for tables in memory that are asked at every
// event. Nothing depends on its values but where an entry is looked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ledger::domain {

class WordHasher {
 public:
  void add(std::string_view text) {
    add_word(text.size());
    for (; text.size() > sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
      add_word(word_at(text, sizeof(std::uint64_t)));
    }
    add_word(word_at(text, text.size()));
  }
  std::uint64_t value() const { return state_; }

 private:
  __extension__ typedef unsigned __int128 Wide;

  static std::uint64_t word_at(std::string_view text, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), bytes);
    return word;
  }
  void add_word(std::uint64_t word) {
    const Wide product = Wide{state_ ^ word} * 0xe7037ed1a0b428dbULL;
    state_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    state_ += 0x8ebc6af09c88c6e3ULL;
  }

  std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

}  // namespace ledger::domain

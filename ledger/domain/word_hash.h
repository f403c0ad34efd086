// Hashing eight bytes at a time, for tables in memory that are asked at every event, and sums that
// live as long as one verification. Nothing that is kept depends on the values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ledger::domain {

__extension__ typedef unsigned __int128 Wide;

// Both halves of the product: each bit of the answer depends on many of both numbers.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The first bytes of `text`, eight at most, as a number; texts of different sizes may give the same
// one. Copies of a size that is known are single instructions, others a call.
inline std::uint64_t word_of(std::string_view text) {
  std::uint64_t word = 0;
  if (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
  } else if (text.size() >= sizeof(std::uint32_t)) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // They may overlap.
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    word = std::uint64_t{last} << 32 | first;
  } else {
    for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
  }
  return word;
}

class WordHasher {
 public:
  void add(std::string_view text) {
    add_word(text.size());
    for (; text.size() > sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
      add_word(word_of(text));
    }
    add_word(word_of(text));
  }
  std::uint64_t value() const { return state_; }

 private:
  void add_word(std::uint64_t word) {
    state_ = mix(state_ ^ word, 0xe7037ed1a0b428dbULL) + 0x8ebc6af09c88c6e3ULL;
  }

  std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

}  // namespace ledger::domain

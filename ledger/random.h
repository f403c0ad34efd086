// Choices that look random and can be repeated: the n-th value of a stream of an actor depends on
// nothing but the seed and those names, so leaving one choice out does not shift the others.
#pragma once

#include <cstdint>
#include <string_view>

namespace ledger {

class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}

  // The n-th value of `stream` of `actor`. Thread: any.
  std::uint64_t value(std::string_view actor, std::string_view stream, std::uint64_t n) const {
    std::uint64_t state = mixed(seed_ ^ 0x9e3779b97f4a7c15U);
    for (const char c : actor) state = mixed(state ^ static_cast<unsigned char>(c));
    state = mixed(state ^ 0x100U);  // So that "ab","c" differs from "a","bc".
    for (const char c : stream) state = mixed(state ^ static_cast<unsigned char>(c));
    return mixed(state ^ mixed(n));
  }

 private:
  // The finalizer of SplitMix64.
  static constexpr std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  }

  std::uint64_t seed_;
};

}  // namespace ledger

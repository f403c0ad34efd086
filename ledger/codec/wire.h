// The pointers of Cap'n Proto, as its encoding specification has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ledger/codec/layout.h"

namespace ledger::codec {

// The kind of a list's elements.
enum class ElementSize : std::uint8_t { none, bit, byte, two, four, eight, pointer, composite };

constexpr unsigned bits_of(ElementSize size) {
  constexpr std::array<unsigned, 8> bits = {0, 1, 8, 16, 32, 64, 64, 0};
  return bits[static_cast<std::size_t>(size)];
}

// Of a scalar's lists; none of ours is of booleans.
constexpr ElementSize element_size(Wire wire) {
  const unsigned bits = bits_of(wire);
  if (bits == 16) return ElementSize::two;
  return bits == 32 ? ElementSize::four : ElementSize::eight;
}

// What the low two bits of a pointer say.
inline constexpr std::uint64_t struct_pointer = 0;
inline constexpr std::uint64_t list_pointer = 1;

// A composite list's elements may take no room at all, so a few bytes could ask for any number of
// them; no record has more.
inline constexpr std::size_t list_elements_max = 65'535;

// From the word at `pointer` to that at `target`, in the place where a pointer has it.
inline std::uint64_t offset_bits(std::size_t pointer, std::size_t target) {
  const auto distance = static_cast<std::int64_t>(target) - static_cast<std::int64_t>(pointer) - 1;
  return (static_cast<std::uint64_t>(distance) << 2) & 0xFFFF'FFFC;
}

constexpr std::size_t words_for(std::size_t count, std::size_t bits) {
  return (count * bits + 63) / 64;
}

}  // namespace ledger::codec

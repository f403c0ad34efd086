#include "ledger/merkle/tile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace ledger::merkle {
namespace {

constexpr std::string_view prefix = "tile/";
constexpr std::string_view entries = "entries";
constexpr std::string_view partial = ".p/";

std::string three_digits(std::uint64_t value) {
  std::string digits = std::to_string(value);
  return std::string(3 - digits.size(), '0') + digits;
}

// The part of `text` up to the next slash, which is taken away.
std::string_view take_segment(std::string_view& text) {
  const std::size_t slash = text.find('/');
  const std::string_view segment = text.substr(0, slash);
  text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
  return segment;
}

std::optional<std::uint32_t> path_number_from(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_canonical(std::string_view text, const TilePath& path) { return path_of(path) == text; }

}  // namespace

Digest hash_in(std::string_view tile, std::uint32_t at) {
  const std::size_t from = std::size_t{at} * digest_bytes;
  CHECK(from + digest_bytes <= tile.size(), "the tile is wide enough");
  Digest digest;
  std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(from), digest_bytes,
              reinterpret_cast<char*>(digest.bytes.data()));
  return digest;
}

std::string path_of(const TilePath& path) {
  std::string index = three_digits(path.tile.index % 1'000);
  for (std::uint64_t rest = path.tile.index / 1'000; rest > 0; rest /= 1'000) {
    index = "x" + three_digits(rest % 1'000) + "/" + index;
  }
  std::string text(prefix);
  text +=
      path.kind == TilePath::Kind::entries ? std::string(entries) : std::to_string(path.tile.level);
  text += "/" + index;
  if (path.tile.width != tile_width) text += std::string(partial) + std::to_string(path.tile.width);
  return text;
}

std::optional<TilePath> tile_path_from(std::string_view path) {
  constexpr std::size_t path_bytes_max = 64;  // A 64-bit index takes seven groups of digits.
  if (path.size() > path_bytes_max || path.substr(0, prefix.size()) != prefix) return std::nullopt;
  std::string_view rest = path.substr(prefix.size());
  TilePath parsed;
  const std::string_view level = take_segment(rest);
  if (level == entries) {
    parsed.kind = TilePath::Kind::entries;
  } else {
    const auto number = path_number_from(level);
    if (!number || *number >= tile_levels) return std::nullopt;
    parsed.tile.level = *number;
  }
  if (const std::size_t at = rest.find(partial); at != std::string_view::npos) {
    const auto width = path_number_from(rest.substr(at + partial.size()));
    if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
    parsed.tile.width = *width;
    rest = rest.substr(0, at);
  }
  while (!rest.empty()) {
    std::string_view group = take_segment(rest);
    if (!rest.empty()) {
      if (group.empty() || group.front() != 'x') return std::nullopt;
      group.remove_prefix(1);
    }
    const auto number = group.size() == 3 ? path_number_from(group) : std::nullopt;
    // 2^64 / 1000: an index of more digits is no tile of ours. The few that still do not fit come
    // round to a small index, whose spelling is another one.
    if (!number || parsed.tile.index > 18'446'744'073'709'551ULL) return std::nullopt;
    parsed.tile.index = parsed.tile.index * 1'000 + *number;
  }
  if (!is_canonical(path, parsed)) return std::nullopt;
  return parsed;
}

}  // namespace ledger::merkle

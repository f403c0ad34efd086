#include "updates/tuf/paths.h"

#include <algorithm>

#include "ledger/digest.h"

namespace ledger::updates::tuf {
namespace {

// Whether the set that begins at pattern[at] has `c`; moves behind it. Without its end, `[` is
// itself.
bool in_set(std::string_view pattern, std::size_t& at, char c) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '!';
  if (negated) ++i;
  const std::size_t end = pattern.find(']', i + 1);
  if (end == std::string_view::npos) {
    ++at;
    return c == '[';
  }
  bool found = false;
  for (; i < end; ++i) {
    const bool range = i + 2 < end && pattern[i + 1] == '-';
    found = found || (range ? pattern[i] <= c && c <= pattern[i + 2] : pattern[i] == c);
    if (range) i += 2;
  }
  at = end + 1;
  return found != negated;
}

bool matches_segment(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // Behind the last one seen.
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      resume = t;
      continue;
    }
    if (p < pattern.size()) {
      std::size_t next = p + 1;
      bool same = pattern[p] == '?' || pattern[p] == text[t];
      if (pattern[p] == '[') {
        next = p;
        same = in_set(pattern, next, text[t]);
      }
      if (same) {
        p = next;
        ++t;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star;
    t = ++resume;
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

std::string_view take_segment(std::string_view& rest) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(slash);
  return segment;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path) {
  while (true) {
    if (!matches_segment(take_segment(pattern), take_segment(path))) return false;
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool speaks_for(const DelegatedRole& role, std::string_view path) {
  if (std::any_of(role.paths.begin(), role.paths.end(),
                  [&](const auto& each) { return matches(each, path); })) {
    return true;
  }
  if (role.path_hash_prefixes.empty()) return false;
  const std::string hash = hex(sha256(path));
  return std::any_of(role.path_hash_prefixes.begin(), role.path_hash_prefixes.end(),
                     [&](const auto& each) { return hash.starts_with(each); });
}

std::string name_for(const SuccinctRoles& roles, std::string_view path) {
  static constexpr std::string_view digits = "0123456789abcdef";
  const auto hash = sha256(path);
  std::uint64_t bin = 0;
  for (std::size_t i = 0; i < 4; ++i) bin = bin << 8U | hash.bytes[i];
  bin >>= 32U - roles.bits;
  std::string suffix;
  for (std::uint64_t last = (std::uint64_t{1} << roles.bits) - 1; last > 0; last >>= 4U) {
    suffix.insert(suffix.begin(), digits[bin & 15U]);
    bin >>= 4U;
  }
  return roles.name_prefix + "-" + suffix;
}

std::string percent_encoded(std::string_view text, Slash slash) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos ||
                       (c == '/' && slash == Slash::kept);
    if (plain) {
      out += c;
      continue;
    }
    static constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string with_hash(std::string_view path, std::string_view hash) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(path.substr(0, name)) + std::string(hash) + "." +
         std::string(path.substr(name));
}

}  // namespace ledger::updates::tuf

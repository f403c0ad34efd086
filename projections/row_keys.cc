#include "projections/row_keys.h"

#include "projections/keys.h"

namespace projections {
namespace {

constexpr char escaped_zero = '\xff';
constexpr char end_of_key = '\x01';
constexpr char changes_byte = '\xff';  // After all views.
constexpr std::size_t position_bytes = 8;

void append_rows_prefix(std::string& out, View view, std::string_view prefix) {
  out += static_cast<char>(view);
  for (auto zero = prefix.find('\0'); zero != prefix.npos; zero = prefix.find('\0')) {
    out += prefix.substr(0, zero + 1);
    out += escaped_zero;
    prefix.remove_prefix(zero + 1);
  }
  out += prefix;
}

void append_row_prefix(std::string& out, View view, std::string_view key) {
  append_rows_prefix(out, view, key);
  out += '\0';
  out += end_of_key;
}

}  // namespace

std::string rows_prefix(View view, std::string_view prefix) {
  std::string stored;
  stored.reserve(prefix.size() + 16);
  append_rows_prefix(stored, view, prefix);
  return stored;
}

std::string row_prefix(View view, std::string_view key) {
  std::string stored;
  stored.reserve(key.size() + 16);
  append_row_prefix(stored, view, key);
  return stored;
}

std::string version_key(View view, std::string_view key, domain::Position position) {
  std::string stored;
  append_version_key(stored, view, key, position);
  return stored;
}

void append_version_key(std::string& out, View view, std::string_view key,
                        domain::Position position) {
  append_row_prefix(out, view, key);
  append_inverted(out, position);
}

void append_inverted(std::string& key, domain::Position position) {
  key += number_key(~position.value);
}

std::string_view without_position(std::string_view stored) {
  if (stored.size() < 3 + position_bytes) return {};
  return stored.substr(0, stored.size() - position_bytes);
}

domain::Position position_in(std::string_view stored) {
  return {~number_from_key(stored.substr(stored.size() - position_bytes))};
}

std::optional<VersionKey> version_from(std::string_view stored) {
  const auto prefix = without_position(stored);
  if (prefix.empty() || prefix.back() != end_of_key || prefix[prefix.size() - 2] != '\0') {
    return std::nullopt;
  }
  const auto escaped = prefix.substr(1, prefix.size() - 3);
  VersionKey version;
  version.key.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    version.key += escaped[i];
    if (escaped[i] != '\0') continue;
    if (i + 1 == escaped.size() || escaped[i + 1] != escaped_zero) return std::nullopt;
    ++i;
  }
  version.position = position_in(stored);
  return version;
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

std::string changes_key(domain::Position position) {
  return changes_byte + number_key(position.value);
}

}  // namespace projections

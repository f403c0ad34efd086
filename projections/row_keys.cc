#include "projections/row_keys.h"

#include "projections/keys.h"

namespace projections {
namespace {

constexpr char escaped_zero = '\xff';
constexpr char end_of_key = '\x01';
constexpr char changes_byte = '\xff';  // After all views.
constexpr std::size_t position_bytes = 8;

}  // namespace

std::string rows_prefix(View view, std::string_view prefix) {
  std::string stored;
  stored.reserve(prefix.size() + 16);
  stored += static_cast<char>(view);
  for (const char byte : prefix) {
    stored += byte;
    if (byte == '\0') stored += escaped_zero;
  }
  return stored;
}

std::string row_prefix(View view, std::string_view key) {
  std::string stored = rows_prefix(view, key);
  stored += '\0';
  stored += end_of_key;
  return stored;
}

std::string version_key(View view, std::string_view key, domain::Position position) {
  std::string stored = row_prefix(view, key);
  append_inverted(stored, position);
  return stored;
}

void append_inverted(std::string& key, domain::Position position) {
  key += number_key(~position.value);
}

std::string_view without_position(std::string_view stored) {
  if (stored.size() < 3 + position_bytes) return {};
  return stored.substr(0, stored.size() - position_bytes);
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
  version.position = {~number_from_key(stored.substr(prefix.size()))};
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

#include "updates/relay/distributed.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "ledger/codec/json_value.h"
#include "ledger/limits.h"

namespace ledger::updates::relay {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the front, without its leading zeros; taken off `text`.
std::string_view take_number(std::string_view& text) {
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  const auto number = text.substr(0, end);
  text.remove_prefix(end);
  return number;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

// The release time in a pattern's custom metadata; the beginning of time when it says none.
domain::Time released_at(const std::string& custom) {
  const auto document = codec::parse_json_document(custom);
  if (!document.errors.empty()) return {};
  const auto* object = std::get_if<codec::JsonObject>(&document.root.value);
  if (object == nullptr) return {};
  for (const auto& member : *object) {
    const auto* text = std::get_if<std::string>(&member.value.value);
    if (member.name != "released_at" || text == nullptr) continue;
    return domain::time_from_rfc3339(*text).value_or(domain::Time{});
  }
  return {};
}

}  // namespace

bool is_older_version(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto x = take_number(a);
      const auto y = take_number(b);
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
      continue;
    }
    if (a[0] != b[0]) return a[0] < b[0];
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() && !b.empty();
}

void Distribution::add(const MirrorTarget& target) {
  const auto parts = parts_of(target.path);
  if (parts.size() == 2 && parts[0] == "rules" && parts[1].ends_with(".json")) {
    const auto id = domain::rule_update_id_from(parts[1].substr(0, parts[1].size() - 5));
    if (id && (!rule_update_ || *rule_update_ < *id)) rule_update_ = *id;
    return;
  }
  if (parts.size() != 5 || parts[0] != "patterns" || !domain::is_name(parts[1])) return;
  Version found{released_at(target.custom), std::string(parts[3])};
  if (found.version.empty() || found.version.size() > limits::version_bytes_max) return;
  const auto key = std::pair(std::string(parts[1]), std::string(parts[2]));
  const auto [known, fresh] = patterns_.emplace(key, found);
  if (fresh) return;
  const auto& before = known->second;
  const bool newer = before.released_at != found.released_at
                         ? before.released_at < found.released_at
                         : is_older_version(before.version, found.version);
  if (newer) known->second = std::move(found);
}

Distributed Distribution::newest() const {
  Distributed all;
  all.rule_update = rule_update_;
  for (const auto& [key, version] : patterns_) {
    all.components.push_back({domain::ComponentName{key.first}, version.version});
  }
  auto& components = all.components;
  std::sort(components.begin(), components.end());
  components.erase(std::unique(components.begin(), components.end()), components.end());
  if (components.size() > limits::relay_components_max) {
    components.resize(limits::relay_components_max);
  }
  return all;
}

}  // namespace ledger::updates::relay

// Keys of rows as people write them.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "projections/history.h"
#include "projections/keys.h"

namespace projections {

namespace {

constexpr std::size_t number_bytes = 8;

// What a key is made of.
enum class KeyShape { text, two_texts, number, number_and_text, text_and_number, digest };

KeyShape shape_of(View view) {
  switch (view) {
    case View::buckets:
    case View::bucket_counts:
    case View::instructions:
      return KeyShape::number;
    case View::bucket_members:
    case View::computer_names:
      return KeyShape::number_and_text;
    case View::task_runs:
      return KeyShape::text_and_number;
    case View::computers_by_name:
      return KeyShape::two_texts;
    case View::tokens_by_secret:
    case View::enrolment_tokens_by_secret:
      return KeyShape::digest;
    case View::computers:
    case View::expected_patterns:
    case View::expected_rulesets:
    case View::groups:
    case View::searches:
    case View::relays:
    case View::relay_groups:
    case View::patterns:
    case View::sources:
    case View::settings:
    case View::policy_settings:
    case View::policies:
    case View::rule_updates:
    case View::update_rules:
    case View::holds:
    case View::tasks:
    case View::alerts:
    case View::alert_types:
    case View::users:
    case View::tokens:
    case View::enrolment_tokens:
    case View::bookmarks:
    case View::signing_keys:
    case View::overview:
    case View::open_instructions:
    case View::removed_computers:
      break;
  }
  return KeyShape::text;
}

std::string digits_of(std::string_view key) { return std::to_string(number_from_key(key)); }

std::optional<std::string> number_key_from(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number_key(number);
}

}  // namespace

std::optional<View> view_from(std::string_view name) {
  for (const auto& each : all_views) {
    if (each.name == name) return each.view;
  }
  return std::nullopt;
}

std::string shown_key(View view, std::string_view key) {
  switch (shape_of(view)) {
    case KeyShape::text:
      break;
    case KeyShape::two_texts: {
      std::string shown(key);
      const auto end = shown.rfind('\0');
      if (end != shown.npos) shown[end] = '/';
      return shown;
    }
    case KeyShape::number:
      return digits_of(key);
    case KeyShape::number_and_text:
      return digits_of(key) + "/" + std::string(key.substr(std::min(number_bytes, key.size())));
    case KeyShape::text_and_number: {
      if (key.size() < number_bytes) break;
      const std::size_t cut = key.size() - number_bytes;
      return std::string(key.substr(0, cut)) + digits_of(key.substr(cut));
    }
    case KeyShape::digest: {
      domain::Digest digest;
      if (key.size() != digest.bytes.size()) break;
      std::copy(key.begin(), key.end(), reinterpret_cast<char*>(digest.bytes.data()));
      return domain::hex(digest);
    }
  }
  return std::string(key);
}

std::optional<std::string> key_from(View view, std::string_view shown) {
  const auto slash = shown.rfind('/');
  switch (shape_of(view)) {
    case KeyShape::text:
      break;
    case KeyShape::two_texts: {
      if (slash == std::string_view::npos) return std::nullopt;
      std::string key(shown);
      key[slash] = '\0';
      return key;
    }
    case KeyShape::number:
      return number_key_from(shown);
    case KeyShape::number_and_text: {
      if (slash == std::string_view::npos) return std::nullopt;
      const auto number = number_key_from(shown.substr(0, slash));
      if (!number) return std::nullopt;
      return *number + std::string(shown.substr(slash + 1));
    }
    case KeyShape::text_and_number: {
      if (slash == std::string_view::npos) return std::nullopt;
      const auto number = number_key_from(shown.substr(slash + 1));
      if (!number) return std::nullopt;
      return std::string(shown.substr(0, slash + 1)) + *number;
    }
    case KeyShape::digest: {
      const auto digest = domain::digest_from_hex(shown);
      if (!digest) return std::nullopt;
      return std::string(bytes_of(*digest));
    }
  }
  return std::string(shown);
}

}  // namespace projections

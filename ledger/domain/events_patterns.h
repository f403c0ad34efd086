// Anti-malware patterns: components, each with a current version. One release turns a fleet out of
// date with one event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A component's new version is stored and offered to relays.
struct PatternReleased {
  ComponentName component;
  std::string product;
  Platform platform;
  std::string version;
  Time released_at;
  Digest digest;
  std::uint64_t bytes = 0;
  std::optional<SourceId> source;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("component", &PatternReleased::component),
        field("product", &PatternReleased::product), field("platform", &PatternReleased::platform),
        field("version", &PatternReleased::version),
        field("released_at", &PatternReleased::released_at),
        field("digest", &PatternReleased::digest), field("bytes", &PatternReleased::bytes),
        field("source", &PatternReleased::source));
  }
  bool operator==(const PatternReleased&) const = default;
};

// A version is offered no longer.
struct PatternRetired {
  ComponentName component;
  Platform platform;
  std::string version;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("component", &PatternRetired::component),
                      field("platform", &PatternRetired::platform),
                      field("version", &PatternRetired::version));
  }
  bool operator==(const PatternRetired&) const = default;
};

}  // namespace ledger::domain

// Commands on patterns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A component's new version is stored.
struct ReleasePattern {
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
        field("component", &ReleasePattern::component), field("product", &ReleasePattern::product),
        field("platform", &ReleasePattern::platform), field("version", &ReleasePattern::version),
        field("released_at", &ReleasePattern::released_at),
        field("digest", &ReleasePattern::digest), field("bytes", &ReleasePattern::bytes),
        field("source", &ReleasePattern::source));
  }
  bool operator==(const ReleasePattern&) const = default;
};

// A version is offered no longer.
struct RetirePattern {
  ComponentName component;
  Platform platform;
  std::string version;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("component", &RetirePattern::component),
                      field("platform", &RetirePattern::platform),
                      field("version", &RetirePattern::version));
  }
  bool operator==(const RetirePattern&) const = default;
};

}  // namespace ledger::domain

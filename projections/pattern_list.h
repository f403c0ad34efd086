// Anti-malware patterns: the current version of each component, and how many of the computers that
// should run it do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "projections/page.h"
#include "projections/patterns.h"
#include "projections/snapshot.h"

namespace projections {

struct PatternItem {
  domain::ComponentName component;
  domain::Platform platform;
  std::string product;
  std::string version;  // The current one.
  domain::Time released_at;
  domain::Time available_since;
  std::uint64_t current = 0;                // Computers that run it,
  std::uint64_t behind = 0;                 // that run another or none,
  std::uint64_t unknown = 0;                // that never said.
  std::vector<PatternVersionRow> versions;  // Newest first.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("component", &PatternItem::component), field("platform", &PatternItem::platform),
        field("product", &PatternItem::product), field("version", &PatternItem::version),
        field("released_at", &PatternItem::released_at),
        field("available_since", &PatternItem::available_since),
        field("current", &PatternItem::current), field("behind", &PatternItem::behind),
        field("unknown", &PatternItem::unknown), field("versions", &PatternItem::versions));
  }
  bool operator==(const PatternItem&) const = default;
};

// By component and platform; filters may ask for every field but versions.
// Errors: invalid ("filter-..."), corrupt, io.
ledger::Result<Page<PatternItem>> list_patterns(const Snapshot& snapshot, const ListQuery& query);

// Errors: not_found ("pattern-unknown"), corrupt, io.
ledger::Result<PatternItem> find_pattern(const Snapshot& snapshot,
                                         const domain::ComponentName& component,
                                         const domain::Platform& platform);

}  // namespace projections

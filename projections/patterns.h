// Anti-malware patterns: the versions offered of each component.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// One version of a component.
struct PatternVersionRow {
  std::string version;
  domain::Time released_at;
  domain::Time available_since;
  domain::Position position;  // Of the event that made it available.
  domain::Digest digest;
  std::uint64_t bytes = 0;
  bool retired = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("version", &PatternVersionRow::version),
                      field("released_at", &PatternVersionRow::released_at),
                      field("available_since", &PatternVersionRow::available_since),
                      field("position", &PatternVersionRow::position),
                      field("digest", &PatternVersionRow::digest),
                      field("bytes", &PatternVersionRow::bytes),
                      field("retired", &PatternVersionRow::retired));
  }
  bool operator==(const PatternVersionRow&) const = default;
};

// View patterns, by component and platform.
struct PatternRow {
  domain::ComponentName component;
  domain::Platform platform;
  std::string product;
  std::string version;                      // The current one.
  std::vector<PatternVersionRow> versions;  // Newest first.
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("component", &PatternRow::component), field("platform", &PatternRow::platform),
        field("product", &PatternRow::product), field("version", &PatternRow::version),
        field("versions", &PatternRow::versions), field("changed", &PatternRow::changed));
  }
  bool operator==(const PatternRow&) const = default;
};

void project(const domain::Event&, const domain::PatternReleased&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::PatternRetired&, const domain::World&, Rows&);

}  // namespace projections

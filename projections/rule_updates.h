// Which rule updates are there, what is in them, and what became of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/rule_updates.h"
#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

struct ModuleRules {
  domain::Module module{};
  std::uint32_t rules = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("module", &ModuleRules::module), field("rules", &ModuleRules::rules));
  }
  bool operator==(const ModuleRules&) const = default;
};

// View rule_updates, by update. Deleted ones stay.
struct RuleUpdateRow {
  domain::RuleUpdateId update;
  std::string title;
  domain::RuleUpdateStatus status{};
  domain::Digest digest;  // Of the document.
  std::uint64_t bytes = 0;
  domain::Time released_at;
  domain::ImportOrigin origin{};
  std::optional<domain::SourceId> source;
  std::uint32_t rules = 0;
  std::vector<ModuleRules> modules;
  domain::Time imported_at;
  domain::Position imported_position;
  Mark changed;  // What gave it its status.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("update", &RuleUpdateRow::update), field("title", &RuleUpdateRow::title),
        field("status", &RuleUpdateRow::status), field("digest", &RuleUpdateRow::digest),
        field("bytes", &RuleUpdateRow::bytes), field("released_at", &RuleUpdateRow::released_at),
        field("origin", &RuleUpdateRow::origin), field("source", &RuleUpdateRow::source),
        field("rules", &RuleUpdateRow::rules), field("modules", &RuleUpdateRow::modules),
        field("imported_at", &RuleUpdateRow::imported_at),
        field("imported_position", &RuleUpdateRow::imported_position),
        field("changed", &RuleUpdateRow::changed));
  }
  bool operator==(const RuleUpdateRow&) const = default;
};

// View update_rules, by update and rule: rows of the type domain::Rule. They stay when the update
// is deleted; its own row says so.

// View holds, by hold; only open ones.
struct HoldRow {
  domain::HoldId hold;
  std::optional<domain::RuleUpdateId> update;  // Absent: every update is held.
  std::optional<domain::Time> until;
  std::string reason;
  Mark placed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("hold", &HoldRow::hold), field("update", &HoldRow::update),
                      field("until", &HoldRow::until), field("reason", &HoldRow::reason),
                      field("placed", &HoldRow::placed));
  }
  bool operator==(const HoldRow&) const = default;
};

void project(const domain::Event&, const domain::RuleUpdateImported&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RulesRecorded&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RuleUpdateApplied&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RuleUpdateReapplied&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::RuleUpdateRolledBack&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::RuleUpdateDeleted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::HoldPlaced&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::HoldReleased&, const domain::World&, Rows&);

}  // namespace projections

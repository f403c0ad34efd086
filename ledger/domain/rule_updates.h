// Which rule updates are there, which one is in force, and what holds automatic steps back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/domain/decider.h"

namespace ledger::domain {

// A rule as an update carries it; the same rule of two updates is one object.
using SharedRule = std::shared_ptr<const Rule>;
using Rules = std::vector<SharedRule>;  // By id, each id once.

struct RuleUpdate {
  RuleUpdateImported facts;
  Position imported_at;  // The event.
  Time available_since;
  Rules rules;  // Empty once the bytes are given up.
  bool deleted = false;
  bool ever_applied = false;
};

struct Hold {
  std::optional<RuleUpdateId> update;
  std::optional<Time> until;
  Position placed_at;
  Time placed_time;

  // Whether it forbids applying the update by itself.
  bool is_against(RuleUpdateId id) const { return !update || *update == id; }
};

struct RuleUpdates {
  std::map<RuleUpdateId, RuleUpdate> updates;  // Also the deleted ones: history stays.
  std::optional<RuleUpdateId> in_force;        // Always one of `updates`, never deleted.
  Position in_force_since;
  std::optional<Time> in_force_since_time;
  std::map<HoldId, Hold> holds;         // Open ones.
  std::uint64_t holds_placed = 0;       // Names holds that nobody named.
  std::map<RuleId, Rules> known_rules;  // Versions seen, so that updates share them.
  std::set<RuleId> ever_in_force;       // Rules that are not new any more.

  const RuleUpdate* find(RuleUpdateId id) const;      // Not deleted.
  const RuleUpdate* current() const;                  // The one in force.
  std::optional<RuleUpdateId> newest() const;         // Of those not deleted.
  const HoldId* hold_against(RuleUpdateId id) const;  // A hold that forbids applying it by itself.
};

enum class RuleUpdateStatus { available, applied, superseded, rolled_back, held, deleted };
constexpr auto enum_names(RuleUpdateStatus) {
  return std::array<std::string_view, 6>{"available",   "applied", "superseded",
                                         "rolled_back", "held",    "deleted"};
}
RuleUpdateStatus status_of(const RuleUpdates& state, RuleUpdateId id);

const Rule* find_rule(const Rules& rules, RuleId id);

// What an update changes against another, by rule id.
enum class RuleChangeKind { added, removed, changed };
constexpr auto enum_names(RuleChangeKind) {
  return std::array<std::string_view, 3>{"added", "removed", "changed"};
}
struct RuleChange {
  RuleId rule;
  RuleChangeKind kind{};
  Module module{};
  std::string name;
  RuleSeverity severity{};
  std::uint32_t from_version = 0;  // 0: was not there.
  std::uint32_t to_version = 0;    // 0: is not there.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("rule", &RuleChange::rule), field("kind", &RuleChange::kind),
                      field("module", &RuleChange::module), field("name", &RuleChange::name),
                      field("severity", &RuleChange::severity),
                      field("from_version", &RuleChange::from_version),
                      field("to_version", &RuleChange::to_version));
  }
  bool operator==(const RuleChange&) const = default;
};
std::vector<RuleChange> difference(const Rules& before, const Rules& after);

Decision decide(const World&, const Command&, const ImportRuleUpdate&, const Moment&);
Decision decide(const World&, const Command&, const ApplyRuleUpdate&, const Moment&);
Decision decide(const World&, const Command&, const ReapplyRuleUpdate&, const Moment&);
Decision decide(const World&, const Command&, const RollBackRuleUpdate&, const Moment&);
Decision decide(const World&, const Command&, const DeleteRuleUpdate&, const Moment&);
Decision decide(const World&, const Command&, const RecordRuleUpdateExport&, const Moment&);
Decision decide(const World&, const Command&, const PlaceHold&, const Moment&);
Decision decide(const World&, const Command&, const ReleaseHold&, const Moment&);
// Holds that have run out. What they held back is applied by the next check, not by the clock.
void rule_updates_due(const World&, Time now, std::vector<NewEvent>& events);
// What follows of itself when something new may be there: the newest update is applied, if the
// settings say so and no hold stands against it.
void apply_automatically(const World&, std::vector<NewEvent>& events);
// Updates beyond the number kept are given up, oldest first; those in force, on hold, or in
// `events` put in force are never.
void prune_rule_updates(const World&, std::uint64_t kept, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const RuleUpdateImported&);
void evolve(World&, const Event&, const RulesRecorded&);
void evolve(World&, const Event&, const RuleUpdateApplied&);
void evolve(World&, const Event&, const RuleUpdateReapplied&);
void evolve(World&, const Event&, const RuleUpdateRolledBack&);
void evolve(World&, const Event&, const RuleUpdateDeleted&);
void evolve(World&, const Event&, const RuleUpdateExported&);
void evolve(World&, const Event&, const AutoApplyWithheld&);
void evolve(World&, const Event&, const HoldPlaced&);
void evolve(World&, const Event&, const HoldReleased&);

}  // namespace ledger::domain

// Plan, then apply: what a command would change, told before it is confirmed. The command is
// decided on the world as it is, its events are folded over a copy of only those topics that it can
// touch, and the difference is told; so the summary is the effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computers.h"
#include "ledger/domain/decider.h"
#include "ledger/domain/rule_updates.h"

namespace ledger::domain {

struct ModuleImpact {
  Module module{};
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t changed = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("module", &ModuleImpact::module), field("added", &ModuleImpact::added),
                      field("removed", &ModuleImpact::removed),
                      field("changed", &ModuleImpact::changed));
  }
  bool operator==(const ModuleImpact&) const = default;
};

struct PolicyImpact {
  PolicyId policy;
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t changed = 0;
  std::uint64_t computers = 0;
  Digest ruleset;  // As it will be.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("policy", &PolicyImpact::policy), field("added", &PolicyImpact::added),
        field("removed", &PolicyImpact::removed), field("changed", &PolicyImpact::changed),
        field("computers", &PolicyImpact::computers), field("ruleset", &PolicyImpact::ruleset));
  }
  bool operator==(const PolicyImpact&) const = default;
};

struct CveImpact {
  std::string cve;
  std::uint64_t computers = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("cve", &CveImpact::cve), field("computers", &CveImpact::computers));
  }
  bool operator==(const CveImpact&) const = default;
};

// How those concerned can be reached just now. It changes from minute to minute, so it is told with
// a plan but is no part of its digest.
struct Reach {
  std::uint64_t total = 0;
  std::uint64_t online = 0;
  std::uint64_t offline = 0;
  std::uint64_t unknown = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("total", &Reach::total), field("online", &Reach::online),
                      field("offline", &Reach::offline), field("unknown", &Reach::unknown));
  }
  bool operator==(const Reach&) const = default;
};

struct Impact {
  std::optional<RuleUpdateId> from;      // In force before,
  std::optional<RuleUpdateId> to;        // and after.
  std::vector<ModuleImpact> modules;     // Only those with a change.
  std::vector<RuleChange> rules;         // In effect somewhere; by id.
  std::vector<PolicyImpact> policies;    // Only those with a change.
  std::vector<RuleId> vanishing;         // Assigned and in effect now, not there afterwards.
  std::vector<CveImpact> cves_reopened;  // Covered now, not afterwards.
  std::vector<CveImpact> cves_covered;   // The reverse.
  std::vector<RuleUpdateId> deleted;     // Updates whose content is given up.
  std::vector<HoldId> holds;             // Placed.
  std::uint64_t computers = 0;           // That would change or are told something.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("from", &Impact::from), field("to", &Impact::to), field("modules", &Impact::modules),
        field("rules", &Impact::rules), field("policies", &Impact::policies),
        field("vanishing", &Impact::vanishing), field("cves_reopened", &Impact::cves_reopened),
        field("cves_covered", &Impact::cves_covered), field("deleted", &Impact::deleted),
        field("holds", &Impact::holds), field("computers", &Impact::computers));
  }
  bool operator==(const Impact&) const = default;
};

struct Preview {
  Position base;  // The size of the log that it was made against.
  Impact impact;
  Reach reach;
  std::vector<std::string> warnings;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("base", &Preview::base), field("impact", &Preview::impact),
                      field("reach", &Preview::reach), field("warnings", &Preview::warnings),
                      field("digest", &Preview::digest));
  }
  bool operator==(const Preview&) const = default;
};

// What the command would do, or why it would be refused. Its own plan_digest is not looked at.
Result<Preview> preview(const World& world, const Command& command, const Moment& moment);

// The difference that `events` would make.
Impact impact_of(const World& world, const std::vector<NewEvent>& events);

// Over action and impact: what the one who confirms has seen.
Digest plan_digest(const CommandPayload& action, const Impact& impact);

}  // namespace ledger::domain

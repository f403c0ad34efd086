// Which CVEs the rules that computers run cover: on how many computers, and on one of them from
// when to when.
//
// A computer has cover when the ruleset it last reported is one that this ledger gave a policy, and
// a rule of it, of a module that the computer has, names the CVE. Computers without a module of
// rules are not counted. Costs the buckets and the rulesets in use, never the fleet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/page.h"
#include "projections/view_store.h"

namespace projections {

// The rules of the newest update whose content is there, by the CVEs that they name.
// Errors: corrupt, io.
using NamedCves = std::map<std::string, std::vector<domain::RuleId>>;
ledger::Result<NamedCves> named_cves(const Snapshot& snapshot);

struct CveExposure {
  std::string cve;
  std::vector<domain::RuleId> rules;  // That name it, of the newest rule update.
  std::uint64_t covered = 0;          // Computers.
  std::uint64_t exposed = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("cve", &CveExposure::cve), field("rules", &CveExposure::rules),
                      field("covered", &CveExposure::covered),
                      field("exposed", &CveExposure::exposed));
  }
  bool operator==(const CveExposure&) const = default;
};

// By CVE: those that a rule of the newest rule update names or that any computer is covered for.
// Errors: invalid ("filter-..."), corrupt, io. Thread: any.
ledger::Result<Page<CveExposure>> list_exposure(const ViewStore& store, const Snapshot& snapshot,
                                                const ListQuery& query);

struct PolicyExposure {
  std::optional<domain::PolicyId> policy;  // Absent: computers without one.
  std::uint64_t covered = 0;
  std::uint64_t exposed = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("policy", &PolicyExposure::policy),
                      field("covered", &PolicyExposure::covered),
                      field("exposed", &PolicyExposure::exposed));
  }
  bool operator==(const PolicyExposure&) const = default;
};

struct CveDetail {
  CveExposure exposure;
  std::vector<PolicyExposure> policies;  // By policy; only those with computers.
};

// A CVE that no rule names covers nobody. Errors: corrupt, io.
ledger::Result<CveDetail> find_exposure(const ViewStore& store, const Snapshot& snapshot,
                                        std::string_view cve);

// Those that are counted, as a filter over computers.
inline constexpr std::string_view with_module_of_rules =
    "(modules:firewall OR modules:intrusion_prevention OR modules:integrity_monitoring OR "
    "modules:log_inspection)";

struct ComputerExposure {
  domain::ComputerId computer;
  std::string name;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::RuleUpdateId> rule_update;  // As it reported.
  bool covered = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("computer", &ComputerExposure::computer),
                      field("name", &ComputerExposure::name),
                      field("policy", &ComputerExposure::policy),
                      field("rule_update", &ComputerExposure::rule_update),
                      field("covered", &ComputerExposure::covered));
  }
  bool operator==(const ComputerExposure&) const = default;
};

// Computers with a module of rules, by computer: those with cover, those without, or both. The
// filter is one over computers. Errors: invalid ("filter-..."), corrupt, io.
enum class Covered { yes, no, either };
ledger::Result<Page<ComputerExposure>> computers_by_cover(const ViewStore& store,
                                                          const Snapshot& snapshot,
                                                          std::string_view cve, Covered wanted,
                                                          const ListQuery& query);

// A time during which a computer had cover, or had not.
struct ExposureSpell {
  bool covered = false;
  domain::Position since_position;  // The event that began it.
  domain::Time since;
  std::optional<domain::Position> until_position;  // Absent: it lasts.
  std::optional<domain::Time> until;
  std::optional<domain::PolicyId> policy;  // These three as it last was in that time.
  std::optional<domain::RuleUpdateId> rule_update;
  std::string reason;  // A sentence for people.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("covered", &ExposureSpell::covered),
        field("since_position", &ExposureSpell::since_position),
        field("since", &ExposureSpell::since),
        field("until_position", &ExposureSpell::until_position),
        field("until", &ExposureSpell::until), field("policy", &ExposureSpell::policy),
        field("rule_update", &ExposureSpell::rule_update), field("reason", &ExposureSpell::reason));
  }
  bool operator==(const ExposureSpell&) const = default;
};

// Newest first, as known at `at`; of a computer with very many versions, the newest
// limits::exposure_versions_max of them. Filters are not taken.
// Errors: not_found ("computer-unknown"), corrupt, io.
ledger::Result<Page<ExposureSpell>> exposure_of_computer(const ViewStore& store,
                                                         const ledger::store::EventLog& log,
                                                         const domain::ComputerId& computer,
                                                         std::string_view cve, domain::Position at,
                                                         const ListQuery& query);

}  // namespace projections

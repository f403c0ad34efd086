// Which CVEs computers had cover for, as it went on: computers that run the same rules with the
// same modules are one class, and what happens is that one goes from a class to another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/ruleset_cover.h"
#include "replay/reports/changed_computers.h"
#include "replay/reports/period.h"

namespace replay::reports {

using CveNames = std::set<std::string, std::less<>>;

// The class of computers that are not counted: gone, or without a module of rules.
inline constexpr std::size_t not_counted = 0;

struct CoverStep {
  Moment moment;
  std::string computer;
  std::optional<domain::PolicyId> policy;  // These two after it.
  std::optional<domain::RuleUpdateId> update;
  std::size_t before = not_counted;  // Classes.
  std::size_t after = not_counted;
};

class CoverHistory {
 public:
  // Errors: those of for_each_changed_computer().
  static ledger::Result<CoverHistory> read(const Period& period);

  std::size_t classes() const { return cves_.size(); }
  const CveNames& cves(std::size_t number) const { return cves_[number]; }
  // Computers of each class when the period began.
  const std::vector<std::uint64_t>& beginning() const { return beginning_; }
  const std::vector<CoverStep>& steps() const { return steps_; }  // In the order of events.
  // The class of whoever is of that bucket, at the end of the period.
  // Errors: corrupt, io.
  ledger::Result<std::size_t> class_of(const domain::BucketFacts& facts);
  bool is_changed(const std::string& computer) const { return changed_.contains(computer); }

 private:
  explicit CoverHistory(const Period& period) : rulesets_(period.views, period.to.position) {}
  ledger::Result<void> note(const Period& period, const std::string& computer,
                            const std::vector<ComputerVersion>& versions);

  using Key = std::pair<std::optional<domain::Digest>, projections::RulesetCover::Modules>;
  projections::RulesetCover rulesets_;
  std::map<Key, std::size_t> numbers_;
  std::vector<CveNames> cves_ = {{}};  // By class.
  std::vector<std::uint64_t> beginning_ = {0};
  std::vector<CoverStep> steps_;
  std::set<std::string> changed_;  // Computers that a step is of.
};

}  // namespace replay::reports

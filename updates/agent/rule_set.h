// The rules in effect on a computer: those of its policy, as files that programs read.
#pragma once

#include <optional>
#include <utility>

#include "updates/agent/installation.h"
#include "updates/agent/outcome.h"
#include "updates/machine/manager.h"

namespace ledger::updates::agent {

// Thread: one at a time.
class RuleSet {
 public:
  // Errors: unavailable ("disk-full"), io.
  static Result<RuleSet> open(Files& files, std::filesystem::path directory, std::size_t keep);

  std::optional<domain::Digest> in_effect() const;
  std::optional<domain::RuleUpdateId> rule_update() const;
  std::uint64_t version() const;  // 0: nothing was ever installed.

  // Gets the rules that are expected from the manager, and installs them if every body and the
  // whole are what their digests say. A computer that is to have none has none afterwards.
  Outcome update(const std::optional<domain::ExpectedRuleset>& expected, machine::Manager& manager,
                 domain::Time now);

 private:
  explicit RuleSet(Installation installation) : installation_(std::move(installation)) {}
  Outcome install(const std::optional<domain::Digest>& digest,
                  const machine::OrderedRuleset& ruleset, domain::Time now);

  Installation installation_;
  bool damaged_ = false;
};

}  // namespace ledger::updates::agent

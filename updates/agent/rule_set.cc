#include "updates/agent/rule_set.h"

#include "ledger/digest.h"
#include "updates/agent/rule_files.h"
#include "updates/machine/ruleset_json.h"

namespace ledger::updates::agent {

Result<RuleSet> RuleSet::open(Files& files, std::filesystem::path directory, std::size_t keep) {
  auto installation = Installation::open(files, std::move(directory), keep);
  if (!installation) return fail(installation.error());
  RuleSet made(std::move(*installation));
  made.damaged_ = !made.installation_.damaged().empty();
  return made;
}

std::optional<domain::Digest> RuleSet::in_effect() const {
  if (damaged_ || installation_.current() == nullptr) return std::nullopt;
  return installation_.current()->ruleset;
}

std::optional<domain::RuleUpdateId> RuleSet::rule_update() const {
  if (!in_effect()) return std::nullopt;
  return installation_.current()->rule_update;
}

std::uint64_t RuleSet::version() const {
  return installation_.current() == nullptr ? 0 : installation_.current()->number;
}

Outcome RuleSet::install(const std::optional<domain::Digest>& digest,
                         const machine::OrderedRuleset& ruleset, domain::Time now) {
  InstalledVersion facts;
  facts.made_at = now;
  facts.ruleset = digest;
  facts.rule_update = ruleset.update;
  std::vector<Piece> pieces;
  for (auto& [name, text] : rule_files(ruleset.rules)) {
    pieces.push_back({name, sha256(text), {}, std::move(text)});
  }
  if (const auto done = installation_.install(std::move(facts), pieces); !done) {
    return refused_by_disk(done.error());
  }
  damaged_ = false;
  Outcome outcome;
  outcome.changed = true;
  return outcome;
}

Outcome RuleSet::update(const std::optional<domain::ExpectedRuleset>& expected,
                        machine::Manager& manager, domain::Time now) {
  Outcome outcome;
  if (!expected) return in_effect() ? install(std::nullopt, {}, now) : outcome;
  if (in_effect() == expected->ruleset) return outcome;
  const auto ruleset = manager.ruleset();
  if (!ruleset) {
    // A manager that is away is no failure of this computer; the next round asks again.
    outcome.waits = ruleset.error().kind == ErrorKind::unavailable;
    outcome.cause = outcome.waits ? domain::UpdateFault::none : domain::UpdateFault::other;
    outcome.detail = ruleset.error().detail;
    return outcome;
  }
  if (const auto checked = machine::check_ruleset(*ruleset); !checked) {
    outcome.cause = domain::UpdateFault::verification_failed;
    outcome.detail = checked.error().detail;
    return outcome;
  }
  // The policy was changed between the two answers; the next orders say what is expected now.
  outcome.waits = ruleset->ruleset != expected->ruleset;
  return outcome.waits ? outcome : install(ruleset->ruleset, *ruleset, now);
}

}  // namespace ledger::updates::agent

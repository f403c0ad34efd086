// Anti-malware patterns: which versions of each component there are, and which is current. The
// version released last is the one that computers are to run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/decider.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

struct PatternVersion {
  std::string version;
  Time released_at;  // By the vendor.
  Digest digest;
  std::uint64_t bytes = 0;
  Since since;  // When it became the current one.
  bool retired = false;
  std::optional<SourceId> source;  // Whose check found it.
  bool pruned = false;             // That its bytes are gone is recorded.
};

struct Pattern {
  std::string product;
  std::vector<PatternVersion> versions;  // Oldest first; never empty. Only the newest are kept.

  const PatternVersion& current() const { return versions.back(); }
  const PatternVersion* find(std::string_view version) const;
};

using PatternKey = std::pair<ComponentName, Platform>;

struct Patterns {
  std::map<PatternKey, Pattern> patterns;

  const Pattern* find(const ComponentName& component, const Platform& platform) const;
  // What computers of this platform run: that of their own before that of any platform.
  const Pattern* find_for(const ComponentName& component, const Platform& platform) const;
};

Decision decide(const World&, const Command&, const ReleasePattern&, const Moment&);
Decision decide(const World&, const Command&, const RetirePattern&, const Moment&);
Decision decide(const World&, const Command&, const RecordContentPruned&, const Moment&);

void evolve(World&, const Event&, const PatternReleased&);
void evolve(World&, const Event&, const PatternRetired&);
void evolve(World&, const Event&, const ContentPruned&);

}  // namespace ledger::domain

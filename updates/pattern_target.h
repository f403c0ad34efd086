// Pattern files as targets of a repository: where they lie, and what is said about them.
#pragma once

#include <string>

#include "ledger/domain/commands_patterns.h"
#include "ledger/result.h"
#include "updates/mirror.h"

namespace ledger::updates {

// "patterns/<component>/<platform>/<version>/<file>": one file of each version.
std::string path_of_pattern(const domain::ReleasePattern& release, const std::string& file);
// The custom facts beside it, as canonical JSON.
std::string custom_of_pattern(const domain::ReleasePattern& release);

inline bool is_pattern(const MirrorTarget& target) { return target.path.starts_with("patterns/"); }
inline bool is_rule_update(const MirrorTarget& target) { return target.path.starts_with("rules/"); }

// What a target says it is; its source is left for the caller. Facts that nobody knows here yet are
// passed over. Errors: invalid ("pattern-target": no facts, or such as its path contradicts).
Result<domain::ReleasePattern> pattern_of(const MirrorTarget& target);

}  // namespace ledger::updates

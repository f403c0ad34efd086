// A policy's rules with their bodies: as the document that GET /v1/computers/{computer}/ruleset
// answers, and whether they are what was decided.
#pragma once

#include <string>
#include <vector>

#include "updates/machine/manager.h"

namespace ledger::updates::machine {

// What a computer reports and a policy expects (decision D5). Shape: in order of id, versions as
// decimal numbers. Errors: corrupt ("ruleset-differs": a version that is no number).
Result<domain::Digest> digest_of(const std::vector<OrderedRule>& rules);

std::string ruleset_json(const OrderedRuleset& ruleset);

// Whether each body is what its digest says, and all of them what the ruleset's digest says.
// Errors: corrupt ("ruleset-differs").
Result<void> check_ruleset(const OrderedRuleset& ruleset);

}  // namespace ledger::updates::machine

// Rule updates, the rules in each, and what one changes against another.
#pragma once

#include <optional>
#include <vector>

#include "ledger/domain/rule_updates.h"
#include "ledger/result.h"
#include "projections/page.h"
#include "projections/rule_updates.h"
#include "projections/snapshot.h"

namespace projections {

// Newest first. Errors: invalid ("filter-..."), corrupt, io.
ledger::Result<Page<RuleUpdateRow>> list_rule_updates(const Snapshot& snapshot,
                                                      const ListQuery& query);

// Errors: not_found ("rule-update-unknown"), corrupt, io.
ledger::Result<RuleUpdateRow> find_rule_update(const Snapshot& snapshot,
                                               domain::RuleUpdateId update);

// Nothing: none is in force. Errors: corrupt, io.
ledger::Result<std::optional<domain::RuleUpdateId>> rule_update_in_force(const Snapshot& snapshot);

// The rules of an update by id, also of one whose content was deleted.
// Errors: not_found ("rule-update-unknown"), invalid ("filter-..."), corrupt, io.
ledger::Result<Page<domain::Rule>> rules_of_update(const Snapshot& snapshot,
                                                   domain::RuleUpdateId update,
                                                   const ListQuery& query);

// All of them at once: at most limits::rules_per_update_max. Errors: corrupt, io.
ledger::Result<domain::Rules> read_rules(const Snapshot& snapshot, domain::RuleUpdateId update);

struct UpdateChanges {
  std::optional<domain::RuleUpdateId> against;  // Absent: there is none before; all is new.
  Page<domain::RuleChange> page;
};

// What `update` changes against another, older or newer; without one, against the one before it.
// By rule. Errors: not_found ("rule-update-unknown"), invalid ("filter-..."), corrupt, io.
ledger::Result<UpdateChanges> changes_of_update(const Snapshot& snapshot,
                                                domain::RuleUpdateId update,
                                                std::optional<domain::RuleUpdateId> against,
                                                const ListQuery& query);

}  // namespace projections

// The edits of a what-if as people and programs write them down:
//   [{"drop_event": 12}, {"drop_command": 15},
//    {"before": 20, "command": {"command": "apply_rule_update", "update": "26-004"}},
//    {"from": 30, "setting": "rule_updates_kept", "value": "9", "policy": "web"}]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/json_value.h"
#include "ledger/result.h"
#include "replay/what_if.h"

namespace replay {

// Errors: invalid ("what-if-edit-invalid"), saying which and what is wrong with it.
ledger::Result<std::vector<Edit>> edits_from(const ledger::codec::JsonValue& edits);
ledger::Result<std::vector<Edit>> edits_from_text(std::string_view json);

// The names of the commands that can be given.
std::string what_if_commands();

}  // namespace replay

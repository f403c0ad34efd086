// Events, and what they changed, as lines for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

namespace ledgerctl {

// "4711  2026-11-28T...  policy.changed  policy/web  by user:alice  because: ...".
std::string told_event(const nlohmann::json& event);

// A row before and after an event: in full where it came or went, else the fields that differ.
void tell_change(std::ostream& out, const nlohmann::json& change);

// The event, what caused it, nearest first, and what it changed.
void tell_event(std::ostream& out, const nlohmann::json& event, const nlohmann::json& causes,
                const nlohmann::json& changes);

}  // namespace ledgerctl

// Dangerous steps: the plan is shown, somebody confirms it, and exactly that is applied.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// Asks for a plan at `path`, shows it, has it confirmed and applies it.
Exit plan_and_apply(const Session& session, const std::string& path, const nlohmann::json& body);

void show_plan(std::ostream& out, const nlohmann::json& plan);
void show_overview(std::ostream& out, const nlohmann::json& overview);

}  // namespace ledgerctl

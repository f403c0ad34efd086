// The catalogue of problems in parts; problem_catalogue.cc puts them together.
#pragma once

#include <span>

#include "api/problem.h"

namespace api {

std::span<const ProblemPage> problem_pages_of_http();     // The protocol, credentials, parameters.
std::span<const ProblemPage> problem_pages_of_fleet();    // Computers, relays, patterns, alerts.
std::span<const ProblemPage> problem_pages_of_rules();    // Rule updates, policies, sources, plans.
std::span<const ProblemPage> problem_pages_of_record();   // The log, proofs, views, files.
std::span<const ProblemPage> problem_pages_of_service();  // Access, tasks, settings, JSON, filters.
std::span<const ProblemPage> problem_pages_of_trust();
std::span<const ProblemPage>
problem_pages_of_machines();  // Keys and metadata of update repositories.

}  // namespace api

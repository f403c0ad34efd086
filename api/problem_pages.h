// The catalogue of problems in parts; problem_catalogue.cc puts them together.
#pragma once

#include <span>

#include "api/problem.h"

namespace api {

std::span<const ProblemPage> problem_pages_of_http();    // The protocol, credentials, parameters.
std::span<const ProblemPage> problem_pages_of_fleet();   // Computers, relays, patterns, instructions.
std::span<const ProblemPage> problem_pages_of_rules();   // Rule updates, policies, content.
std::span<const ProblemPage> problem_pages_of_ledger();  // The record, access, tasks, settings.

}  // namespace api

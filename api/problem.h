// Answers that say no: RFC 9457 problem documents with a stable code for programs, a sentence for
// people and a page under /problems/ that says what to do.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http.h"
#include "ledger/codec/json_value.h"
#include "ledger/result.h"

namespace api {

struct Problem {
  int status = 500;
  std::string code;    // "rule-update-not-older"; has an entry in the catalogue.
  std::string detail;  // One sentence about this very request.
  std::vector<ledger::codec::JsonError> errors;                // Told with their JSON pointers.
  std::vector<std::pair<std::string, std::string>> headers;    // "Retry-After", "Allow", ...
  std::vector<std::pair<std::string, std::string>> members{};  // More members; values are JSON.
};

// application/problem+json: type, title, status, detail, instance, code, request_id, errors, and
// the further members. Thread: any.
Response problem(const Request& request, Problem problem);

// From an Error of the ledger; its kind says the status, and some reasons a better one
// (api/errors.cc). Overloaded and unavailable get a Retry-After.
Response problem(const Request& request, const ledger::Error& error);

// 400 "body-invalid": the body is not what the route takes. At least one error.
Response body_problem(const Request& request, std::vector<ledger::codec::JsonError> errors);

// The HTTP status of an Error.
int status_of(const ledger::Error& error);

// -- The catalogue: every code there is.
struct ProblemPage {
  std::string_view code;
  std::string_view title;   // What happened, for any request; no full stop.
  std::string_view advice;  // What to do, in sentences.
};
std::span<const ProblemPage> problem_pages();  // In the order of codes.
const ProblemPage* problem_page(std::string_view code);

// GET /problems/{code} and GET /problems: HTML, or text when the Accept header asks for it.
Response show_problem_page(const Request& request);
Response list_problem_pages(const Request& request);

// A JSON string with its quotes; what is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);

}  // namespace api

#include "api/problem.h"

#include <utility>

#include "ledger/codec/json_out.h"
#include "ledger/result.h"

namespace api {

std::string json_string(std::string_view text) {
  std::string out;
  ledger::codec::write_json(out, text);
  return out;
}

namespace {

void add_member(std::string& out, std::string_view name, std::string_view json) {
  out += out.empty() ? '{' : ',';
  out += json_string(name);
  out += ':';
  out += json;
}

std::string errors_as_json(const std::vector<ledger::codec::JsonError>& errors) {
  std::string out = "[";
  for (const auto& error : errors) {
    if (out.size() > 1) out += ',';
    std::string one;
    add_member(one, "pointer", json_string(error.pointer));
    add_member(one, "code", json_string(error.code));
    add_member(one, "detail", json_string(error.detail));
    out += one + '}';
  }
  return out + ']';
}

}  // namespace

Response problem(const Request& request, Problem problem) {
  const ProblemPage* page = problem_page(problem.code);
  const std::string_view title = page == nullptr ? "The request failed" : page->title;
  std::string body;
  add_member(body, "type", json_string("/problems/" + problem.code));
  add_member(body, "title", json_string(title));
  add_member(body, "status", std::to_string(problem.status));
  add_member(body, "detail", json_string(problem.detail));
  // The query is left out: somebody may have put a secret into it.
  add_member(body, "instance", json_string(request.path));
  add_member(body, "code", json_string(problem.code));
  add_member(body, "request_id", json_string(request.request_id));
  if (!problem.errors.empty()) add_member(body, "errors", errors_as_json(problem.errors));
  for (const auto& [name, json] : problem.members) add_member(body, name, json);
  Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.headers = std::move(problem.headers);
  response.body = body + "}\n";
  return response;
}

Response body_problem(const Request& request, std::vector<ledger::codec::JsonError> errors) {
  CHECK(!errors.empty(), "a body is refused for a reason");
  std::string detail = errors.front().pointer.empty() ? "" : errors.front().pointer + ": ";
  detail += errors.front().detail;
  if (errors.size() > 1) {
    detail += " (and " + std::to_string(errors.size() - 1) + " more in \"errors\")";
  }
  return problem(request, Problem{400, "body-invalid", std::move(detail), std::move(errors), {}});
}

}  // namespace api

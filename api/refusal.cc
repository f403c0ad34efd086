#include "api/refusal.h"

namespace api {

Refusal::Refusal(const ledger::Error& error)
    : problem{status_of(error), error.reason, error.detail, {}, {}, {}} {
  if (problem.status == 503) problem.headers.emplace_back("Retry-After", "1");
}

Refusal::Refusal(std::vector<ledger::codec::JsonError> errors)
    : problem{400,
              "body-invalid",
              "The body is not what this route takes; each error has its JSON pointer.",
              std::move(errors),
              {},
              {}} {}

Refusal::Refusal(std::string code, std::string detail, int status)
    : problem{status, std::move(code), std::move(detail), {}, {}, {}} {}

Response response_of(const Request& request, Refusal refusal) {
  return problem(request, std::move(refusal.problem));
}

}  // namespace api

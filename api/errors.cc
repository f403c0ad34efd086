// Which HTTP status an Error of the ledger becomes.
#include <algorithm>
#include <array>
#include <string_view>

#include "api/problem.h"

namespace api {
namespace {

using ledger::Error;
using ledger::ErrorKind;

int status_of_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::refused:
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::overloaded:
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::corrupt:
    case ErrorKind::io:
      return 500;
  }
  return 500;
}

struct Exception {
  std::string_view reason;
  int status;
};

// Reasons for which HTTP has a better word than their kind's.
constexpr std::array<Exception, 11> exceptions = {{
    {"version-stale", 412},
    {"idempotency-key-reused", 422},
    {"plan-expired", 410},
    {"not-your-computer", 403},
    {"enrolment-token-expired", 403},
    {"enrolment-token-revoked", 403},
    {"enrolment-token-unknown", 403},
    {"enrolment-token-used-up", 403},
    {"content-too-large", 413},
    {"rule-update-too-large", 413},
    {"command-too-large", 413},
}};

}  // namespace

int status_of(const Error& error) {
  const auto* found =
      std::find_if(exceptions.begin(), exceptions.end(),
                   [&](const Exception& each) { return each.reason == error.reason; });
  return found == exceptions.end() ? status_of_kind(error.kind) : found->status;
}

Response problem(const Request& request, const Error& error) {
  Problem told{status_of(error), error.reason, error.detail, {}, {}};
  // What is full or away for a moment is asked again after one.
  if (told.status == 503) told.headers.emplace_back("Retry-After", "1");
  return problem(request, std::move(told));
}

}  // namespace api

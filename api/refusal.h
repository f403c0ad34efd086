// The way a route says no: a Problem, made from whatever went wrong below.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/problem.h"

namespace api {

struct Refusal {
  Problem problem;

  Refusal(Problem made) : problem(std::move(made)) {}     // NOLINT: each of these is a refusal.
  Refusal(const ledger::Error& error);                    // NOLINT
  Refusal(std::vector<ledger::codec::JsonError> errors);  // NOLINT: of the body; at least one.
  // 400, or another status that says it better.
  Refusal(std::string code, std::string detail, int status = 400);
};

template <class T>
using Answered = ledger::Result<T, Refusal>;

inline tl::unexpected<Refusal> refused(Refusal refusal) {
  return tl::unexpected<Refusal>(std::move(refusal));
}
inline tl::unexpected<Refusal> refused(std::string code, std::string detail, int status = 400) {
  return tl::unexpected<Refusal>(Refusal(std::move(code), std::move(detail), status));
}

// What a Refusal looks like as an answer.
Response response_of(const Request& request, Refusal refusal);

}  // namespace api

#include "api/front.h"

#include <algorithm>

namespace api {

Front::Front(const Router& router, Auth& auth, RateLimit& rate, AccessReports& reports)
    : router_(router), auth_(auth), rate_(rate), reports_(reports) {
  counters_.try_emplace(nullptr);
  for (const auto& route : router.routes()) counters_.try_emplace(route.get());
}

Front::Admission Front::refuse(const Request& request, Problem told) const {
  Admission admission;
  admission.refusal = problem(request, std::move(told));
  return admission;
}

namespace {

std::string_view raw_path(const Request& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

std::string allow_header(const std::vector<std::string>& methods) {
  std::string allow = "OPTIONS";
  for (const auto& method : methods) {
    allow += ", " + method;
    if (method == "GET") allow += ", HEAD";
  }
  return allow;
}

Problem no_route(const Request& request, const Router::Match& match) {
  if (match.allowed.empty()) {
    return {404, "route-not-found", "Nothing is at " + request.path + ".", {}, {}};
  }
  return {405,
          "method-not-allowed",
          request.method + " is not possible at " + request.path + ".",
          {},
          {{"Allow", allow_header(match.allowed)}}};
}

Problem unauthenticated(Problem told) {
  if (told.status == 401) {
    std::string challenge = "Bearer realm=\"ledger\"";
    if (told.code != "credential-missing") challenge += ", error=\"invalid_token\"";
    told.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  }
  return told;
}

}  // namespace

Front::Admission Front::admit(Request& request) {
  auto match = router_.match(request.method, raw_path(request));
  if (match.route == nullptr && request.method == "OPTIONS" && !match.allowed.empty()) {
    Admission admission;
    admission.refusal.emplace();
    admission.refusal->status = 204;
    admission.refusal->headers.emplace_back("Allow", allow_header(match.allowed));
    return admission;
  }
  if (match.route == nullptr) return refuse(request, no_route(request, match));
  request.parameters = std::move(match.parameters);
  Admission admission;
  admission.route = match.route;
  auto caller = auth_.caller(request);
  if (caller) request.caller = std::move(*caller);
  if (match.route->permission != Permission::public_) {
    if (!caller) {
      if (caller.error().status == 401) reports_.sign_in_failed(request, caller.error().code);
      admission = refuse(request, unauthenticated(caller.error()));
    } else if (!request.caller) {
      reports_.sign_in_failed(request, "credential-missing");
      admission = refuse(request, unauthenticated({401,
                                                   "credential-missing",
                                                   "Send a token: Authorization: Bearer ulg_...",
                                                   {},
                                                   {}}));
    } else if (!allows(&*request.caller, match.route->permission)) {
      reports_.denied(request, *match.route);
      const std::string needed(name_of(match.route->permission));
      admission = refuse(
          request, {403, "permission-missing",
                    "This needs the permission " + needed + ", which the token's role has not.",
                    {}, {}});
    }
  }
  limit(request, admission);
  return admission;
}

void Front::limit(const Request& request, Admission& admission) {
  if (!rate_.is_on()) return;
  const auto grant =
      rate_.take(request.caller ? "token " + request.caller->actor.id : request.address);
  if (!grant.allowed) {
    admission.route = nullptr;
    admission.refusal = problem(
        request, {429,
                  "rate-limited",
                  "At most " + std::to_string(rate_.per_second()) + " requests a second.",
                  {},
                  {{"Retry-After", "1"}}});
  }
  // draft-ietf-httpapi-ratelimit-headers: the only place that knows its shape.
  admission.headers.emplace_back("RateLimit-Policy",
                                 "\"q\";q=" + std::to_string(rate_.per_second()) + ";w=1");
  admission.headers.emplace_back("RateLimit", "\"q\";r=" + std::to_string(grant.remaining) +
                                                  ";t=" + std::to_string(grant.reset_seconds));
}

void Front::count(const Route* route, int status) {
  const auto found = counters_.find(route);
  if (found == counters_.end()) return;
  const auto digit = static_cast<std::size_t>(std::clamp(status / 100, 1, 5));
  found->second[digit].fetch_add(1, std::memory_order_relaxed);
}

std::vector<Front::RouteCount> Front::counts() const {
  std::vector<RouteCount> counts;
  for (const auto& [route, counters] : counters_) {
    RouteCount count{route, {}};
    for (std::size_t i = 0; i < counters.size(); ++i) {
      count.answers[i] = counters[i].load(std::memory_order_relaxed);
    }
    counts.push_back(count);
  }
  return counts;
}

}  // namespace api

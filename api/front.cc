#include "api/front.h"

#include <algorithm>

#include "api/clone_watch.h"

namespace api {

Front::Front(const Router& router, Auth& auth, RateLimit& rate, AccessReports& reports, Door door,
             CloneWatch* clones)
    : router_(router), auth_(auth), rate_(rate), reports_(reports), door_(door), clones_(clones) {
  counters_.try_emplace(nullptr);
  for (const auto& route : router.routes()) counters_.try_emplace(route.get());
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

std::optional<Problem> no_route(const Request& request, const Router::Match& match) {
  if (match.allowed.empty()) {
    return Problem{404, "route-not-found", "Nothing is at " + request.path + ".", {}, {}};
  }
  return Problem{405,
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

bool is_no_token_of_ours(std::string_view code) {
  return code == "credential-malformed" || code == "credential-unknown";
}

bool is_for_machines(const Route& route) {
  return route.permission == Permission::agent || route.permission == Permission::relay ||
         route.permission == Permission::content || route.permission == Permission::enrol;
}

}  // namespace

Front::Admission Front::admit(Request& request) {
  auto match = router_.match(request.method, raw_path(request));
  if (door_ == Door::machines && (match.route == nullptr || !is_for_machines(*match.route))) {
    match = {};
  }
  if (match.route == nullptr && request.method == "OPTIONS" && !match.allowed.empty()) {
    Admission admission;
    admission.refusal.emplace();
    admission.refusal->status = 204;
    admission.refusal->headers.emplace_back("Allow", allow_header(match.allowed));
    return admission;
  }
  Admission admission;
  admission.route = match.route;
  request.parameters = std::move(match.parameters);
  const auto refused = match.route == nullptr    ? no_route(request, match)
                       : door_ == Door::machines ? check_machine(request, *match.route)
                                                 : check_caller(request, *match.route);
  if (refused) admission.refusal = problem(request, *refused);
  limit(request, admission);
  return admission;
}

std::optional<Problem> Front::check_caller(Request& request, const Route& route) {
  auto caller = auth_.caller(request);
  if (caller) request.caller = std::move(*caller);
  if (route.permission == Permission::public_) return std::nullopt;
  if (!caller) {
    if (caller.error().status == 401) reports_.sign_in_failed(request, caller.error().code);
    return unauthenticated(caller.error());
  }
  if (!request.caller) {
    reports_.sign_in_failed(request, "credential-missing");
    return unauthenticated(
        {401, "credential-missing", "Send a token: Authorization: Bearer ulg_...", {}, {}});
  }
  return check_permission(request, route);
}

// Who enrols has a token for that; everybody else is who the certificate says.
std::optional<Problem> Front::check_machine(Request& request, const Route& route) {
  if (route.permission == Permission::enrol) {
    const auto refused = check_caller(request, route);
    if (refused && is_no_token_of_ours(refused->code)) {
      return Problem{403,
                     "enrolment-token-unknown",
                     "The enrolment token is none of this ledger's: give the whole token, as it "
                     "was issued here.",
                     {},
                     {}};
    }
    if (refused || request.caller->enrolment) return refused;
    return Problem{403, "permission-missing", "Machines enrol by an enrolment token.", {}, {}};
  }
  auto caller = auth_.machine(request);
  if (!caller) {
    if (caller.error().status == 401) reports_.sign_in_failed(request, caller.error().code);
    return caller.error();
  }
  request.caller = std::move(*caller);
  if (clones_ != nullptr) clones_->saw(request);
  return check_permission(request, route);
}

std::optional<Problem> Front::check_permission(const Request& request, const Route& route) {
  if (allows(&*request.caller, route.permission)) return std::nullopt;
  reports_.denied(request, route);
  const std::string needed(name_of(route.permission));
  return Problem{403,
                 "permission-missing",
                 "This needs the permission " + needed + ", which the token's role has not.",
                 {},
                 {}};
}

void Front::limit(const Request& request, Admission& admission) {
  if (!rate_.is_on()) return;
  const auto grant =
      rate_.take(request.caller ? "token " + request.caller->actor.id : request.address);
  if (!grant.allowed) {
    admission.refusal =
        problem(request, {429,
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
